"""What a client asks of the proxy: CONNECT to a host of ours leads behind TLS into the application, in the same process
and by the same protocol as a plain call; a request for http://host/ of ours leads there at once; the rest is refused.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast

from mockserver.adapters.protocol import Counting
from mockserver.adapters.proxy.relay import joined
from mockserver.adapters.serving import Server, server

LONGEST_HEAD: Final = 65_536
HANDSHAKE_SECONDS: Final = 20.0
"""How long a client may take for the TLS handshake."""
GOODBYE_SECONDS: Final = 1.0
"""How long it may take to answer the end of TLS with its own: less than a stop waits for it."""

_HOST: Final = r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
_CONNECT: Final = re.compile(rf"CONNECT {_HOST} HTTP/1\.[01]")
_ABSOLUTE: Final = re.compile(
    rf"(?P<method>[!-~]+) (?P<scheme>https?)://{_HOST}(?P<path>[/?][!-~]*)? HTTP/1\.[01]", re.IGNORECASE
)
_CERTIFICATE: Final = re.compile(r"GET /ca\.pem HTTP/1\.[01]")
_ONLY_HERE: Final = ("proxy-", "connection:", "keep-alive:")

log = logging.getLogger("mockserver")


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may pass: `is_ours` says which hosts lead into the application, `tls` what it takes to be them,
    `certificate` is what clients must trust for it,
    `lets_through` whether other hosts are reached for clients. `told` holds what was said already: once for each host.
    """

    is_ours: Callable[[str], bool]
    tls: ssl.SSLContext
    certificate: bytes
    lets_through: bool = False
    told: set[str] = field(default_factory=set)

    def tell(self, host: str, text: str) -> None:
        """Say something of a host in the log, if nothing was said of it yet."""
        if host not in self.told and len(self.told) < 1000:
            self.told.add(host)
            log.warning(text)


def proxy(app: Any, gate: Gate) -> Server:
    """The proxy as a server; calls to hosts of ours are handed to `app`, with their Host and scheme as they came."""
    return server(app, http=partial(Entrance, gate), lifespan="off")


class Waiting(asyncio.Protocol):
    """Keeps what arrives behind TLS until the protocol that reads it is there."""

    def __init__(self) -> None:
        self.data, self.is_over, self.is_lost = b"", False, False

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self.data += data

    def eof_received(self) -> None:
        """Nothing more will come."""
        self.is_over = True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (as asyncio calls it)
        """The client has gone."""
        self.is_lost = True

    def hand_over(self, protocol: asyncio.Protocol, transport: asyncio.Transport) -> None:
        """Let another protocol go on, as if it had been there from the start."""
        if self.is_lost:
            return
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self.data:
            protocol.data_received(self.data)
        if self.is_over:
            protocol.eof_received()


