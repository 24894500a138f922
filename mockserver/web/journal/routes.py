"""A sandbox's journal over the control API: as JSON, as lines of JSON, as HAR; and waiting for records."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import Response

from mockserver.domain.journal import Dispatch
from mockserver.engine.journal import Journal
from mockserver.ports import Judge
from mockserver.web.control_context import ControlContext
from mockserver.web.journal import transcript
from mockserver.web.journal.filters import Filter, Record, read_filter, read_number
from mockserver.web.journal.har import to_har
from mockserver.web.journal.read import read_exchange
from mockserver.web.journal.waiting import wait_for
from mockserver.web.problems import Refused
from mockserver.web.wire import json_bytes

LONGEST_WAIT: Final = 60.0

Json = dict[str, Any]


async def as_json(context: ControlContext, request: Request) -> Response:
    """Answer with the journal as one value in the neutral form."""
    sandbox = await context.named(request)
    wanted = read_filter(context, request)
    return _answer(document(context, sandbox.digest, sandbox.journal, wanted), "application/json")


async def as_lines(context: ControlContext, request: Request) -> Response:
    """Answer with one record in the neutral form a line."""
    journal, wanted = (await context.named(request)).journal, read_filter(context, request)
    lines = b"".join(json_bytes(one) + b"\n" for one in records(context.judge, journal, wanted))
    return Response(lines, media_type="application/x-ndjson")


async def as_har(context: ControlContext, request: Request) -> Response:
    """Answer with the journal as HAR 1.2."""
    journal, wanted = (await context.named(request)).journal, read_filter(context, request)
    return _answer(to_har(records(context.judge, journal, wanted), context.version, context.epoch), "application/json")


async def wait(context: ControlContext, request: Request) -> Response:
    """Answer with the transcript of the records that fit once enough of them have ended; 408 when the time passes."""
    sandbox = await context.named(request)
    wanted = read_filter(context, request, "count", "timeout")
    count = read_number(request, "count", 1, 1, 1_000_000)
    timeout = read_number(request, "timeout", 10, 0, LONGEST_WAIT)
    journal = sandbox.journal
    await wait_for(journal, wanted, int(count), timeout)
    found = document(context, sandbox.digest, journal, wanted)
    ended = [one for one in found["records"] if _is_over(one)]
    if len(ended) < count:
        what = f" of {wanted.operation}" if wanted.operation else ""
        detail = f"{len(ended)} of {count:g} records{what} came within {timeout:g} s"
        raise Refused(408, detail, count=len(ended), wanted=int(count))
    return _answer({**found, "records": ended}, "application/json")


def document(context: ControlContext, digest: str, journal: Journal, wanted: Filter) -> Json:
    """Return the records that fit in the neutral form, with the numbers of the first and last record that are kept."""
    found = list(records(context.judge, journal, wanted))
    return {
        "transcript": transcript.VERSION,
        "sandbox": digest,
        "first": journal.first,
        "last": journal.last,
        "records": found,
    }


def records(judge: Judge, journal: Journal, wanted: Filter) -> Iterator[Json]:
    """Yield the records that fit in the neutral form, in the order of their numbers."""
    for entry in matching(journal, wanted):
        if isinstance(entry, Dispatch):
            yield transcript.attempt_to_json(entry, journal.other_keys)
        else:
            yield transcript.exchange_to_json(read_exchange(entry), judge)


def matching(journal: Journal, wanted: Filter) -> list[Record]:
    """Settle the journal and return the records that fit, in the order of their numbers."""
    journal.settle()
    return [entry for entry in cast("deque[Record]", journal.entries) if wanted.fits(entry)]


def _is_over(one: Json) -> bool:
    return one["ending" if one["kind"] == "exchange" else "ended"] is not None


def _answer(value: Json, media_type: str) -> Response:
    return Response(json_bytes(value), media_type=media_type)
