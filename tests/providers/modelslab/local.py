"""A small HTTP server on loopback: it gives files, and keeps what is posted to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Local:
    """`files` by path; `posts` as (headers, body); `answer` is the status of a POST, `react` runs before it."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    answer: int = 200
    react: Callable[[Any], None] | None = None

    def handler(self) -> type[BaseHTTPRequestHandler]:
        local = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                local.gets.append(self.path)
                self.reply(200 if self.path in local.files else 404, local.files.get(self.path, b""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                local.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
                if local.react is not None:
                    local.react(json.loads(body))
                self.reply(local.answer, b'{"received": true}')

            def reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
                pass

        return Handler


@contextmanager
def local_server() -> Iterator[Local]:
    local = Local()
    server = ThreadingHTTPServer(("127.0.0.1", 0), local.handler())
    local.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield local
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
