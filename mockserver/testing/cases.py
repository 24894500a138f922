"""A server that serves the kit's cases over sockets: a listener for each, and another one for its files.

The kit is not imported; what it calls `Setting` comes as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mockserver.testing.handle import MockServer
from mockserver.testing.sandbox import Sandbox


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
    """A case at a port of its own."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._listeners = sandbox.listeners(files=True)
        self.base_url: str = self._listeners.url
        self.key: str = sandbox.key

    def journal(self) -> Any:
        """What went over the wire so far."""
        return self._sandbox.journal.read()

    def close(self) -> None:
        """Close its listeners, and forget what happened."""
        self._sandbox.close_listeners()
        self._sandbox.reset(configuration=True)


class ListenerCaseServer:
    """Cases on a server that runs; each has two of its listeners, of which a server has 64."""

    def __init__(self, server: MockServer) -> None:
        self._server = server

    def serve(self, setting: CaseSetting) -> ListenerCase:
        """Serve a case at a port of its own. Raises ControlRefused, a ValueError, for what the server does not know."""
        self._server.compose(setting.name, **setting.scenario)
        sandbox = self._server.sandbox(setting.key)
        sandbox.reset(configuration=True)
        profiles = {setting.provider: list(setting.profile)}
        sandbox.control("PATCH", "", {"profiles": profiles, "scenario": setting.name, **setting.options})
        return ListenerCase(sandbox)
