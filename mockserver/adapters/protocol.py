"""The one module that touches uvicorn's inside: connections that have a number and count what comes over them."""

from __future__ import annotations

import asyncio
import socket
import struct
from itertools import count
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.adapters.write_coalescing import WriteCoalescing
from mockserver.domain.journal import Line

STATE: Final = "mockserver.line"
"""Where the application finds its `Line`: in the `state` of a scope, which uvicorn copies for every request."""

_ABRUPTLY: Final = struct.pack("ii", 1, 0)
"""SO_LINGER for no time at all: what is not yet sent is thrown away, and the client gets an RST."""

_numbers = count(1)


class Counting(HttpToolsProtocol):
    """A connection with a `Line` of its own."""

    line: Line

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Give it its number."""
        self.line = Line(next(_numbers), end=self._end)
        self.app_state: dict[str, Any] = {**self.app_state, STATE: self.line}
        super().connection_made(WriteCoalescing(transport, self.loop))

    def data_received(self, data: bytes) -> None:
        """Count the bytes."""
        self.line.received += len(data)
        HttpToolsProtocol.data_received(self, data)

    def pause_writing(self) -> None:
        """The client does not read what was written."""
        self.line.is_clogged, self.line.unsent = True, self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It does again."""
        self.line.is_clogged = False
        super().resume_writing()
        self._flow()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone, perhaps before the answer's last byte was on its way."""
        self.line.is_lost, self.line.end = True, None
        super().connection_lost(exc)
        self._flow()

    def _end(self, is_abrupt: bool) -> None:
        if is_abrupt:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
            self.transport.abort()
        else:
            self.transport.close()

    def _flow(self) -> None:
        waiting, self.line.on_flow = self.line.on_flow, None
        if waiting is not None:
            waiting()
