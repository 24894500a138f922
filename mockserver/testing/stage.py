"""The handle as the kit's `contracts.stage.Stage`. The kit is not imported: its `Exchange` is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockserver.testing.handle import MockServer
from mockserver.testing.sandbox import Sandbox

MakeExchange = Callable[[int, Sequence[tuple[str, str]], bytes], Any]


class SandboxScene:
    """A sandbox as the kit sees it."""

    def __init__(self, sandbox: Sandbox, other_key: str, exchange: MakeExchange) -> None:
        self._sandbox, self._exchange = sandbox, exchange
        self.base_url = sandbox.server.url
        self.key = sandbox.key
        self.other_key = other_key

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self._sandbox.clock.advance(seconds)

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        """One request; one that carries no key of the scene is the scene's all the same."""
        sent = dict(headers)
        places = (*sent.values(), body.decode("latin-1"))
        if not any(key in place for key in (self.key, self.other_key) for place in places):
            sent["X-Mock-Sandbox"] = self.key
        return self._exchange(*self._sandbox.server.request(method, path, sent, body))


class ServerStage:
    """A server as the kit sees it."""

    def __init__(self, server: MockServer, exchange: MakeExchange) -> None:
        self._server, self._exchange = server, exchange

    def fresh(
        self, provider: str, *, profile: Sequence[str], timing: str, scenario: str | None, key_name: str
    ) -> SandboxScene:
        """A scene in a new sandbox."""
        sandbox = self._server.sandbox(f"key-{key_name}")
        sandbox.reset(configuration=True)
        sandbox.configure(profiles={provider: profile}, timing=timing, scenario=scenario)
        sandbox.clock.freeze()
        return SandboxScene(sandbox, f"other-{key_name}", self._exchange)
