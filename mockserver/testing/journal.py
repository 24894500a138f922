"""A sandbox's journal from the outside: what was received and answered, and the webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import urlencode

from mockserver.testing.results import Json, Record, Transcript

if TYPE_CHECKING:
    from mockserver.testing.sandbox import Sandbox


class Filters(TypedDict, total=False):
    """Which records are asked for: of an operation, about a job, with a status (404) or a class of them ("4xx"), with a
    number above `since`, of a kind (exchange or attempt).
    """

    operation: str
    job: str
    status: int | str
    since: int
    kind: str


class Journal:
    """The numbered sequence of exchanges and webhook attempts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def is_on(self) -> bool:
        """Whether it is kept."""
        return bool(self._sandbox.settings()["journal"] == "on")

    def on(self) -> None:
        """Keep it from now on."""
        self._sandbox.configure(journal="on")

    def off(self) -> None:
        """Keep nothing from now on."""
        self._sandbox.configure(journal="off")

    def read(self, **filters: Unpack[Filters]) -> Transcript:
        """The whole document `journal.json`: the transcript as the kit judges it."""
        found: Transcript = self._object("journal.json", filters)
        return found

    def records(self, **filters: Unpack[Filters]) -> list[Record]:
        """The records alone, as the lines of `journal.ndjson` have them."""
        return [json.loads(line) for line in self._got("journal.ndjson", filters).splitlines()]

    def har(self, **filters: Unpack[Filters]) -> Json:
        """The same as HAR 1.2."""
        found: Json = self._object("journal.har", filters)
        return found

    def wait(self, *, count: int = 1, timeout: float = 5.0, **filters: Unpack[Filters]) -> Transcript:
        """Wait, at most `timeout` seconds of real time, until so many records that fit have ended; the transcript of
        them. Raises ControlRefused when they have not.
        """
        found: Transcript = self._object("journal/wait", {"count": count, "timeout": timeout, **filters})
        return found

    def _object(self, name: str, asked: Mapping[str, object]) -> Any:
        return json.loads(self._got(name, asked))

    def _got(self, name: str, asked: Mapping[str, object]) -> bytes:
        return self._sandbox.server.got(f"{self._sandbox.path}/{name}{'?' if asked else ''}{urlencode(asked)}")
