"""A client that is one process for all cases, told of them by JSON lines."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mockserver.kit.adapters.command import GRACE_SECONDS, KILLED, asked, setting
from mockserver.kit.adapters.lines import AdapterGone, Lines
from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.judging import CaseResult, Ended, Judging, judged
from mockserver.kit.cases.model import Case
from mockserver.kit.cases.report import NoReport, attempts_of, left_behind, reported
from mockserver.kit.target import CaseServer, ServedCase


class Adapter:
    """A client's process, started again where it ended or hangs. Several threads may run cases at the same time."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], folder: Path | None = None) -> None:
        self._argv, self._environ, self._folder = argv, environ, folder
        self._changed = threading.Condition(threading.RLock())
        self._lines: Lines | None = None
        self._under_way = 0

    def start(self) -> None:
        """Start it and say hello. Raises AdapterBroken."""
        with self._changed:
            if self._lines is None:
                self._lines = Lines(self._argv, self._environ, self._folder)

    def stop(self) -> None:
        """Say goodbye."""
        with self._changed:
            if self._lines is not None:
                self._lines.bye()
                self._lines = None

    def run(self, server: CaseServer, judging: Judging, kind: ClientKind, case: Case, key: str) -> CaseResult:
        """Put the client through a case and judge what came of it."""
        lines = self._entered()
        try:
            served = server.serve(setting(kind, case, key))
            try:
                with TemporaryDirectory(prefix="mockserver-case-") as folder:
                    ended = self._ended(lines, kind, case, served, Path(folder) / "clip.mp4")
                return judged(judging, kind, case, served.journal(), key, ended)
            finally:
                served.close()
        finally:
            self._left(lines)

    def _entered(self) -> Lines:
        """Wait until the process takes one more case."""
        with self._changed:
            while True:
                self.start()
                if self._lines is not None and self._under_way + self._lines.hung < self._lines.parallel:
                    self._under_way += 1
                    return self._lines
                self._changed.wait()

    def _left(self, lines: Lines) -> None:
        """A case is over; a process that can take no more of them makes room for a new one."""
        with self._changed:
            self._under_way -= 1
            if lines is self._lines and lines.hung >= lines.parallel and not self._under_way:
                lines.kill()
                self._lines = None
            self._changed.notify_all()

    def _ended(self, lines: Lines, kind: ClientKind, case: Case, served: ServedCase, output: Path) -> Ended:
        message = {
            "type": "run", "case": case.id, "provider": kind.name, "base_url": served.base_url, "api_key": served.key,
            "input": asked(kind, case), "output": str(output), "deadline": case.deadline_seconds,
            "poll_seconds": case.poll_seconds,
        }  # fmt: skip
        try:
            told = lines.ask(message, case.deadline_seconds + GRACE_SECONDS)
        except TimeoutError:
            return Ended(printed=lines.printed, crashed=KILLED, is_killed=True)
        except AdapterGone as gone:
            with self._changed:
                if lines is self._lines:
                    lines.kill()
                    self._lines = None
            return Ended(printed=lines.printed, crashed=str(gone))
        return _read(told, lines.printed, output)


def _read(told: dict[str, Any], complained: str, output: Path) -> Ended:
    if told.get("type") == "unsupported":
        return Ended(unsupported=str(told.get("message") or "it gave no reason"))
    printed = told.pop("line") + complained
    try:
        return Ended(reported(told, left_behind(output)), printed, attempts=attempts_of(told))
    except NoReport as broken:
        return Ended(printed=printed, crashed=str(broken))
