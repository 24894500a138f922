"""Events over the control API, as server-sent events (the HTML standard's `text/event-stream`).

Each has an id, a type and JSON as data. A reader that comes back with `Last-Event-ID` goes on from there; what it
cannot be given any more, and what it was too slow for, is told by an event `missed`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mockserver.engine.events import Event, Missed, Subscription
from mockserver.web.control_context import ControlContext, instant
from mockserver.web.journal.filters import read_number
from mockserver.web.problems import Refused, nearest
from mockserver.web.wire import json_bytes

LONGEST_STREAM: Final = 86_400.0
"""The longest `timeout` that may be asked for, in seconds."""
QUIET_SECONDS: Final = 15.0
"""After so much real time without an event a comment is sent, so that nobody takes the connection for dead."""
PARAMETERS: Final = ("count", "timeout")


async def of_all(context: ControlContext, request: Request) -> Response:
    """Answer with the events of all sandboxes as they come."""
    return _streamed(context, request, None)


async def of_sandbox(context: ControlContext, request: Request) -> Response:
    """Answer with the events of one sandbox as they come."""
    return _streamed(context, request, (await context.named(request)).digest)


def _streamed(context: ControlContext, request: Request, sandbox: str | None) -> Response:
    for name in request.query_params:
        if name not in PARAMETERS:
            raise Refused(400, f"unknown parameter {name!r}{nearest(name, PARAMETERS)}", member=name)
    count = int(read_number(request, "count", 0, 1, 1_000_000))
    timeout = read_number(request, "timeout", LONGEST_STREAM, 0, LONGEST_STREAM)
    seconds = timeout if "timeout" in request.query_params else None
    listen = partial(context.engine.listen, sandbox, _last_seen(request))
    lines = _lines(listen, count, seconds) if request.method == "GET" else iter(())
    return StreamingResponse(lines, media_type="text/event-stream", headers={"cache-control": "no-store"})


def _last_seen(request: Request) -> int | None:
    """Return the number in `Last-Event-ID`; None where the reader is new."""
    text = request.headers.get("last-event-id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refused(400, f"Last-Event-ID: expected the id of an event such as 12, got {text[:80]!r}")
    return int(text)


async def _lines(
    listen: Callable[[], Awaitable[Subscription]], count: int, seconds: float | None
) -> AsyncIterator[bytes]:
    """Yield the lines of each event; after `count` events (0: never) or so many seconds (None: never) they end."""
    loop, subscription = asyncio.get_running_loop(), await listen()
    until = None if seconds is None else loop.time() + seconds
    sent = 0
    try:
        yield b": events\n\n"
        while not count or sent < count:
            found = subscription.take()
            if found is not None:
                sent += isinstance(found, Event)
                yield _written(found)
                continue
            left = QUIET_SECONDS if until is None else min(QUIET_SECONDS, until - loop.time())
            if subscription.is_closed or left <= 0:
                return
            try:
                await asyncio.wait_for(subscription.wait(), left)
            except TimeoutError:
                if until is None or loop.time() < until:
                    yield b": nothing yet\n\n"
    finally:
        subscription.close()


def _written(found: Event | Missed) -> bytes:
    if isinstance(found, Missed):
        data: dict[str, object] = {"first": found.first, "last": found.last, "count": found.count}
        return b"id: %d\nevent: missed\ndata: %s\n\n" % (found.last, json_bytes(data))
    at = None if found.at is None else instant(found.at)
    data = {"sandbox": found.sandbox, "at": at, **found.data}
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (found.id, found.type.value.encode(), json_bytes(data))