class Entrance(asyncio.Protocol):
    """A connection to the proxy until it is known where it leads. Made by uvicorn, with its arguments."""

    transport: asyncio.Transport

    def __init__(
        self, gate: Gate, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None
    ) -> None:
        self._gate, self._config, self._state, self._app_state = gate, config, server_state, app_state
        self._loop: asyncio.AbstractEventLoop = _loop or asyncio.get_running_loop()
        self._read = b""
        self._leading: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be among the connections that a stop closes."""
        self.transport = cast("asyncio.Transport", transport)
        self._state.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (as asyncio calls it)
        """Be no more among them."""
        self._state.connections.discard(self)

    def shutdown(self) -> None:
        """Close: the server stops."""
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Read the head of the first request, then lead on."""
        self._read += data
        head, end, rest = self._read.partition(b"\r\n\r\n")
        if not end:
            if len(self._read) > LONGEST_HEAD:
                self._refuse(431, "Request Header Fields Too Large", "the head of the request is too long")
            return
        lines = head.decode("latin-1").split("\r\n")
        asked = _CONNECT.fullmatch(lines[0])
        if asked is not None:
            self._connect(_bare(asked["host"]), int(asked["port"] or 443), rest)
            return
        asked = _ABSOLUTE.fullmatch(lines[0])
        if asked is None and _CERTIFICATE.fullmatch(lines[0]):
            self._answer(200, "OK", self._gate.certificate, "application/x-pem-file")
        elif asked is None:
            text = "this is a proxy of mockserver: name it in HTTPS_PROXY and HTTP_PROXY"
            self._refuse(400, "Bad Request", text)
        elif self._gate.is_ours(_bare(asked["host"])):
            self._serve(self.transport, self._read)
        else:
            self._pass(asked, lines, rest)

    def _connect(self, host: str, port: int, rest: bytes) -> None:
        if rest:
            self._refuse(400, "Bad Request", "nothing may follow CONNECT before it is answered")
        elif self._gate.is_ours(host):
            self.transport.pause_reading()
            self.transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if port == 80:  # some clients tunnel plain http too
                self._serve(self.transport, b"")
                self.transport.resume_reading()
            else:
                self._lead(self._secure(host))
        elif self._gate.lets_through:
            self._lead(self._relay(host, port, b"", b"HTTP/1.1 200 Connection established\r\n\r\n"))
        else:
            self._refuse_host(host)

    def _pass(self, asked: re.Match[str], lines: list[str], rest: bytes) -> None:
        """Let a request for elsewhere through, one to a connection, or refuse it.

        Some clients (axios) ask the proxy itself for https addresses: they get them, for what precedes is loopback.
        """
        host = _bare(asked["host"])
        if not self._gate.lets_through:
            self._refuse_host(host)
            return
        path = asked["path"] or "/"
        kept = [line for line in lines[1:] if not line.lower().startswith(_ONLY_HERE)]
        start = f"{asked['method']} {path if path.startswith('/') else '/' + path} HTTP/1.1"
        head = "\r\n".join([start, *kept, "Connection: close", "", ""]).encode("latin-1")
        is_secure = asked["scheme"].lower() == "https"
        port = int(asked["port"] or (443 if is_secure else 80))
        self._lead(self._relay(host, port, head + rest, b"", is_secure=is_secure))

    def _lead(self, work: Coroutine[Any, Any, None]) -> None:
        self._leading = self._loop.create_task(work)

    async def _secure(self, host: str) -> None:
        waiting = Waiting()
        try:
            secure = await self._loop.start_tls(
                self.transport, waiting, self._gate.tls, server_side=True,
                ssl_handshake_timeout=HANDSHAKE_SECONDS, ssl_shutdown_timeout=GOODBYE_SECONDS,
            )  # fmt: skip
        except OSError as error:
            why = getattr(error, "reason", None) or str(error)
            text = f"a client ended the TLS handshake for {host} ({why})"
            self._gate.tell(host, f"{text}; it may not read the variables that name our certificate")
            self._state.connections.discard(self)
            return
        if secure is None:  # the server is stopping
            self._state.connections.discard(self)
            return
        self._serve(secure, b"", waiting)

    def _serve(self, transport: asyncio.Transport, read: bytes, waiting: Waiting | None = None) -> None:
        """Let the application's own protocol go on with the connection."""
        self._state.connections.discard(self)
        waiting = waiting or Waiting()
        waiting.data += read
        waiting.hand_over(Counting(self._config, self._state, self._app_state, self._loop), transport)

    async def _relay(self, host: str, port: int, there: bytes, here: bytes, *, is_secure: bool = False) -> None:
        self.transport.pause_reading()
        try:
            far = await joined(self.transport, host, port, is_secure=is_secure)
        except (OSError, OverflowError, UnicodeError) as error:  # the last two: no such port, no such name
            why = getattr(error, "strerror", None) or str(error)
            self._refuse(502, f"{host} cannot be reached", f"{host}:{port} cannot be reached: {why}")
            return
        far.write(there)
        self.transport.write(here)
        self.transport.resume_reading()

    def _refuse_host(self, host: str) -> None:
        text = f"mockserver does not emulate {host}"
        self._gate.tell(host, f"502 for {host}, which is not emulated; --passthrough would let it through")
        self._refuse(502, text, f"{text}, and lets nothing through without --passthrough")

    def _refuse(self, status: int, phrase: str, text: str) -> None:
        """Refuse and close. Many clients show the phrase alone."""
        body = text.encode("latin-1", "replace") + b"\n"
        self._answer(status, phrase, body, "text/plain", f"X-Mock-Problem: {text[:400]}\r\n")

    def _answer(self, status: int, phrase: str, body: bytes, kind: str, more: str = "") -> None:
        """Answer and close."""
        head = (
            f"HTTP/1.1 {status} {phrase[:200]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            f"{more}Connection: close\r\n\r\n"
        )
        self.transport.write(head.encode("latin-1", "replace") + body)
        self.transport.close()


def _bare(host: str) -> str:
    """A host without brackets, in lower case, without the dot at the end."""
    return host.strip("[]").rstrip(".").lower()
