"""The one module that touches uvicorn's inside: connections that have a number and count what comes over them."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from itertools import count
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.adapters.write_coalescing import WriteCoalescing
from mockserver.domain.journal import Line

STATE: Final = "mockserver.line"
"""Where the application finds its `Line`: in the `state` of a scope, which uvicorn copies for every request."""

_ABRUPTLY: Final = struct.pack("ii", 1, 0)
"""SO_LINGER for no time at all: what is not yet sent is thrown away, and the client gets an RST."""

_numbers = count(1)

log = logging.getLogger("uvicorn.error")


def _without_upgrade(name: bytes, value: bytes) -> bytes:
    """A header's value, that of Connection without the option `Upgrade`."""
    if name != b"connection":
        return value
    return b",".join(option for option in value.split(b",") if option.strip().lower() != b"upgrade") or b"keep-alive"


class Counting(HttpToolsProtocol):
    """A connection with a `Line` of its own."""

    line: Line
    _as_sent: list[tuple[bytes, bytes]] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Give it its number."""
        self.line = Line(next(_numbers), end=self._end)
        self.app_state: dict[str, Any] = {**self.app_state, STATE: self.line}
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
