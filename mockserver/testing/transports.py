"""Transports for httpx that lead to an application in this process, without a socket. They stream in both directions.

A chunk of the request's body is fetched when the application has room for it; a part of the answer is available as soon
as the application sent it; an answer that is cut is an httpx.RemoteProtocolError, as over a socket. The read and write
timeouts of a request apply. (httpx.ASGITransport is async only, waits for the whole answer, and does not show that it
was cut.)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any, Self, TypeVar

from mockserver.testing.asgi_exchange import App, AsgiExchange, Cut, RawHeaders, ResetByServer, Target
from mockserver.testing.loops import Life, LoopThread

try:
    import httpx
except ImportError as missing:
    raise ImportError("the transports of mockserver.testing need httpx: pip install httpx") from missing

Value = TypeVar("Value")
Reach = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]
"""Runs a coroutine of the caller in the event loop of the application."""


class _StreamedExchange:
    """A request under way, in httpx's types. It lives in the event loop of the application."""

    def __init__(self, app: App, state: dict[str, Any], request: httpx.Request) -> None:
        self._request, self._app = request, app
        self._scope = _target(request.url, request.method).scope(request.headers.raw, state)
        patience: dict[str, float | None] = request.extensions.get("timeout", {})
        self._to_read, self._to_write = patience.get("read"), patience.get("write")
        self._exchange: AsgiExchange | None = None

    @property
    def _way(self) -> AsgiExchange:
        if self._exchange is None:
            self._exchange = AsgiExchange(self._app, self._scope)
        return self._exchange

    async def feed(self, chunk: bytes) -> bool:
        """Send a part of the body; return whether more is wanted."""
        try:
            async with asyncio.timeout(self._to_write):
                return await self._way.feed(chunk)
        except TimeoutError:
            raise httpx.WriteTimeout("The write operation timed out", request=self._request) from None

    async def head(self) -> tuple[int, RawHeaders]:
        """End the body; return the status and headers of the answer."""
        self._way.end()
        return await self._within(self._way.head())

    async def part(self) -> bytes | None:
        """Return the next part of the answer."""
        return await self._within(self._way.part())

    async def close(self) -> None:
        """Leave."""
        self._way.close()

    async def _within(self, work: Coroutine[Any, Any, Value]) -> Value:
        try:
            async with asyncio.timeout(self._to_read):
                return await work
        except ResetByServer as reset:
            raise httpx.ReadError(str(reset), request=self._request) from reset
        except Cut as cut:
            raise httpx.RemoteProtocolError(str(cut), request=self._request) from cut.__cause__
        except TimeoutError:
            raise httpx.ReadTimeout("The read operation timed out", request=self._request) from None


class Transport(httpx.BaseTransport):
    """A transport for httpx.Client.

    With an application, it runs in a thread with an event loop of its own, from the first request (or `with`) until
    `close`. With the `thread` and `state` of a running application, it runs there, and `close` ends nothing.
    """

    def __init__(self, app: App, *, thread: LoopThread | None = None, state: dict[str, Any] | None = None) -> None:
        self._app, self._thread, self._state = app, thread or LoopThread(), state
        self._life = Life(app) if thread is None else None

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        if self._life is not None and not self._thread.is_running:
            self._thread.start()
            try:
                self._thread.run(self._life.start())
            except BaseException:
                self._thread.stop()
                raise
            self._state = self._life.state

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body streams later."""
        self._start()
        exchange = _StreamedExchange(self._app, self._state or {}, request)
        run = self._thread.run
        try:
            for chunk in request.stream:  # type: ignore[union-attr]  # httpx sees to it
                if not run(exchange.feed(chunk)):
                    break
            status, headers = run(exchange.head())
        except BaseException:
            run(exchange.close())
            raise
        return httpx.Response(status, headers=headers, stream=_Body(exchange, self._thread), extensions=_extensions())

    def close(self) -> None:
        """Shut the application down."""
        if self._life is not None and self._thread.is_running:
            try:
                self._thread.run(self._life.stop())
            finally:
                self._thread.stop()


class AsyncTransport(httpx.AsyncBaseTransport):
    """A transport for httpx.AsyncClient.

    With an application, it runs in the caller's event loop, from the first request (or `async with`) until `aclose`.
    With the `thread` and `state` of a running application, it runs there, and `aclose` ends nothing.
    """

    def __init__(self, app: App, *, thread: LoopThread | None = None, state: dict[str, Any] | None = None) -> None:
        self._app, self._state = app, state
        self._life = Life(app) if thread is None else None
        self._reach: Reach = _here if thread is None else thread.reach
        self._starting: asyncio.Lock | None = None

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def _start(self) -> None:
        if self._life is None or self._state is not None:
            return
        self._starting = self._starting or asyncio.Lock()
        async with self._starting:
            if self._state is None:
                await self._life.start()
                self._state = self._life.state

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body streams later."""
        await self._start()
        exchange = _StreamedExchange(self._app, self._state or {}, request)
        try:
            async for chunk in request.stream:  # type: ignore[union-attr]  # httpx sees to it
                if not await self._reach(exchange.feed(chunk)):
                    break
            status, headers = await self._reach(exchange.head())
        except BaseException:
            await self._reach(exchange.close())
            raise
        return httpx.Response(
            status, headers=headers, stream=_AsyncBody(exchange, self._reach), extensions=_extensions()
        )

    async def aclose(self) -> None:
        """Shut the application down."""
        if self._life is not None and self._state is not None:
            self._state = self._starting = None
            await self._life.stop()


class _Body(httpx.SyncByteStream):
    def __init__(self, exchange: _StreamedExchange, thread: LoopThread) -> None:
        self._errand, self._thread = exchange, thread

    def __iter__(self) -> Iterator[bytes]:
        while (part := self._thread.run(self._errand.part())) is not None:
            yield part

    def close(self) -> None:
        if self._thread.is_running:
            self._thread.run(self._errand.close())


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, exchange: _StreamedExchange, reach: Reach) -> None:
        self._errand, self._reach = exchange, reach

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self._reach(self._errand.part())) is not None:
            yield part

    async def aclose(self) -> None:
        await self._reach(self._errand.close())


async def _here(work: Coroutine[Any, Any, Any]) -> Any:
    return await work


def _target(url: httpx.URL, method: str) -> Target:
    path, _, query = url.raw_path.partition(b"?")
    port = url.port or (443 if url.scheme == "https" else 80)
    return Target(method, url.scheme, url.host, port, path, query)


def _extensions() -> dict[str, Any]:
    return {"http_version": b"HTTP/1.1"}


def transport(app: App) -> Transport:
    """Return a transport for httpx.Client that runs an ASGI application, such as `create_app()`, in a thread of its
    own.
    """
    return Transport(app)


def async_transport(app: App) -> AsyncTransport:
    """Return a transport for httpx.AsyncClient that runs an ASGI application in the caller's event loop."""
    return AsyncTransport(app)
