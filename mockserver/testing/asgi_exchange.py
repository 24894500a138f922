"""A request to an application without a socket, with streams in both directions.

An answer that a fault writes byte by byte (`web.wire.RawConnection`) is read by h11, as over a socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from mockserver import MockServerError
from mockserver.testing.raw_answer import Part, RawAnswer
from mockserver.web.wire import RAW

Message = MutableMapping[str, Any]
App = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Any]
RawHeaders = list[tuple[bytes, bytes]]

_ASGI: Final = {"version": "3.0", "spec_version": "2.3"}
_UNDER_WAY: Final[set[asyncio.Task[None]]] = set()
"""Keeps the tasks alive: an event loop holds its tasks only by weak references."""
_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Cut(MockServerError):
    """The answer ended too early, or is no HTTP; the text says how.

    `received` bytes of the body came, of `expected` announced ones (None: no number was announced); `has_begun` says
    whether the status came.
    """

    def __init__(self, has_begun: bool, received: int = 0, expected: int | None = None, text: str = "") -> None:
        self.has_begun, self.received, self.expected = has_begun, received, expected
        if text:
            super().__init__(text)
            return
        how = "without sending complete message body" if has_begun else "without sending a response"
        known = f" (received {received} bytes, expected {expected})" if expected is not None else ""
        super().__init__(f"the server ended the call {how}{known}")


class ResetByServer(Cut):
    """The connection ended abruptly (RST)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a request. `host` and `port` are the client's spelling; `raw_path` is percent-encoded."""

    method: str
    scheme: str
    host: str
    port: int
    raw_path: bytes
    query: bytes = b""

    def scope(self, headers: RawHeaders, state: dict[str, Any]) -> dict[str, Any]:
        """Return the request as an ASGI scope."""
        return {
            "type": "http", "asgi": dict(_ASGI), "http_version": "1.1", "method": self.method, "scheme": self.scheme,
            "path": unquote(self.raw_path.decode("latin-1")), "raw_path": self.raw_path, "query_string": self.query,
            "root_path": "", "headers": [(name.lower(), value) for name, value in headers],
            "client": ("127.0.0.1", 0), "server": (self.host, self.port), "state": state.copy(), "extensions": {},
        }  # fmt: skip


class AsgiExchange:
    """One request under way. It lives in the event loop of the application; make it and call it there.

    `feed` and `end` send the body of the request; `head`, then `part` until it returns None, return the answer. `head`
    and `part` raise Cut. Each part is passed on as soon as the application sends it. At most one part waits; then the
    application's sending waits.
    """

    def __init__(self, app: App, scope: dict[str, Any]) -> None:
        self._app, self._scope = app, scope
        self._raw = scope["extensions"][RAW] = RawAnswer(scope["method"], self._put_raw, lambda: self._gone)
        self._coming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._going: asyncio.Queue[Message | Cut | None] = asyncio.Queue(1)
        self._drained = asyncio.Event()
        self._status: int | None = None
        self._expected: int | None = None
        self._received = 0
        self._is_complete = self._is_over = self._gone = False
        self._crash: Exception | None = None
        task = asyncio.get_running_loop().create_task(self._run())
        _UNDER_WAY.add(task)
        task.add_done_callback(_UNDER_WAY.discard)

    async def feed(self, chunk: bytes) -> bool:
        """Send a part of the request's body. Returns once the application took the parts before; False: it wants no
        more.
        """
        if not (self._is_complete or self._is_over):
            self._coming.put_nowait(chunk)
        # Once the answer has begun nobody may be reading it yet: to wait for the application might be for ever.
        while self._coming.qsize() > 1 and self._status is None and not self._is_over:
            self._drained.clear()
            await self._drained.wait()
        return not (self._is_complete or self._is_over)

    def end(self) -> None:
        """End the request's body."""
        self._coming.put_nowait(None)

    async def head(self) -> tuple[int, RawHeaders]:
        """Return the status and headers of the answer."""
        message = await self._next()
        if message is None:
            raise Cut(False)
        return message["status"], [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]

    async def part(self) -> bytes | None:
        """Return the next part of the answer's body; None at its end."""
        message = await self._next()
        return None if message is None else message["body"]

    def close(self) -> None:
        """Leave: the application is told when it next receives, and may run to its end."""
        self._gone = True
        self._coming.put_nowait(None)
        while not self._going.empty():
            self._going.get_nowait()

    async def _next(self) -> Message | None:
        found = await self._going.get()
        if isinstance(found, Cut):
            self._going.put_nowait(found)  # whoever asks again hears it again
            raise found from self._crash
        return found

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        except Exception as error:
            self._crash = error
        self._is_over = True
        self._drained.set()
        if self._expected is not None and self._received == self._expected and not self._is_complete:
            await self._put(None)  # all that was announced has come: no client can tell what happened then
        elif not (self._is_complete or self._raw.has_written):
            await self._put(Cut(self._status is not None, self._received, self._expected))

    async def _receive(self) -> Message:
        if not (self._gone or self._is_complete):
            chunk = await self._coming.get()
            self._drained.set()
            if not self._gone:
                return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._status is not None:
                raise RuntimeError("an answer begins once")
            self._status = message["status"]
            self._expected = self._announced(message)
            self._drained.set()
            await self._put(message)
        elif message["type"] == "http.response.body":
            if self._status is None or self._is_complete:
                raise RuntimeError("a body comes after the start and before the end of its answer")
            await self._body(message.get("body", b""), is_last=not message.get("more_body"))

    def _announced(self, message: Message) -> int | None:
        """Return the length that the answer announces; None where it announces none or has no body."""
        if self._scope["method"] == "HEAD" or message["status"] in _BODILESS:
            return None
        for name, value in message.get("headers", ()):
            if name.lower() == b"content-length":
                return int(value)
        return None

    async def _body(self, part: bytes, *, is_last: bool) -> None:
        if self._scope["method"] == "HEAD":
            part = b""
        if self._expected is not None and self._received + len(part) > self._expected:
            raise RuntimeError("the body is longer than its Content-Length")
        self._received += len(part)
        if part:
            await self._put({"body": bytes(part)})
        if is_last and (self._expected is None or self._received == self._expected):
            self._is_complete = True
            await self._put(None)

    async def _put_raw(self, item: Part | Exception | None) -> None:
        """Hand on a part of an answer that is written byte by byte, the error that ends it, or None at its end."""
        if isinstance(item, ConnectionResetError):
            await self._put(ResetByServer(self._status is not None, text=str(item)))
        elif isinstance(item, Exception):
            await self._put(Cut(self._status is not None, text=str(item)))
        else:
            self._status = self._status if item is None else item.get("status", self._status)
            self._is_complete = item is None
            self._drained.set()
            await self._put(item)

    async def _put(self, item: Message | Cut | None) -> None:
        if not self._gone:
            await self._going.put(item)
        if self._gone:  # perhaps it went while this waited for its place
            self.close()
