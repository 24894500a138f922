"""A receiver of webhooks in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.local_http import Request, local_http


@contextmanager
def listening() -> Iterator[tuple[str, list[Any]]]:
    """A receiver that sends back what it gets (which answers a challenge), and what it got."""
    bodies: list[Any] = []

    def respond(request: Request) -> tuple[int, bytes]:
        bodies.append(request.json)
        return 200, request.body

    with local_http(respond) as server:
        yield f"{server.url}/hook", bodies
