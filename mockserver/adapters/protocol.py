"""The one module that touches uvicorn's inside: connections that have a number and count what comes over them."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from itertools import count
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mockserver.adapters.write_coalescing import WriteCoalescing
from mockserver.domain.journal import Line

STATE: Final = "mockserver.line"
"""Where the application finds its `Line`: in the `state` of a scope, which uvicorn copies for every request."""
RAW: Final = "mockserver.raw"
"""Where it finds its `RawConnection`, in the same place."""

_ABRUPTLY: Final = struct.pack("ii", 1, 0)
"""SO_LINGER for no time at all: what is not yet sent is thrown away, and the client gets an RST."""

_numbers = count(1)

log = logging.getLogger("uvicorn.error")


def _without_upgrade(name: bytes, value: bytes) -> bytes:
    """A header's value, that of Connection without the option `Upgrade`."""
    if name != b"connection":
        return value
    return b",".join(option for option in value.split(b",") if option.strip().lower() != b"upgrade") or b"keep-alive"


class RawConnection:
    """A connection on which an answer is written byte by byte, in the server's place. See `web.wire.RawConnection`."""

    def __init__(self, protocol: Counting) -> None:
        self._protocol = protocol

    @property
    def is_kept(self) -> bool:
        """Whether the connection is kept after the answer, as far as HTTP and the client have it."""
        return self._protocol.answering.keep_alive

    @property
    def is_gone(self) -> bool:
        """Whether nothing can be written any more."""
        return self._protocol.transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write bytes of the answer at once, with nothing that was held back."""
        cycle, transport = self._protocol.answering, self._protocol.transport
        cycle.response_started, cycle.waiting_for_100_continue = True, False
        if data:
            transport.write(data)
        if isinstance(transport, WriteCoalescing):
            transport.flush()

    async def drain(self) -> None:
        """Return when there is room for more."""
        await self._protocol.flow.drain()

    async def keep(self) -> None:
        """End the answer; the connection goes on as the client has it."""
        self._over(None if self.is_kept else self._protocol.transport.close)

    async def close(self) -> None:
        """End the answer and the connection, once all that was written is sent (FIN)."""
        self._over(self._protocol.transport.close)

    async def reset(self) -> None:
        """End the connection abruptly (RST) when all that was written has left this process."""
        transport = self._protocol.transport
        if isinstance(transport, WriteCoalescing):
            transport.flush()
        if transport.get_write_buffer_size():
            transport.set_write_buffer_limits(0)
            await self._protocol.flow.drain()
        if not transport.is_closing():
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
        self._over(transport.abort)

    def _over(self, ending: Callable[[], None] | None) -> None:
        cycle = self._protocol.answering
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if ending is not None:
            ending()
        self._protocol.on_response_complete()


class Counting(HttpToolsProtocol):
    """A connection with a `Line` of its own."""

    line: Line
    answering: RequestResponseCycle
    """The request that is being answered: of several that came at once, the others wait."""
    _as_sent: list[tuple[bytes, bytes]] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Give it its number."""
        self.line = Line(next(_numbers))
        self.app_state: dict[str, Any] = {**self.app_state, STATE: self.line, RAW: RawConnection(self)}
        super().connection_made(WriteCoalescing(transport, self.loop))

    def data_received(self, data: bytes) -> None:
        """Count the bytes."""
        self.line.received += len(data)
        self._unset_keepalive_if_required()
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        """Let the parser read; an Upgrade that is asked for is ignored and its request is read on (RFC 9110, 7.8)."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._is_upgrade():
                self._read_on(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            # As uvicorn answers what is no HTTP.
            log.warning("Invalid HTTP request received.")
            self.send_400_response("Invalid HTTP request received.")

    def _is_upgrade(self) -> bool:
        """Whether the request whose head was just read asks for another protocol; CONNECT asks for a tunnel."""
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _read_on(self, rest: bytes) -> None:
        """Read a request again without the headers that ask for another protocol: the parser stopped at its body."""
        method, version, headers = self.parser.get_method(), self.parser.get_http_version(), list(self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does with each parser
        self._as_sent = headers
        head = [b"%b %b HTTP/%b\r\n" % (method, self.url, version.encode("ascii"))]
        head += [b"%b: %b\r\n" % (name, _without_upgrade(name, value)) for name, value in headers if name != b"upgrade"]
        self._feed(b"".join(head) + b"\r\n" + rest)

    def on_headers_complete(self) -> None:
        """Serve the request, with its headers as the client sent them."""
        if self._is_upgrade():
            return
        if self._as_sent is not None:
            self.headers[:], self._as_sent = self._as_sent, None
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand on a part of the body."""
        if not self._is_upgrade():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the body."""
        if not self._is_upgrade():
            super().on_message_complete()

    def _should_upgrade(self) -> bool:
        return False

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
        self.line.is_lost = True
        super().connection_lost(exc)
        self._flow()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.answering = cycle
        super()._start_asgi_task(cycle, app)

    def _flow(self) -> None:
        waiting, self.line.on_flow = self.line.on_flow, None
        if waiting is not None:
            waiting()
