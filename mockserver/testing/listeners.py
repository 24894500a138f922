"""Ports of a sandbox's own, from the outside."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from mockserver.testing.results import OpenedListener

if TYPE_CHECKING:
    from mockserver.testing.sandbox import Sandbox


class Listeners:
    """A port whose every call belongs to one sandbox, at `url`, and perhaps one for its files, at `files_url`."""

    def __init__(self, sandbox: Sandbox, opened: OpenedListener) -> None:
        self._sandbox = sandbox
        self.url = opened["url"]
        self.files_url = opened["files_url"]

    @property
    def base_urls(self) -> dict[str, str]:
        """What the clients of each provider are to be pointed to, by provider."""
        return self._sandbox.server.base_urls_at(self.url)

    def close(self) -> None:
        """Close all listeners of the sandbox; its links point to where the client comes again."""
        self._sandbox.close_listeners()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()
