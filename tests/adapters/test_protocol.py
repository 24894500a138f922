"""Connections that count: what uvicorn tells its protocol is what the journal knows of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from mockserver.adapters.protocol import STATE, Counting
from mockserver.domain.journal import Line
from mockserver.web.journal.pending import LINE

REQUEST = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
Message = MutableMapping[str, Any]


class Wire(asyncio.Transport):
    """A connection that is none; what is written is kept, and nobody reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return len(self.written)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def played(play: Callable[[Counting, list[Line]], Awaitable[None]]) -> None:
    """Play on a fresh connection; the lines are those that the application was shown, one for each request."""
    lines: list[Line] = []

    async def app(scope: Message, _receive: Any, send: Callable[[Message], Awaitable[None]]) -> None:
        lines.append(scope["state"][STATE])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def script() -> None:
        config = uvicorn.Config(app, http=Counting, lifespan="off", log_config=None)
        connection = Counting(config, ServerState(), {})
        connection.connection_made(Wire())
        await play(connection, lines)
        connection.timeout_keep_alive_task and connection.timeout_keep_alive_task.cancel()

    asyncio.run(script())


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_both_sides_mean_the_same_place() -> None:
    assert STATE == LINE


def test_every_request_of_a_connection_is_shown_its_line() -> None:
    async def play(connection: Counting, lines: list[Line]) -> None:
        for count in (1, 2):
            connection.data_received(REQUEST)
            await settled()
            assert connection.line.received == count * len(REQUEST)
        assert lines == [connection.line, connection.line]

    played(play)


def test_each_connection_has_a_number_of_its_own() -> None:
    numbers = []

    async def play(connection: Counting, _lines: list[Line]) -> None:
        numbers.append(connection.line.number)

    played(play)
    played(play)
    assert numbers[1] == numbers[0] + 1


def test_a_client_that_does_not_read_clogs_its_line() -> None:
    async def play(connection: Counting, _lines: list[Line]) -> None:
        flowed = []
        line = connection.line
        connection.transport.write(b"x" * 70_000)
        connection.pause_writing()
        assert (line.is_clogged, line.unsent) == (True, 70_000)
        line.on_flow = lambda: flowed.append((line.is_clogged, line.is_lost))
        connection.resume_writing()
        connection.pause_writing()
        connection.resume_writing()
        assert flowed == [(False, False)]  # once

    played(play)


def test_a_client_that_leaves_a_clogged_line_is_told_at_once() -> None:
    async def play(connection: Counting, _lines: list[Line]) -> None:
        flowed = []
        line = connection.line
        connection.pause_writing()
        line.on_flow = lambda: flowed.append((line.is_clogged, line.is_lost))
        connection.connection_lost(ConnectionResetError())
        assert flowed == [(True, True)]

    played(play)


POST = b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: %b\r\n%b\r\n%b"
BODIES = [(b"Content-Length: 5\r\n", b"hello"), (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n")]


def requests_of(pieces: list[bytes]) -> list[tuple[Message, bytes]]:
    """The scope and the body of each request that an application sees of a connection's bytes."""
    seen: list[tuple[Message, bytes]] = []

    async def app(scope: Message, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        body, message = b"", {"more_body": True}
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        seen.append((scope, body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def script() -> None:
        config = uvicorn.Config(app, http=Counting, lifespan="off", log_config=None)
        connection = Counting(config, ServerState(), {})
        connection.connection_made(Wire())
        for piece in pieces:
            connection.data_received(piece)
            await settled()
        await settled()
        connection.timeout_keep_alive_task and connection.timeout_keep_alive_task.cancel()

    asyncio.run(script())
    return seen


@pytest.mark.parametrize("protocol", [b"h2c", b"TLS/1.2", b"websocket", b"TLS/1.2, h2c"])
@pytest.mark.parametrize(("framing", "body"), BODIES)
@pytest.mark.parametrize("size", [1, 7, 40, 10_000])
def test_an_upgrade_that_is_not_taken_is_ignored(protocol: bytes, framing: bytes, body: bytes, size: int) -> None:
    """The request is served with its body and its own headers, and so is the next one of the connection.

    Sent by the JDK's HttpClient (h2c), curl --http2 and Apache HttpClient 5.4 (TLS/1.2). RFC 9110, 7.8. Case F01.
    """
    sent = POST % (protocol, framing, body) + REQUEST
    seen = requests_of([sent[at : at + size] for at in range(0, len(sent), size)])
    assert [(scope["method"], told) for scope, told in seen] == [("POST", b"hello"), ("GET", b"")]
    assert (b"upgrade", protocol) in seen[0][0]["headers"]
    assert (b"connection", b"Upgrade, HTTP2-Settings") in seen[0][0]["headers"]
    assert (b"host", b"x") in seen[1][0]["headers"]
