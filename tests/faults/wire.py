"""A server on a given event loop, and a client of it that reads bytes off a socket."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlsplit

from mockserver.adapters import serving
from mockserver.app import create_app
from mockserver.kit.transcript import reading as transcript
from mockserver.settings import Settings
from mockserver.testing import MockServer

PATIENCE_SECONDS = 30
"""After so long a read that gets nothing fails its test; no test waits for it."""

START = "2026-01-31T12:00:00Z"
"""Where the clocks of sandboxes begin; answers tell no other time."""

CREATE = "/v2/ai/text-to-video"
SMALL = {"prompt": "a cat", "width": 64, "height": 64, "duration": 1, "fps": 4, "seed": 7}


@contextmanager
def running(loop: Callable[[], asyncio.AbstractEventLoop], settings: Settings) -> Iterator[MockServer]:
    """A server in a thread whose event loop `loop` makes."""
    ready: Future[None] = Future()
    one = serving.server(create_app(settings), on_ready=lambda: ready.set_result(None))
    sockets = serving.bind("127.0.0.1", 0)

    def run() -> None:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(one.serve(sockets))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.result(PATIENCE_SECONDS)
    try:
        yield MockServer.attach(serving.address(sockets))
    finally:
        one.should_exit = True
        thread.join()


class Connection:
    """One connection, over which requests go one after the other."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((str(parts.hostname), parts.port), PATIENCE_SECONDS)

    def ask(self, path: str, *headers: str, method: str = "GET", body: bytes = b"", host: str = "mock") -> None:
        """Send a request."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def read(self, count: int) -> bytes:
        """Read so many bytes, or those that come before the connection ends."""
        found = b""
        while len(found) < count and (part := self._socket.recv(count - len(found))):
            found += part
        return found

    def answer(self) -> tuple[bytes, bytes]:
        """Read an answer that has a Content-Length: its head and its body."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            part = self._socket.recv(1)
            assert part, head
            head += part
        (length,) = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"]
        return head, self.read(int(length))

    def end(self) -> bytes:
        """Read what is left until the server ends the connection; ConnectionResetError where that is an RST."""
        found = b""
        while part := self._socket.recv(65536):
            found += part
        return found

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Caller:
    """A client of a job of TensorOne's or AI/ML API's, in a sandbox whose clock stands still."""

    def __init__(self, server: MockServer, key: str, scenario: dict[str, Any]) -> None:
        self.server, self.sandbox = server, server.sandbox(key)
        server.control("PATCH", f"/sandboxes/{self.sandbox.digest}/clock", {"frozen": True, "start": START})
        self.sandbox.reset()
        self.name = f"s-{abs(hash(key)) % 10**12}"
        server.compose(self.name, **scenario)
        self.sandbox.configure(scenario=self.name, timing="instant")
        self.auth = f"Authorization: Bearer {key}"

    @property
    def poll_path(self) -> str:
        """Where the last job of AI/ML API is polled."""
        return f"/v2/video/generations?generation_id={self.sandbox.jobs()[-1]['id']}"

    @property
    def file_path(self) -> str:
        """Where the file of TensorOne's last job lies."""
        return f"/generated/{self.sandbox.jobs()[-1]['id']}.mp4"

    def create(self) -> None:
        """Make a job of AI/ML API."""
        body = {"model": "pixverse/v5/text-to-video", "prompt": "a cat"}
        self._made("/v2/video/generations", body)

    def create_file(self) -> None:
        """Make a job of TensorOne whose file is small."""
        self._made(CREATE, SMALL)

    def _made(self, path: str, body: dict[str, Any]) -> None:
        headers = {**self.sandbox.headers, "Content-Type": "application/json"}
        status, _, content = self.server.request("POST", path, headers, json.dumps(body).encode())
        assert status < 300, content

    def connect(self) -> Connection:
        """A new connection."""
        return Connection(self.server.url)

    def faults(self) -> list[str | None]:
        """The faults that the journal tells, by exchange."""
        return [one.fault for one in transcript.read(self.sandbox.journal.read()).exchanges]
