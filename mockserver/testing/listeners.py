"""Ports that belong to one sandbox."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from mockserver.testing.control import SandboxControl
from mockserver.testing.results import OpenedListener


class Listeners:
    """A port of which every call belongs to one sandbox, perhaps with a second port for its files."""

    def __init__(self, sandbox: SandboxControl, opened: OpenedListener) -> None:
        self._sandbox = sandbox
        self.url = opened["url"]
        """The base URL of the port."""
        self.files_url = opened["files_url"]
        """The base URL of the port for files; None: there is none."""

    @property
    def base_urls(self) -> dict[str, str]:
        """The base URL for clients of each provider, by the provider's name."""
        return self._sandbox.base_urls_at(self.url)

    def close(self) -> None:
        """Close all listeners of the sandbox; links then point again to the address that the client used."""
        self._sandbox.close_listeners()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()
