"""A loopback receiver of webhooks that answers as it is told, in the event loop of the test."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Received:
    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """`answer` is what it sends (None: it never answers); `most_at_once` how many calls it ever had open together; one
    that `keeps` connections leaves it to the caller to close them.
    """

    def __init__(self, answer: bytes | None = OK, *, keeps: bool = False) -> None:
        self.answer, self.keeps = answer, keeps
        self.received: list[Received] = []
        self.arrivals: asyncio.Queue[Received] = asyncio.Queue()
        self.left = asyncio.Event()
        self.open = self.most_at_once = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_at_once = max(self.most_at_once, self.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:-2])
            body = await reader.readexactly(int(headers["content-length"]))
            self.received.append(Received(head[0], headers, body))
            self.arrivals.put_nowait(self.received[-1])
            if self.answer is None:
                await reader.read()
            else:
                writer.write(self.answer)
                if self.keeps:
                    await reader.read()
        except ConnectionError:
            pass
        finally:
            self.open -= 1
            self.left.set()
            writer.close()


@asynccontextmanager
async def receiver(
    answer: bytes | None = OK, *, tls: ssl.SSLContext | None = None, keeps: bool = False
) -> AsyncIterator[Receiver]:
    one = Receiver(answer, keeps=keeps)
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=tls)
    one.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield one
    finally:
        server.close()
