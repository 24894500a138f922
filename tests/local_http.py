"""A small HTTP server on loopback in a thread, for tests whose server under test calls others."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Request:
    """A request that the server received; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Respond = Callable[[Request], tuple[int, bytes]]
"""The status and body of the answer to a request."""


@dataclass
class LocalHttp:
    """A server that answers as `respond` decides, which a test may replace."""

    respond: Respond
    url: str = ""
    received: list[Request] = field(default_factory=list)


def accept(_request: Request) -> tuple[int, bytes]:
    """Answer 200 without a body."""
    return 200, b""


@contextmanager
def local_http(respond: Respond = accept) -> Iterator[LocalHttp]:
    """Serve until the block ends."""
    local = LocalHttp(respond)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body)
            local.received.append(request)
            status, content = local.respond(request)
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            if content.startswith(b"{"):
                self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        local.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield local
        finally:
            server.shutdown()
            thread.join()
