"""The one module that touches uvicorn's inside: connections that have a number and count what comes over them."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.domain.journal import Line

STATE = "mockserver.line"
"""Where the application finds its `Line`: in the `state` of a scope, which uvicorn copies for every request."""


def counting() -> type[asyncio.Protocol]:
    """uvicorn's protocol with a `Line` for each connection; numbers from 1 for each server."""
    numbers = count(1)

    class Counting(HttpToolsProtocol):
        """A connection that counts."""

        line: Line

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            self.line = Line(next(numbers))
            self.app_state: dict[str, Any] = {**self.app_state, STATE: self.line}
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            self.line.received += len(data)
            HttpToolsProtocol.data_received(self, data)

        def pause_writing(self) -> None:
            self.line.is_clogged = True
            self.line.unsent = self.transport.get_write_buffer_size()
            super().pause_writing()

        def resume_writing(self) -> None:
            self.line.is_clogged = False
            super().resume_writing()
            self._flow()

        def connection_lost(self, exc: Exception | None) -> None:
            self.line.is_lost = True
            super().connection_lost(exc)
            self._flow()

        def _flow(self) -> None:
            called, self.line.on_flow = self.line.on_flow, None
            if called is not None:
                called()

    return Counting
