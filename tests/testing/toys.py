"""Applications that answer in pieces, or not at all; each says in its path what it does."""

from __future__ import annotations

import asyncio
import threading
from typing import Any


class Toy:
    """An ASGI application with a lifespan that notes what happens to it."""

    def __init__(self, *, fails: str = "", knows_lifespan: bool = True) -> None:
        self.fails, self.knows_lifespan = fails, knows_lifespan
        self.life: list[str] = []
        self.threads: set[str] = set()
        self.loops: set[int] = set()
        self.taken: list[bytes] = []
        self.gate: asyncio.Event | None = None
        self.began, self.left = threading.Event(), threading.Event()
        self.scope: dict[str, Any] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.threads.add(threading.current_thread().name)
        self.loops.add(id(asyncio.get_running_loop()))
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
        else:
            self.scope = scope
            await getattr(self, scope["path"].strip("/"))(receive, send)

    async def live(self, scope: Any, receive: Any, send: Any) -> None:
        if not self.knows_lifespan:
            raise KeyError("lifespan")
        for _ in range(2):
            what = (await receive())["type"].partition(".")[2]
            if what == self.fails:
                await send({"type": f"lifespan.{what}.failed", "message": "no reason"})
                return
            self.life.append(what)
            scope["state"]["made"] = "at startup"
            await send({"type": f"lifespan.{what}.complete"})

    async def start(self, send: Any, *headers: tuple[bytes, bytes], status: int = 200) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def part(self, send: Any, body: bytes, *, more: bool = True) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": more})

    async def whole(self, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"4"), (b"X-Twice", b"1"), (b"X-Twice", b"2"), status=201)
        await self.part(send, b"body", more=False)

    async def gated(self, _receive: Any, send: Any) -> None:
        """The second part comes once somebody called /open."""
        self.gate = asyncio.Event()
        await self.start(send)
        await self.part(send, b"one")
        await self.gate.wait()
        await self.part(send, b"two", more=False)

    async def open(self, receive: Any, send: Any) -> None:
        assert self.gate is not None
        self.gate.set()
        await self.whole(receive, send)

    async def echo(self, receive: Any, send: Any) -> None:
        """Each part goes back as it came, after a first one of its own."""
        await self.start(send)
        await self.part(send, b"<")
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            await self.part(send, message["body"])
        await self.part(send, b">", more=False)

    async def early(self, receive: Any, send: Any) -> None:
        """Answers before the body has come."""
        self.taken.append((await receive())["body"])
        await self.start(send, status=413)
        await self.part(send, b"", more=False)

    async def stops(self, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"10"))
        await self.part(send, b"half")

    async def crashes(self, _receive: Any, send: Any) -> None:
        await self.start(send)
        await self.part(send, b"half")
        raise OSError("the cable")

    async def short(self, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"10"))
        await self.part(send, b"half", more=False)

    async def long(self, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"2"))
        await self.part(send, b"1", more=True)
        await self.part(send, b"23", more=False)

    async def late(self, _receive: Any, send: Any) -> None:
        """All that was announced has come when it crashes."""
        await self.start(send, (b"content-length", b"4"))
        await self.part(send, b"body")
        raise OSError("too late")

    async def silent(self, _receive: Any, _send: Any) -> None:
        """No answer at all."""

    async def waits(self, receive: Any, send: Any) -> None:
        """Answers when the client has gone: never."""
        self.began.set()
        while (message := await receive())["type"] != "http.disconnect":
            assert message["body"] == b""
        self.left.set()
        await self.start(send)
        await self.part(send, b"to nobody", more=False)

    async def endless(self, receive: Any, send: Any) -> None:
        await self.start(send)
        sending = asyncio.ensure_future(self.flood(send))
        while (await receive())["type"] != "http.disconnect":
            pass
        sending.cancel()
        self.left.set()

    async def flood(self, send: Any) -> None:
        while True:
            await self.part(send, b"x" * 1000)
            await asyncio.sleep(0)
