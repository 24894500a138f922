"""The handle as a `mockserver.kit.target.Target`. The kit is not imported: the caller hands in its `Response`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockserver.testing.handle import MockServer, Sandbox

MakeResponse = Callable[[int, Sequence[tuple[str, str]], bytes], Any]


class SandboxSession:
    """A sandbox as the kit's Session."""

    def __init__(self, sandbox: Sandbox, other_key: str, response: MakeResponse) -> None:
        self._sandbox, self._response = sandbox, response
        self.base_url = sandbox.server.url
        self.key = sandbox.key
        self.other_key = other_key

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self._sandbox.clock.advance(seconds)

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        """Send one request. It belongs to the session also when it carries none of the session's keys."""
        sent = dict(headers)
        places = (*sent.values(), body.decode("latin-1"))
        if not any(key in place for key in (self.key, self.other_key) for place in places):
            sent["X-Mock-Sandbox"] = self.key
        return self._response(*self._sandbox.server.request(method, path, sent, body))


class ServerTarget:
    """A server as the kit's Target."""

    def __init__(self, server: MockServer, response: MakeResponse) -> None:
        self._server, self._response = server, response

    def session(
        self, provider: str, *, profile: Sequence[str], timing: str, scenario: str | None, key_name: str
    ) -> SandboxSession:
        """Return a session in a new sandbox."""
        sandbox = self._server.sandbox(f"key-{key_name}")
        sandbox.reset(configuration=True)
        sandbox.configure(profiles={provider: profile}, timing=timing, scenario=scenario)
        sandbox.clock.freeze()
        return SandboxSession(sandbox, f"other-{key_name}", self._response)
