"""Transports for httpx that lead to a case in virtual time. Timeouts count; a broken answer is httpx's own error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import httpx

from mockserver.testing.asgi_exchange import Cut, RawHeaders, Target

if TYPE_CHECKING:
    from mockserver.testing.virtual import Answered, InThreadCase


def _target(request: httpx.Request) -> Target:
    path, _, query = request.url.raw_path.partition(b"?")
    port = request.url.port or (443 if request.url.scheme == "https" else 80)
    return Target(request.method, request.url.scheme, request.url.host, port, path, query)


def _patience(request: httpx.Request) -> float | None:
    timeouts: dict[str, Any] = request.extensions.get("timeout", {})
    seconds: float | None = timeouts.get("read")
    return seconds


def _raw(request: httpx.Request) -> RawHeaders:
    return request.headers.raw


def _response(answer: Answered, request: httpx.Request) -> httpx.Response:
    if not answer.has_begun:
        raise _error(answer, request)
    told = {"http_version": b"HTTP/1.1"}
    return httpx.Response(answer.status, headers=answer.headers, stream=_Parts(answer, request), extensions=told)


def _error(answer: Answered, request: httpx.Request) -> httpx.TransportError:
    if isinstance(answer.broken, Cut):
        return httpx.RemoteProtocolError(str(answer.broken), request=request)
    return httpx.ReadTimeout("The read operation timed out", request=request)


class _Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, answer: Answered, request: httpx.Request) -> None:
        self._answer, self._request = answer, request

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.parts
        if self._answer.broken is not None:
            raise _error(self._answer, self._request)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


class VirtualTransport(httpx.BaseTransport):
    """For httpx.Client."""

    def __init__(self, case: InThreadCase) -> None:
        self._case = case

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; all of its answer is there when this returns."""
        body = request.read()
        return _response(self._case.send(_target(request), _raw(request), body, _patience(request)), request)


class AsyncVirtualTransport(httpx.AsyncBaseTransport):
    """For httpx.AsyncClient, in a coroutine that the case runs."""

    def __init__(self, case: InThreadCase) -> None:
        self._case = case

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; all of its answer is there when this returns."""
        body = await request.aread()
        answer = await self._case.send_async(_target(request), _raw(request), body, _patience(request))
        return _response(answer, request)
