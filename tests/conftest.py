"""What all tests share: one server, and the stage on which the kit's checks set their scenes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from contracts.stage import Exchange
from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox


class SandboxScene:
    """A sandbox as the kit sees it."""

    def __init__(self, sandbox: Sandbox, other_key: str) -> None:
        self._sandbox = sandbox
        self.base_url = sandbox.server.url
        self.key = sandbox.key
        self.other_key = other_key

    def advance(self, seconds: float) -> None:
        self._sandbox.advance(seconds)

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Exchange:
        sent = dict(headers)
        if not any(
            key in text for key in (self.key, self.other_key) for text in (*sent.values(), body.decode("latin-1"))
        ):
            sent["X-Mock-Sandbox"] = self.key  # a call that carries no key of the scene is the scene's all the same
        return Exchange(*self._sandbox.server.request(method, path, sent, body))


class ServerStage:
    """A server as the kit sees it."""

    def __init__(self, server: MockServer) -> None:
        self._server = server

    def fresh(
        self, provider: str, *, profile: Sequence[str], timing: str, scenario: str | None, key_name: str
    ) -> SandboxScene:
        sandbox = self._server.sandbox(f"key-{key_name}")
        sandbox.reset()
        sandbox.configure(profiles={provider: list(profile)}, timing=timing, scenario=scenario or "success")
        sandbox.freeze()
        return SandboxScene(sandbox, f"other-{key_name}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """One server for the run; every test has a sandbox of its own."""
    cache: Path = tmp_path_factory.mktemp("clips")
    with MockServer(Settings(cache=cache, max_sandboxes=5000)) as started:
        yield started


@pytest.fixture(scope="session")
def stage(server: MockServer) -> ServerStage:
    """The stage of the kit."""
    return ServerStage(server)
