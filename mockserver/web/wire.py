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
