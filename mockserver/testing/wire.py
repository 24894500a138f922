"""How a handle speaks with a server: over HTTP, one connection for each request."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

PATIENCE_SECONDS: Final = 60.0

Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers in the order sent, body."""


class Served(Protocol):
    """A server behind a handle: in a thread, in a process, somewhere else, or without a socket."""

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end; empty before the start."""

    def start(self) -> None:
        """Start it; returns when it answers. Does nothing to one that runs."""

    def stop(self) -> None:
        """Stop it, if it is ours to stop; returns when it has ended."""

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request. Raises OSError or http.client.HTTPException when the answer does not come, or not whole."""

    def transport(self) -> Any:
        """An httpx.BaseTransport that leads to it."""

    def async_transport(self) -> Any:
        """An httpx.AsyncBaseTransport that leads to it."""


class OverHttp:
    """The half of `Served` that is the same for all that have a socket."""

    def __init__(self, url: str = "", *, context: ssl.SSLContext | None = None) -> None:
        self._url, self._context = url, context

    @property
    def url(self) -> str:
        """The base URL."""
        return self._url

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request on a connection of its own."""
        if not self._url:
            raise RuntimeError("the mock server is not running: it was not started, or it was stopped")
        parts = urlsplit(self._url)
        connection: HTTPConnection
        if parts.scheme == "https":
            connection = HTTPSConnection(
                parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS, context=self._context
            )
        else:
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, parts.path + path, body or None, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def transport(self) -> Any:
        """The one that httpx uses itself."""
        import httpx

        return httpx.HTTPTransport(verify=self._context or True)

    def async_transport(self) -> Any:
        """The one that httpx uses itself."""
        import httpx

        return httpx.AsyncHTTPTransport(verify=self._context or True)
