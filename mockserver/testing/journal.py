"""The journal of a sandbox: requests with their answers, and attempts at webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack
from urllib.parse import urlencode

from mockserver.testing.control import SandboxControl
from mockserver.testing.results import Json, Record, Transcript


class Filters(TypedDict, total=False):
    """The records to read; without filters all."""

    operation: str
    """Only records of this operation."""
    job: str
    """Only records about this job."""
    status: int | str
    """Only records with this status (404) or class of status ("4xx")."""
    since: int
    """Only records with a higher number."""
    kind: str
    """Only `exchange` or only `attempt`."""


class Journal:
    """The numbered sequence of exchanges and webhook attempts."""

    def __init__(self, sandbox: SandboxControl) -> None:
        self._sandbox = sandbox

    @property
    def is_on(self) -> bool:
        """Whether the journal is on."""
        return bool(self._sandbox.settings()["journal"] == "on")

    def on(self) -> None:
        """Record from now on."""
        self._sandbox.configure(journal="on")

    def off(self) -> None:
        """Record nothing from now on."""
        self._sandbox.configure(journal="off")

    def read(self, **filters: Unpack[Filters]) -> Transcript:
        """Return the whole document `journal.json`: a transcript, as the kit judges it."""
        found: Transcript = self._object("journal.json", filters)
        return found

    def records(self, **filters: Unpack[Filters]) -> list[Record]:
        """Return the records alone, one for each line of `journal.ndjson`."""
        return [json.loads(line) for line in self._read("journal.ndjson", filters).splitlines()]

    def har(self, **filters: Unpack[Filters]) -> Json:
        """Return the journal as HAR 1.2."""
        found: Json = self._object("journal.har", filters)
        return found

    def wait(self, *, count: int = 1, timeout: float = 5.0, **filters: Unpack[Filters]) -> Transcript:
        """Wait until `count` records that fit the filters have ended; return the transcript of them.

        `timeout` is in seconds of real time. Raises ControlRefused when fewer have ended by then.
        """
        found: Transcript = self._object("journal/wait", {"count": count, "timeout": timeout, **filters})
        return found

    def _object(self, name: str, asked: Mapping[str, object]) -> Any:
        return json.loads(self._read(name, asked))

    def _read(self, name: str, asked: Mapping[str, object]) -> bytes:
        return self._sandbox.read(f"/{name}{'?' if asked else ''}{urlencode(asked)}")
