"""Connections to elsewhere, byte for byte in both directions: for `--passthrough`."""

from __future__ import annotations

import asyncio
from typing import cast


class Pipe(asyncio.Protocol):
    """One end of a relayed connection; what it reads, the other end writes."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: Pipe | None = None
        self.has_ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand on."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def eof_received(self) -> bool:
        """Hand the end on, and go on the other way until that ends too."""
        self.has_ended = True
        other = self.other
        if other is None or other.transport is None or other.has_ended or not other.transport.can_write_eof():
            return False  # this end closes, and with it the other
        if not other.transport.is_closing():
            other.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        """Read no more from the other side while this one does not read."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        if self.other is not None and self.other.transport is not None and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Close the other side: at once where this one was reset, else when all is written."""
        end = self.other.transport if self.other is not None else None
        if end is not None:
            end.close() if exc is None else end.abort()


async def joined(near: asyncio.Transport, host: str, port: int, *, is_secure: bool = False) -> asyncio.Transport:
    """Join a client's connection with one to host and port, perhaps over TLS; that connection. Raises OSError.

    The client's connection is left paused: whoever has written what goes before resumes its reading.
    """
    loop = asyncio.get_running_loop()
    here, there = Pipe(), Pipe()
    far, _ = await loop.create_connection(lambda: there, host, port, ssl=is_secure or None)
    here.other, there.other = there, here
    near.set_protocol(here)
    here.connection_made(near)
    return far
