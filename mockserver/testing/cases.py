"""A server that serves the kit's cases over sockets: a listener for each, and another one for its files.

The kit is not imported; what it calls `Setting` comes as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Protocol

from mockserver.testing.handle import MockServer, Sandbox


class CaseSetting(Protocol):
    """What a server is set to for one case: `mockserver.kit.target.Setting`."""

    @property
    def provider(self) -> str:
        """The provider's name."""

    @property
    def key(self) -> str:
        """The API key of the client."""

    @property
    def name(self) -> str:
        """The name of the scenario."""

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The members of a composed scenario."""

    @property
    def profile(self) -> Sequence[str]:
        """Words of the provider's profile."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Other members of the control API's PATCH of a sandbox."""


class ListenerCase:
    """A case at a port of its own, in a sandbox that others have when it is over."""

    def __init__(self, sandbox: Sandbox, key: str, leave: Callable[[], None]) -> None:
        self._sandbox, self._leave = sandbox, leave
        self._listeners = sandbox.listeners(files=True)
        self.base_url: str = self._listeners.url
        self.key = key

    def journal(self) -> Any:
        """What went over the wire so far."""
        return self._sandbox.journal.read()

    def close(self) -> None:
        """Close its listeners, and forget what happened."""
        self._sandbox.close_listeners()
        self._sandbox.reset(configuration=True)
        self._leave()


class ListenerCaseServer:
    """Cases on a server that runs, each with two of its listeners, of which a server has 64. Threads may share it.

    At a listener the client's key does not decide about the sandbox: so there are no more sandboxes, and no more clips
    to draw, than cases side by side.
    """

    def __init__(self, server: MockServer) -> None:
        self._server = server
        self._free: list[int] = []
        self._made = 0
        self._lock = Lock()

    def serve(self, setting: CaseSetting) -> ListenerCase:
        """Serve a case at a port of its own. Raises ControlRefused, a ValueError, for what the server does not know."""
        number = self._taken()
        try:
            name = f"{setting.name[:30]}-{number}"
            self._server.compose(name, **setting.scenario)
            sandbox = self._server.sandbox(f"case-sandbox-{number}")
            sandbox.reset(configuration=True)
            profiles = {setting.provider: list(setting.profile)}
            sandbox.control("PATCH", "", {"profiles": profiles, "scenario": name, **setting.options})
            return ListenerCase(sandbox, setting.key, lambda: self._given_back(number))
        except BaseException:
            self._given_back(number)
            raise

    def _taken(self) -> int:
        """The number of a sandbox that nobody uses."""
        with self._lock:
            if self._free:
                return self._free.pop()
            self._made += 1
            return self._made

    def _given_back(self, number: int) -> None:
        with self._lock:
            self._free.append(number)
