"""Records of the journal read back as exchanges: bytes become values."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from mockserver.domain.clock_segment import ClockSegment
from mockserver.domain.delivery import Moment
from mockserver.domain.journal import Body, Exchange, Headers, Reply, Request
from mockserver.web.journal.pending import PendingRecord
from mockserver.web.journal.record import RedactedRecord

_STATUS_LINES: Final = {one.value: len(f"HTTP/1.1 {one.value} {one.phrase}\r\n") for one in HTTPStatus}
_UNKNOWN_LINE: Final = len("HTTP/1.1 299 \r\n")
_SOON: Final = 0.01
"""A request that was read within so many seconds of its arrival was read when it arrived."""


def read_exchange(record: PendingRecord) -> Exchange:
    """Return a record as an exchange; of one under way, what there is of it."""
    kept = record.redacted or record.recorder.redact(record)
    operation = record.operation
    headers, answered = _headers(kept.head), _headers(kept.answer_head)
    request = Request(
        record.method, record.scheme, record.version, kept.path.decode("latin-1"), kept.query.decode("latin-1"),
        headers, _body(kept.body, kept.length, kept.digest),
    )  # fmt: skip
    body = _body(kept.answer_body, kept.answer_length, _tag(answered) if record.is_file else kept.answer_digest)
    if body is not None and record.is_file:
        body = Body(b"", body.length, body.digest, is_file=True)
    answer = Reply(record.status, answered, body) if record.status else None
    over = record.ending is not None
    return Exchange(
        n=record.n,
        connection=record.line.number if record.line is not None else 0,
        arrived=Moment(_arrived(record), record.arrived),
        read=Moment(record.read_at, record.read),
        first=_moment(record.after, record.first or record.last) if over and answer is not None else None,
        last=_moment(record.after, record.last) if over else None,
        received=record.received or _request_bytes(record, kept, len(headers)),
        sent=max(_answer_bytes(record, kept, headers, len(answered)) - record.unsent, 0) if answer is not None else 0,
        ending=record.ending,
        credential=kept.credential,
        request=request,
        answer=answer,
        provider=record.provider,
        operation=operation.id if operation is not None else "",
        profile=record.profile,
        is_judged=operation is not None and operation.has_body,
        problem=record.problem.kind.value if record.problem is not None else "",
        job=kept.job,
        nth=kept.nth,
        scenario=kept.scenario,
        fault=record.fault,
    )


def _moment(segment: ClockSegment, monotonic: float) -> Moment:
    return Moment(segment.at(monotonic), monotonic)


def _arrived(record: PendingRecord) -> datetime:
    """Return the sandbox's instant of the arrival.

    Which sandbox it is was known only once the request was read, so the instant is computed back from there.
    """
    ago = record.read - record.arrived
    return record.read_at if ago < _SOON else record.read_at - timedelta(seconds=ago * record.before.rate)


def _headers(head: bytes) -> Headers:
    lines = head.decode("latin-1").split("\n") if head else []
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))


def _body(kept: bytes, length: int, digest: str) -> Body | None:
    return Body(kept, length, digest) if length else None


def _tag(headers: Headers) -> str:
    """Return the digest of the whole file, which the ETag is; the answer may be a part of it."""
    return next((value.strip('"') for name, value in headers if name.lower() == "etag"), "")


def _request_bytes(record: PendingRecord, kept: RedactedRecord, headers: int) -> int:
    """Return the bytes of a request on the wire where nobody counted them, as a client writes it without chunks."""
    line = len(record.method) + len(kept.path) + len(" HTTP/1.1\r\n") + 1 + (len(kept.query) + 1 if kept.query else 0)
    return line + len(kept.head) + headers + 1 + 2 + kept.length + kept.removed


def _answer_bytes(record: PendingRecord, kept: RedactedRecord, request: Headers, headers: int) -> int:
    """Return the bytes of an answer as the server writes it."""
    close = any(name == "connection" and value.lower() == "close" for name, value in request)
    line = _STATUS_LINES.get(record.status, _UNKNOWN_LINE) + (len("connection: close\r\n") if close else 0)
    return line + len(kept.answer_head) + headers + 1 + 2 + kept.answer_length + kept.answer_removed
