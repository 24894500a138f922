"""ASGI as types; how bytes are read and written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol

import orjson

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]
Sent = tuple[int, RawHeaders, bytes]
"""A whole answer: status, headers, body."""


def json_bytes(value: object) -> bytes:
    """A JSON value as compact UTF-8."""
    return orjson.dumps(value)


async def send_bytes(send: Send, status: int, headers: RawHeaders, body: bytes) -> RawHeaders:
    """One whole answer; the headers with which it went out, as a middleware may have added some."""
    start: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
    sent: RawHeaders = start["headers"]
    return sent


RAW: Final = "mockserver.raw"
"""Where a server that can write raw answers says so: in a scope's `extensions`, or its `state`."""


class RawConnection(Protocol):
    """A connection on which an answer is written byte by byte, in the place of the server's own answer.

    After `write` one of `keep`, `close` and `reset` must follow; the application sends nothing else.
    """

    @property
    def is_kept(self) -> bool:
        """Whether the connection is kept after the answer, as far as HTTP and the client have it."""
        ...

    @property
    def is_gone(self) -> bool:
        """Whether nothing can be written any more."""
        ...

    def write(self, data: bytes) -> None:
        """Write bytes of the answer at once."""
        ...

    async def drain(self) -> None:
        """Return when there is room for more."""
        ...

    async def keep(self) -> None:
        """End the answer; the connection goes on as the client has it."""
        ...

    async def close(self) -> None:
        """End the answer and the connection (FIN)."""
        ...

    async def reset(self) -> None:
        """End the connection abruptly (RST), after what was written."""
        ...


class Disconnected(Exception):
    """The client went away before its request was complete."""


async def read_body(receive: Receive, cap: int) -> bytes | None:
    """The request's body; None when it is longer than `cap` bytes."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body"):
        return body if len(body) <= cap else None
    if message["type"] == "http.disconnect":
        raise Disconnected
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > cap:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
