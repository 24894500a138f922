"""`mockserver serve --watch`: says in the log, once, when a client breaks a law."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mockserver.engine.journal import Journal
    from mockserver.engine.sandbox import Sandbox

SECONDS: Final = 1.0
"""How often what has happened is judged."""

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
        for document in documents:
            transcript = read(document)
            told = self._told_of(transcript.sandbox, transcript.last)
            for case in cases_of(transcript, transcript.sandbox, Asked(facts=CaseFacts(is_over=False))):
                for one in case.of(Kind.FAIL, Kind.WARN):
                    key = (case.run.provider, one.law.id)
                    if key not in told:
                        told.add(key)
                        found.append(verdict_line(one, f"{case.run.provider} {transcript.sandbox}"))
        return found

    def _told_of(self, sandbox: str, last: int) -> set[tuple[str, str]]:
        """What was told of a sandbox; nothing where its numbers began again."""
        if last < self._last.get(sandbox, 0):
            self._told.pop(sandbox, None)
        self._last[sandbox] = last
        return self._told.setdefault(sandbox, set())


class Watching:
    """The journals of an application's sandboxes, and which of them have something new."""

    def __init__(self, app: Any) -> None:
        self._context = app.state.context
        self._journals: dict[str, Journal] = {}
        self._changed: set[str] = set()
        self._watch = Watch()

    async def run(self) -> None:
        """Judge what is new, again and again, until it is cancelled. What goes wrong is logged, and it goes on."""
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("--watch could not judge")

    async def look(self) -> None:
        """Log a line for each law that was broken for the first time since the last look."""
        self._attend()
        changed, self._changed = self._changed, set()
        documents = [self._document(one) for one in list(self._context.engine.sandboxes) if one.digest in changed]
        if documents:
            # Away from the event loop: judging a thousand calls takes tens of milliseconds.
            for line in await asyncio.to_thread(self._watch.lines, documents):
                log.warning(line)

    def _attend(self) -> None:
        """Have the journals of new sandboxes tell when a record has ended."""
        present = {one.digest: one.journal for one in self._context.engine.sandboxes}
        for digest, journal in present.items():
            if self._journals.get(digest) is not journal:
                journal.watchers.append(partial(self._changed_add, digest))
                self._changed.add(digest)
        self._journals = present

    def _changed_add(self, digest: str) -> None:
        self._changed.add(digest)

    def _document(self, sandbox: Sandbox) -> Mapping[str, Any]:
        from mockserver.cli.observing import document

        return document(self._context.judge, sandbox)
