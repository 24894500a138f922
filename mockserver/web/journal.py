"""A sandbox's journal over the control API: as JSON, line by line, as HAR; and waiting for what is to come."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import Response

from mockserver.domain.journal import Dispatch
from mockserver.engine.journal import Journal
from mockserver.ports import Judge
from mockserver.web import har, transcript
from mockserver.web.control_context import ControlContext
from mockserver.web.exchanges import exchange
from mockserver.web.problems import Refused, nearest
from mockserver.web.recording import Strip
from mockserver.web.wire import json_bytes

FILTERS: Final = ("operation", "job", "status", "since", "kind")
KINDS: Final = ("exchange", "attempt")
LONGEST_WAIT: Final = 60.0
_CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx")

Shown = dict[str, Any]
Record = Strip | Dispatch


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for; what is empty or None asks for all. `status` is a number or a class such as 4xx."""

    operation: str = ""
    job: str = ""
    status: str = ""
    since: int = 0
    kind: str = ""

    def fits(self, entry: Record) -> bool:
        """Whether a record is asked for."""
        if isinstance(entry, Dispatch):
            kind, operation, job = "attempt", None, entry.delivery.job
            status = str(entry.attempt.status or "") if entry.attempt is not None else ""
        else:
            kind, operation, job = "exchange", entry.operation, entry.film.job if entry.film is not None else ""
            status = str(entry.status or "")
        return (
            entry.n > self.since
            and self.kind in ("", kind)
            and (not self.operation or (operation is not None and operation.id == self.operation))
            and self.job in ("", job)
            and self.status in ("", status, f"{status[:1]}xx")
        )


async def as_json(context: ControlContext, request: Request) -> Response:
    """The journal as one value in the neutral form."""
    sandbox = context.named(request)
    wanted = _wanted(context, request)
    return _answer(document(context, sandbox.digest, sandbox.journal, wanted), "application/json")


async def as_lines(context: ControlContext, request: Request) -> Response:
    """One record in the neutral form a line."""
    journal, wanted = context.named(request).journal, _wanted(context, request)
    lines = b"".join(json_bytes(one) + b"\n" for one in records(context.judge, journal, wanted))
    return Response(lines, media_type="application/x-ndjson")


async def as_har(context: ControlContext, request: Request) -> Response:
    """The journal as HAR 1.2."""
    journal, wanted = context.named(request).journal, _wanted(context, request)
    return _answer(har.har(records(context.judge, journal, wanted), context.version, context.epoch), "application/json")


async def wait(context: ControlContext, request: Request) -> Response:
    """Answer once so many records that fit have ended, with the transcript of them; 408 when they have not in time."""
    sandbox = context.named(request)
    wanted = _wanted(context, request, "count", "timeout")
    count = _number(request, "count", 1, 1, 1_000_000)
    timeout = _number(request, "timeout", 10, 0, LONGEST_WAIT)
    changed = asyncio.Event()
    journal = sandbox.journal
    journal.watchers.append(changed.set)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while _ended(journal, wanted) < count:
                    await changed.wait()
                    changed.clear()
    finally:
        journal.watchers.remove(changed.set)
    found = document(context, sandbox.digest, journal, wanted)
    ended = [one for one in found["records"] if _is_over(one)]
    if len(ended) < count:
        what = f" of {wanted.operation}" if wanted.operation else ""
        detail = f"{len(ended)} of {count:g} records{what} came within {timeout:g} s"
        raise Refused(408, detail, count=len(ended), wanted=int(count))
    return _answer({**found, "records": ended}, "application/json")


def document(context: ControlContext, digest: str, journal: Journal, wanted: Wanted) -> Shown:
    """The neutral form of what is asked for, and where it stands in the whole."""
    found = list(records(context.judge, journal, wanted))
    return {
        "transcript": transcript.VERSION,
        "sandbox": digest,
        "first": journal.first,
        "last": journal.last,
        "records": found,
    }


def records(judge: Judge, journal: Journal, wanted: Wanted) -> Iterator[Shown]:
    """The records that are asked for, in the order of their numbers, in the neutral form."""
    for entry in fitting(journal, wanted):
        if isinstance(entry, Dispatch):
            yield transcript.attempt_of(entry, journal.other_keys)
        else:
            yield transcript.exchange_of(exchange(entry), judge)


def fitting(journal: Journal, wanted: Wanted) -> list[Record]:
    """The records that are asked for, settled, in the order of their numbers."""
    journal.settle()
    return [entry for entry in cast("deque[Record]", journal.entries) if wanted.fits(entry)]


def _ended(journal: Journal, wanted: Wanted) -> int:
    return sum(entry.is_over for entry in fitting(journal, wanted))


def _is_over(one: Shown) -> bool:
    return one["ending" if one["kind"] == "exchange" else "ended"] is not None


def _answer(value: Shown, media_type: str) -> Response:
    return Response(json_bytes(value), media_type=media_type)


def _wanted(context: ControlContext, request: Request, *more: str) -> Wanted:
    """The filters of a request; Refused names the first that is wrong."""
    given = request.query_params
    known = (*FILTERS, *more)
    for name in given:
        if name not in known:
            raise Refused(400, f"unknown parameter {name!r}{nearest(name, known)}", member=name)
    operations = [operation.id for provider in context.providers.values() for operation in provider.operations]
    _check(given.get("operation"), "operation", operations)
    _check(given.get("kind"), "kind", KINDS)
    status = given.get("status", "")
    if "status" in given and status not in _CLASSES and not re.fullmatch("[0-9]{3}", status):
        raise Refused(400, f"status: expected a status such as 404 or a class such as 4xx, got {status!r}")
    since = int(_number(request, "since", 0, 0, 10**15))
    return Wanted(given.get("operation", ""), given.get("job", ""), status, since, given.get("kind", ""))


def _check(value: str | None, name: str, known: tuple[str, ...] | list[str]) -> None:
    if value is not None and value not in known:
        raise Refused(400, f"{name}: unknown value {value!r}{nearest(value, known)}", member=name)


def _number(request: Request, name: str, default: float, least: float, most: float) -> float:
    text = request.query_params.get(name)
    if text is None:
        return default
    make: Callable[[str], float] = float if name == "timeout" else int
    try:
        value = make(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or not least <= value <= most:
        raise Refused(400, f"{name}: expected a number from {least:g} to {most:g}, got {text!r}", member=name)
    return value
