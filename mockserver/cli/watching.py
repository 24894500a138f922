"""`mockserver serve --watch`: says in the log, once, when a client breaks a law."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mockserver.cli.observing import document
from mockserver.engine.events import Event, EventType, Subscription

SECONDS: Final = 1.0
"""So long after something happened it is judged, with what else happened meanwhile."""
WIRE: Final = frozenset({EventType.EXCHANGE_RECORDED, EventType.DELIVERY_ATTEMPTED})
"""The events after which there is something new to judge."""

log = logging.getLogger("mockserver")


class Watch:
    """What was told so far: each law once for each sandbox and provider, until the sandbox is reset."""

    def __init__(self) -> None:
        self._told: dict[str, set[tuple[str, str]]] = {}
        self._last: dict[str, int] = {}

    def lines(self, documents: Iterable[Mapping[str, Any]]) -> list[str]:
        """Return a line for each law that is broken for the first time; `documents` are transcripts as JSON."""
        from mockserver.kit.judge.judging import Asked, cases_of
        from mockserver.kit.laws.run import CaseFacts
        from mockserver.kit.laws.verdict import Kind
        from mockserver.kit.reports.report_terminal import verdict_line
        from mockserver.kit.transcript import read

        found = []
        for one in documents:
            transcript = read(one)
            told = self._told_of(transcript.sandbox, transcript.last)
            for case in cases_of(transcript, transcript.sandbox, Asked(facts=CaseFacts(is_over=False))):
                for verdict in case.of(Kind.FAIL, Kind.WARN):
                    key = (case.run.provider, verdict.law.id)
                    if key not in told:
                        told.add(key)
                        found.append(verdict_line(verdict, f"{case.run.provider} {transcript.sandbox}"))
        return found

    def _told_of(self, sandbox: str, last: int) -> set[tuple[str, str]]:
        """What was told of a sandbox; nothing where its numbers began again."""
        if last < self._last.get(sandbox, 0):
            self._told.pop(sandbox, None)
        self._last[sandbox] = last
        return self._told.setdefault(sandbox, set())


class Watching:
    """The sandboxes of an application, and which of them have something new."""

    def __init__(self, app: Any) -> None:
        self._context = app.state.context
        self._watch = Watch()

    async def run(self) -> None:
        """Judge what is new, until the server ends. What goes wrong is logged, and it goes on."""
        subscription = await self._context.engine.listen()
        while not subscription.is_closed:
            await subscription.wait()
            await asyncio.sleep(SECONDS)
            try:
                await self._look(_changed(subscription))
            except Exception:
                log.exception("--watch could not judge")

    async def _look(self, changed: frozenset[str] | None) -> None:
        """Log a line for each law that was broken for the first time; `changed` None: in any sandbox."""
        listed = await self._context.engine.store.listed()
        asked = [one for one in listed if changed is None or one.digest in changed]
        documents = [document(self._context.judge, one) for one in asked]
        if documents:
            # Away from the event loop: judging a thousand calls takes tens of milliseconds.
            for line in await asyncio.to_thread(self._watch.lines, documents):
                log.warning(line)


def _changed(subscription: Subscription) -> frozenset[str] | None:
    """Take all events; the sandboxes in which something went over the wire, or None where events were missed."""
    found: set[str] = set()
    has_missed = False
    while (one := subscription.take()) is not None:
        if isinstance(one, Event):
            found |= {one.sandbox} if one.type in WIRE else set()
        else:
            has_missed = True
    return None if has_missed else frozenset(found)
