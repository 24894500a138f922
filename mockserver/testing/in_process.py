"""An application without a server: no socket, no port, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

from mockserver.testing.asgi_exchange import App, AsgiExchange, Cut, ResetByServer, Target
from mockserver.testing.loops import Life, LoopThread
from mockserver.testing.wire import PATIENCE_SECONDS, Answer, Stream

URL = "http://mockserver.localhost"
"""The origin in clients' requests. The name leads to this machine, where nothing listens for it."""


class InProcessServer:
    """An application in this process. `make` returns the application, a new one at each start."""

    def __init__(self, make: Callable[[], App]) -> None:
        self._make = make
        self._thread = LoopThread()
        self._app: App | None = None
        self._life: Life | None = None

    @property
    def url(self) -> str:
        """The base URL for requests through the transports."""
        return URL if self._app is not None else ""

    def start(self) -> None:
        """Start the application."""
        if self._app is not None:
            return
        app = self._make()
        self._thread.start()
        self._life = Life(app)
        try:
            self._thread.run(self._life.start())
        except BaseException:
            self._thread.stop()
            raise
        self._app = app

    def stop(self) -> None:
        """Shut the application down and end its thread."""
        if self._app is None or self._life is None:
            return
        try:
            self._thread.run(self._life.stop())
        finally:
            self._thread.stop()
            self._app = self._life = None

    def _running(self) -> tuple[App, dict[str, Any]]:
        if self._app is None or self._life is None:
            raise RuntimeError("the mock server is not running: it was not started, or it was stopped")
        return self._app, self._life.state

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request; an answer that is cut raises what http.client raises over a socket."""
        return self._thread.run(self._exchange(method, path, headers, body))

    async def _exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        exchange, parts = self._begun(method, path, headers, body), []
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if body:
                    await exchange.feed(body)
                exchange.end()
                status, told = await exchange.head()
                while (part := await exchange.part()) is not None:
                    parts.append(part)
        except ResetByServer as reset:
            raise ConnectionResetError(str(reset)) from reset
        except Cut as cut:
            if not cut.has_begun:
                raise RemoteDisconnected(str(cut)) from cut
            rest = None if cut.expected is None else cut.expected - cut.received
            raise IncompleteRead(b"".join(parts), rest) from cut
        finally:
            exchange.close()
        return status, [(name.decode("latin-1"), value.decode("latin-1")) for name, value in told], b"".join(parts)

    def _begun(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> AsgiExchange:
        """Begin a request; to be called in the event loop of the application."""
        app, state = self._running()
        raw_path, _, query = path.partition("?")
        host = urlsplit(URL).netloc
        sent = {"host": host, **{name.lower(): value for name, value in headers.items()}}
        if body or method in ("POST", "PUT", "PATCH"):
            sent.setdefault("content-length", str(len(body)))
        target = Target(method, "http", host, 80, raw_path.encode("ascii"), query.encode("ascii"))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()]
        return AsgiExchange(app, target.scope(raw, state))

    def stream(self, path: str, headers: Mapping[str, str]) -> Stream:
        """Begin the answer to a GET."""
        return self._thread.run(self._streamed(path, headers))

    async def _streamed(self, path: str, headers: Mapping[str, str]) -> AsgiStream:
        exchange = self._begun("GET", path, headers, b"")
        exchange.end()
        status, _ = await exchange.head()
        return AsgiStream(self._thread, exchange, status)

    def transport(self) -> Any:
        """Return a transport for httpx.Client; closing it ends nothing."""
        from mockserver.testing.transports import Transport

        app, state = self._running()
        return Transport(app, thread=self._thread, state=state)

    def async_transport(self) -> Any:
        """Return a transport for httpx.AsyncClient, in any event loop; closing it ends nothing."""
        from mockserver.testing.transports import AsyncTransport

        app, state = self._running()
        return AsyncTransport(app, thread=self._thread, state=state)


class AsgiStream:
    """An answer of an application in its event loop, read part by part from another thread."""

    def __init__(self, thread: LoopThread, exchange: AsgiExchange, status: int) -> None:
        self._thread, self._exchange, self.status = thread, exchange, status

    def read(self, timeout: float) -> bytes:
        """Return the next part; empty at the end. Raises TimeoutError."""
        return self._thread.run(asyncio.wait_for(self._exchange.part(), timeout)) or b""

    def close(self) -> None:
        """Leave; the application is told."""
        self._thread.run(self._left())

    async def _left(self) -> None:
        self._exchange.close()
