"""A small world for engine tests: sandboxes over a hand-moved time, a webhook port that only listens."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from mockserver.adapters.clock import HandTime, SandboxClock
from mockserver.adapters.store import MemoryStore
from mockserver.domain.chance import Draw
from mockserver.domain.delivery import PayloadFunction
from mockserver.domain.job import Job
from mockserver.domain.order import Lengths, Names, Order
from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.ports import Clock

START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)


class SilentWebhooks:
    """A webhook port that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def expect(self, sandbox: str, clock: Clock, job: Job, webhook_payload: PayloadFunction) -> None:
        self.told.append(f"expect {job.id}")

    def overridden(self, sandbox: str, job: Job) -> None:
        self.told.append(f"turned {job.id}")

    def forget(self, sandbox: str) -> None:
        self.told.append(f"forget {sandbox}")


def engine(
    time: HandTime | None = None, *, max_jobs: int = 100, max_sandboxes: int = 10, timing: str = "quick"
) -> Engine:
    """An engine with nothing in it."""
    source = time or HandTime(START)

    def make(digest: str, id_block: int) -> Sandbox:
        return Sandbox(digest, SandboxClock(source), 1, id_block, {}, timing)

    return Engine(MemoryStore(make, max_jobs=max_jobs, max_sandboxes=max_sandboxes), SilentWebhooks())


T = TypeVar("T")


def ended(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError(f"{work} waits")


def opened(world: Engine, key: str) -> Sandbox:
    """The sandbox of a key."""
    return ended(world.store.load(digest_of(key)))


def names(chance: Draw) -> Names:
    """An id cut from the chance, and another name."""
    return Names(chance.text(0, 12), chance.uuid(12))


def minutes(_chance: Draw) -> Lengths:
    """One minute each."""
    return timedelta(minutes=1), timedelta(minutes=1)


ORDER = Order("toy", "make", "a request", names, minutes)
