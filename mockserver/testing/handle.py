"""A server in a thread of this process, and the sandboxes on it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from mockserver.adapters.clock import HandTime, MachineTime
from mockserver.adapters.serving import address, bind, server
from mockserver.app import create_app
from mockserver.settings import Settings


class ControlRefused(ValueError):
    """The control API refused what was asked; the text says why."""


class MockServer:
    """A mock server on a port of its own.

        with MockServer() as server:
            sandbox = server.sandbox("test-1")

    `settings` are those of the command line; the seed is 0 unless told otherwise.
    """

    def __init__(self, settings: Settings | None = None, *, time: MachineTime | HandTime | None = None) -> None:
        self.settings = settings or Settings()
        self._time = time
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._url = ""

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end; empty before the start."""
        return self._url

    def start(self) -> Self:
        """Start on a free port; returns when it answers."""
        ready = threading.Event()
        sockets = bind("127.0.0.1", 0)
        self._url = address(sockets)
        self._server = server(create_app(self.settings, time=self._time), on_ready=ready.set)
        self._thread = threading.Thread(target=self._run, args=(sockets,), name="mockserver", daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def _run(self, sockets: Any) -> None:
        asyncio.run(self._server.serve(sockets))

    def stop(self) -> None:
        """Stop, and wait until everything has ended."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """One request on a connection of its own: status, headers in order, body."""
        parts = urlsplit(self._url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def control(self, method: str, path: str, value: object = None) -> Any:
        """A call of the control API under `/_mock`; raises ControlRefused."""
        body = b"" if value is None else json.dumps(value).encode()
        status, _, content = self.request(method, f"/_mock{path}", {"content-type": "application/json"}, body)
        answer = json.loads(content)
        if status >= 400:
            raise ControlRefused(answer.get("detail", answer))
        return answer

    def sandbox(self, key: str) -> Sandbox:
        """The sandbox of an API key."""
        return Sandbox(self, key)


class Sandbox:
    """What belongs to one API key: jobs, clock, profile, scenario."""

    def __init__(self, owner: MockServer, key: str) -> None:
        self.server, self.key = owner, key
        self._path = f"/sandboxes/{owner.control('POST', '/sandboxes', {'key': key})['sandbox']}"

    def configure(
        self,
        *,
        profiles: Mapping[str, Sequence[str]] | None = None,
        timing: str | None = None,
        scenario: str | None = None,
        queue: Sequence[str] | None = None,
        limits: str | Mapping[str, Mapping[str, float]] | None = None,
        tiers: Mapping[str, str] | None = None,
    ) -> None:
        """Set what is given; the rest stays. `limits`: off, documented, or {operation: {"calls": N, "seconds": S}}."""
        asked = {
            "profiles": profiles, "timing": timing, "scenario": scenario, "queue": queue, "limits": limits,
            "tiers": tiers,
        }  # fmt: skip
        self.server.control("PATCH", self._path, {name: value for name, value in asked.items() if value is not None})

    def freeze(self) -> None:
        """Stop the clock."""
        self.server.control("PATCH", f"{self._path}/clock", {"frozen": True})

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.server.control("PATCH", f"{self._path}/clock", {"advance_seconds": seconds})

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs, oldest first, as the control API shows them."""
        found: list[dict[str, Any]] = self.server.control("GET", f"{self._path}/jobs")["jobs"]
        return found

    def turn(self, job: str, turning: str, why: str | None = None) -> dict[str, Any]:
        """Turn a job's fate: `complete`, `fail` (for a reason) or `stall`; the job as it is then."""
        told: dict[str, Any] = self.server.control(
            "POST", f"{self._path}/jobs/{job}/{turning}", None if why is None else {"why": why}
        )
        return told

    def reset(self) -> None:
        """Forget everything but the configuration."""
        self.server.control("DELETE", self._path)
