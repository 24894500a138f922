"""HTTP between a handle and its server: one connection for each request."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

PATIENCE_SECONDS: Final = 60.0
PART_BYTES: Final = 65_536

Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers in the order sent, body."""


class Stream(Protocol):
    """An answer that comes in parts, for as long as the server has more."""

    @property
    def status(self) -> int:
        """The status of the answer."""

    def read(self, timeout: float) -> bytes:
        """Return the next part; empty at the end. Raises TimeoutError after so many real seconds: the last read."""

    def close(self) -> None:
        """Leave."""


class Served(Protocol):
    """A server behind a handle: in a thread, in a process, somewhere else, or without a socket."""

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end; empty before the start."""

    def start(self) -> None:
        """Start the server and return when it answers; do nothing when it runs."""

    def stop(self) -> None:
        """Stop the server, if it is ours to stop, and return when it has ended."""

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request. Raises OSError or http.client.HTTPException when no whole answer comes."""

    def stream(self, path: str, headers: Mapping[str, str]) -> Stream:
        """Begin the answer to a GET, which is then read part by part."""

    def transport(self) -> Any:
        """Return an httpx.BaseTransport that leads to the server."""

    def async_transport(self) -> Any:
        """Return an httpx.AsyncBaseTransport that leads to the server."""


class OverHttp:
    """The part of `Served` that all servers with a socket share."""

    def __init__(self, url: str = "", *, context: ssl.SSLContext | None = None) -> None:
        self._url, self._context = url, context

    @property
    def url(self) -> str:
        """The base URL."""
        return self._url

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request on a connection of its own."""
        connection = self._connection()
        try:
            connection.request(method, urlsplit(self._url).path + path, body or None, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def stream(self, path: str, headers: Mapping[str, str]) -> Stream:
        """Begin the answer to a GET on a connection of its own."""
        return HttpStream(self._connection(), urlsplit(self._url).path + path, headers)

    def _connection(self) -> HTTPConnection:
        if not self._url:
            raise RuntimeError("the mock server is not running: it was not started, or it was stopped")
        parts = urlsplit(self._url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return HTTPSConnection(host, parts.port, timeout=PATIENCE_SECONDS, context=self._context)
        return HTTPConnection(host, parts.port, timeout=PATIENCE_SECONDS)

    def transport(self) -> Any:
        """Return httpx's own transport."""
        import httpx

        return httpx.HTTPTransport(verify=self._context or True)

    def async_transport(self) -> Any:
        """Return httpx's own transport."""
        import httpx

        return httpx.AsyncHTTPTransport(verify=self._context or True)


class HttpStream:
    """An answer over a connection of its own, read part by part."""

    def __init__(self, connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> None:
        self._connection = connection
        connection.request("GET", path, headers=dict(headers))
        self._socket = connection.sock
        self._answer = connection.getresponse()

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self._answer.status

    def read(self, timeout: float) -> bytes:
        """Return the next part; empty at the end. Raises TimeoutError."""
        self._socket.settimeout(timeout)
        return self._answer.read1(PART_BYTES)

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()
        self._connection.close()
