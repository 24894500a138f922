"""Strips of the journal read back as exchanges: what was kept as bytes becomes what people and laws read."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from mockserver.domain.clock_segment import ClockSegment
from mockserver.domain.delivery import Moment
from mockserver.domain.journal import Body, Exchange, Headers, Reply, Request
from mockserver.web.developing import Film, developed
from mockserver.web.recording import Strip

_STATUS_LINES: Final = {one.value: len(f"HTTP/1.1 {one.value} {one.phrase}\r\n") for one in HTTPStatus}
_UNKNOWN_LINE: Final = len("HTTP/1.1 299 \r\n")
_SOON: Final = 0.01
"""What was read so many seconds after its arrival was read when it arrived."""


def exchange(strip: Strip) -> Exchange:
    """What a strip holds; of one under way, what there is of it."""
    film = strip.film or developed(strip)
    operation = strip.operation
    headers, answered = _headers(film.head), _headers(film.answer_head)
    request = Request(
        strip.method, strip.scheme, strip.version, film.path.decode("latin-1"), film.query.decode("latin-1"), headers,
        _body(film.body, film.length, film.digest),
    )  # fmt: skip
    body = _body(film.answer_body, film.answer_length, _tag(answered) if strip.is_file else film.answer_digest)
    if body is not None and strip.is_file:
        body = Body(b"", body.length, body.digest, is_file=True)
    answer = Reply(strip.status, answered, body) if strip.status else None
    over = strip.ending is not None
    return Exchange(
        n=strip.n,
        connection=strip.line.number if strip.line is not None else 0,
        arrived=Moment(_arrived(strip), strip.arrived),
        read=Moment(strip.read_at, strip.read),
        first=_moment(strip.after, strip.first or strip.last) if over and answer is not None else None,
        last=_moment(strip.after, strip.last) if over else None,
        received=strip.received or _request_bytes(strip, film, len(headers)),
        sent=max(_answer_bytes(strip, film, headers, len(answered)) - strip.unsent, 0) if answer is not None else 0,
        ending=strip.ending,
        credential=film.credential,
        request=request,
        answer=answer,
        provider=strip.provider,
        operation=operation.id if operation is not None else "",
        profile=strip.profile,
        is_judged=operation is not None and operation.has_body,
        problem=strip.problem.kind.value if strip.problem is not None else "",
        job=film.job,
        nth=film.nth,
        scenario=film.scenario,
        fault=strip.fault,
    )


def _moment(segment: ClockSegment, monotonic: float) -> Moment:
    return Moment(segment.at(monotonic), monotonic)


def _arrived(strip: Strip) -> datetime:
    """Whose clock counts was known only once all was read: the arrival is reckoned back from there."""
    ago = strip.read - strip.arrived
    return strip.read_at if ago < _SOON else strip.read_at - timedelta(seconds=ago * strip.before.rate)


def _headers(head: bytes) -> Headers:
    lines = head.decode("latin-1").split("\n") if head else []
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))


def _body(kept: bytes, length: int, digest: str) -> Body | None:
    return Body(kept, length, digest) if length else None


def _tag(headers: Headers) -> str:
    """The digest of the whole file, of which the answer may be a part: it is the ETag."""
    return next((value.strip('"') for name, value in headers if name == "etag"), "")


def _request_bytes(strip: Strip, film: Film, headers: int) -> int:
    """The bytes of a request on the wire where nobody counted them: as any client writes it that sends no chunks."""
    line = len(strip.method) + len(film.path) + len(" HTTP/1.1\r\n") + 1 + (len(film.query) + 1 if film.query else 0)
    return line + len(film.head) + headers + 1 + 2 + film.length + film.fewer


def _answer_bytes(strip: Strip, film: Film, asked: Headers, headers: int) -> int:
    """The bytes of an answer as the server writes it."""
    close = any(name == "connection" and value.lower() == "close" for name, value in asked)
    line = _STATUS_LINES.get(strip.status, _UNKNOWN_LINE) + (len("connection: close\r\n") if close else 0)
    return line + len(film.answer_head) + headers + 1 + 2 + film.answer_length + film.answer_fewer
