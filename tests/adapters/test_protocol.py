"""Connections that count: what uvicorn tells its protocol is what the journal knows of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

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
