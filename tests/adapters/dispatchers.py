"""A dispatcher over a time that a hand moves, for the tests of webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from mockserver.adapters.clock import HandTime, SandboxClock
from mockserver.adapters.webhooks import WebhookDispatcher
from mockserver.domain.delivery import Attempt, Payload, PayloadFunction, Undeliverable
from mockserver.domain.job import Job, Snapshot, Timeline
from tests.domain.timelines import CREATED

SANDBOX = "sb_000000000001"
LONG = 20.0
"""Real seconds that nothing here ever takes: a test that needs them fails."""


def run(steps: Coroutine[Any, Any, None]) -> None:
    async def guarded() -> None:
        async with asyncio.timeout(LONG * 2):
            await steps

    asyncio.run(guarded())


def job(n: int = 1, seconds: float = 10, **life: Any) -> Job:
    """A job that runs at once and ends after so many seconds."""
    timeline = Timeline(timedelta(0), timedelta(seconds=seconds), **life)
    return Job(f"job-{n}", "toy", "make", n, CREATED, timeline, None, 0)


def said(one: Job, seen: Snapshot) -> dict[str, object]:
    """All that a poll could say."""
    return {"job": one.id, "word": seen.state.value, "stage": seen.stage, "progress": seen.progress, "why": seen.why}


def finals(url: str) -> PayloadFunction:
    """Payloads as ModelsLab sends them: at the end only."""
    return lambda one, seen: Payload(f"{url}/hook", said(one, seen)) if seen.state.is_terminal else None


def all_events(url: str) -> PayloadFunction:
    return lambda one, seen: Payload(f"{url}/hook", said(one, seen))


class World:
    """A dispatcher, and a frozen sandbox clock over a time that only a hand moves."""

    def __init__(self, **options: Any) -> None:
        self.time = HandTime(CREATED)
        self.clock = self.new_clock()
        self.dispatcher = WebhookDispatcher(self.time, **options)

    def new_clock(self) -> SandboxClock:
        clock = SandboxClock(self.time)
        clock.freeze(True)
        return clock

    def expect(
        self, one: Job, webhook_payload: PayloadFunction, sandbox: str = SANDBOX, clock: SandboxClock | None = None
    ) -> Job:
        self.dispatcher.expect(sandbox, clock or self.clock, one, webhook_payload)
        return one

    async def advance(self, seconds: float, within: float = LONG) -> list[str]:
        self.clock.advance(timedelta(seconds=seconds))
        return await self.dispatcher.settled(SANDBOX, within)

    @property
    def attempts(self) -> list[Attempt]:
        return [one for one in self.dispatcher.records(SANDBOX) if isinstance(one, Attempt)]

    @property
    def refused(self) -> list[Undeliverable]:
        return [one for one in self.dispatcher.records(SANDBOX) if isinstance(one, Undeliverable)]


@asynccontextmanager
async def world(**options: Any) -> AsyncIterator[World]:
    one = World(**options)
    try:
        yield one
    finally:
        await one.dispatcher.aclose()
        assert ours() == []


def ours() -> list[str]:
    """The tasks of dispatchers that are running."""
    running = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    return [name for name in running if "WebhookDispatcher." in name or "TargetQueues." in name]
