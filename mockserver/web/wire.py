"""ASGI as types, and the reading and writing of bytes."""

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
    """Return a JSON value as compact UTF-8."""
    return orjson.dumps(value)


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
