"""A small HTTP server on loopback: it gives files, and keeps what is posted to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.local_http import Request, local_http


@dataclass
class Local:
    """`files` by path; `posts` as (headers, body); `answer` is the status of a POST, `react` runs before it."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    answer: int = 200
    react: Callable[[Any], None] | None = None

    def respond(self, request: Request) -> tuple[int, bytes]:
        if request.method == "GET":
            self.gets.append(request.path)
            return 200 if request.path in self.files else 404, self.files.get(request.path, b"")
        self.posts.append((request.headers, request.body))
        if self.react is not None:
            self.react(request.json)
        return self.answer, b'{"received": true}'


@contextmanager
def local_server() -> Iterator[Local]:
    local = Local()
    with local_http(local.respond) as server:
        local.url = server.url
        yield local
