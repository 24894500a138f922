"""ASGI as types, and the reading and writing of bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]
Sent = tuple[int, RawHeaders, bytes]
"""A whole answer: status, headers, body."""


def json_bytes(value: object) -> bytes:
    """Return a JSON value as compact UTF-8."""
    return orjson.dumps(value)


async def send_bytes(send: Send, status: int, headers: RawHeaders, body: bytes) -> RawHeaders:
    """Send a whole answer; return its headers, to which a middleware may have added some."""
    start: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
    sent: RawHeaders = start["headers"]
    return sent


class Disconnected(Exception):
    """The client left before its request was complete."""


async def read_body(receive: Receive, cap: int) -> bytes | None:
    """Return the request's body; None when it has more than `cap` bytes."""
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
