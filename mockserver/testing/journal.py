"""A sandbox's journal from the outside: what was received and answered, and the webhooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from mockserver.testing.sandbox import Sandbox


class Journal:
    """The numbered sequence of exchanges and webhook attempts. Filters are those of the control API."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def read(self, **filters: object) -> dict[str, Any]:
        """The whole document `journal.json`: the transcript as the kit judges it."""
        return self._got("journal.json", filters)

    def har(self, **filters: object) -> dict[str, Any]:
        """The same as HAR 1.2."""
        return self._got("journal.har", filters)

    def wait(self, *, count: int = 1, timeout: float = 5.0, **filters: object) -> dict[str, Any]:
        """Wait, at most `timeout` seconds of real time, until so many exchanges that fit were made; what the server
        then says. Raises ControlRefused when they were not.
        """
        return self._got("journal/wait", {"count": count, "timeout": timeout, **filters})

    def _got(self, name: str, filters: dict[str, object]) -> dict[str, Any]:
        asked = urlencode(
            {key: json.dumps(value) if isinstance(value, bool) else value for key, value in filters.items()}
        )
        found: dict[str, Any] = self._sandbox.control("GET", f"/{name}{'?' if asked else ''}{asked}")
        return found
