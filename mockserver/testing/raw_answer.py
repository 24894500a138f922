"""An answer that a fault writes byte by byte, read by h11 as a client over a socket reads it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import h11

from mockserver import MockServerError

Part = dict[str, Any]
"""The head of an answer (`status`, `headers`), or a part of its body (`body`)."""


class Unreadable(MockServerError):
    """The bytes, or their end, are no HTTP answer; the text is the one of h11."""


class RawAnswer:
    """Satisfies `web.wire.RawConnection`. `put` hands on a part, None at the end, or what is wrong; `is_gone` says
    whether the client has gone.
    """

    is_kept = True

    def __init__(self, method: str, put: Callable[[Part | Exception | None], Awaitable[None]],
                 has_gone: Callable[[], bool]) -> None:  # fmt: skip
        self._put, self._has_gone = put, has_gone
        self._reader = h11.Connection(h11.CLIENT)
        self._reader.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        self._reader.send(h11.EndOfMessage())
        self.has_written = self._has_ended = False
        self._unread: list[Part | Exception | None] = []

    @property
    def is_gone(self) -> bool:
        """Whether nobody reads any more."""
        return self._has_ended or self._has_gone()

    def write(self, data: bytes) -> None:
        """Read bytes of the answer."""
        self.has_written = True
        if data and not self._has_ended:
            self._read(data)

    async def drain(self) -> None:
        """Hand on what was read."""
        while self._unread:
            await self._put(self._unread.pop(0))

    async def keep(self) -> None:
        """End the answer. A client that still waits for bytes waits on."""
        await self.drain()

    async def close(self) -> None:
        """End the connection (FIN)."""
        if not self._has_ended:
            self._read(b"")
        await self.drain()

    async def reset(self) -> None:
        """End the connection abruptly (RST)."""
        if not self._has_ended:
            self._has_ended = True
            self._unread.append(ConnectionResetError(104, "Connection reset by peer"))
        await self.drain()

    def _read(self, data: bytes) -> None:
        self._reader.receive_data(data)
        try:
            for part in self._parts():
                self._unread.append(part)
        except h11.RemoteProtocolError as error:
            self._has_ended = True
            self._unread.append(Unreadable(str(error)))

    def _parts(self) -> Iterator[Part | Exception | None]:
        while not self._has_ended:
            event = self._reader.next_event()
            if event is h11.NEED_DATA:
                return
            if isinstance(event, h11.Response):
                yield {"status": event.status_code, "headers": list(event.headers.raw_items())}
            elif isinstance(event, h11.Data):
                yield {"body": bytes(event.data)}
            elif isinstance(event, h11.EndOfMessage):
                self._has_ended = True
                yield None
            elif isinstance(event, h11.ConnectionClosed):
                self._has_ended = True
                yield Unreadable("Server disconnected without sending a response.")
