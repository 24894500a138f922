"""The table of what each transport fault does to an answer: pure functions by fault."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from mockserver.domain.fault import Fault, TransportFault
from mockserver.provider.signed_links import other_origin
from mockserver.web.gateway_page import PAGE, gateway_page
from mockserver.web.outgoing import Finish, Framing, Outgoing
from mockserver.web.wire import RawHeaders

T = TransportFault
BODILESS: Final = frozenset({204, 205, 304})
"""Statuses whose answers have no body."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fault may know of the request."""

    origin: str
    """The origin under which the client reached us."""
    target: str
    """The path and query of the request, as they came."""
    is_head: bool


Effect = Callable[[Outgoing, Fault, Asked], Outgoing]


def without(headers: RawHeaders, *names: bytes) -> RawHeaders:
    """Return headers without those of these names."""
    return [pair for pair in headers if pair[0].lower() not in names]


def with_body(answer: Outgoing, body: bytes, content_type: bytes | None = None) -> Outgoing:
    """Return the answer with another body and the length of that."""
    headers = without(answer.headers, b"content-length", *([] if content_type is None else [b"content-type"]))
    headers.append((b"content-length", b"%d" % len(body)))
    if content_type is not None:
        headers.append((b"content-type", content_type))
    return replace(answer, headers=headers, body=body)


def _json(change: Callable[[bytes], bytes]) -> Effect:
    """Return the effect that changes the bytes of a JSON body."""
    return lambda answer, _fault, _asked: with_body(answer, change(answer.body)) if answer.body else answer


def _ending(finish: Finish, *, head: float = 1.0, share: float | None = None) -> Effect:
    """Return the effect that ends an answer: within its head, or after a share of its body (None: the fault's)."""
    return lambda answer, fault, _asked: replace(
        answer, finish=finish, head_share=head, sent_share=fault.share if share is None else share
    )


def _framed(framing: Framing, *headers: tuple[bytes, bytes], finish: Finish = Finish.KEPT) -> Effect:
    """Return the effect that sends a body without its length."""

    def effect(answer: Outgoing, _fault: Fault, _asked: Asked) -> Outgoing:
        if answer.status in BODILESS:
            return answer
        return replace(
            answer, headers=[*without(answer.headers, b"content-length"), *headers], framing=framing, finish=finish
        )

    return effect


def _length(length: Callable[[int], bytes]) -> Effect:
    """Return the effect that sends another Content-Length than that of the body."""
    return lambda answer, _fault, _asked: replace(
        answer,
        headers=[*without(answer.headers, b"content-length"), (b"content-length", length(len(answer.body)))],
        is_raw=True,
    )


def _gzip(*, is_packed: bool, is_announced: bool) -> Effect:
    """Return the effect that packs a body, says so, or only one of both."""

    def effect(answer: Outgoing, _fault: Fault, _asked: Asked) -> Outgoing:
        packed = with_body(answer, gzip.compress(answer.body, mtime=0)) if is_packed and answer.body else answer
        if not is_announced:
            return packed
        return replace(packed, headers=[*without(packed.headers, b"content-encoding"), (b"content-encoding", b"gzip")])

    return effect


def _html(answer: Outgoing, _fault: Fault, asked: Asked) -> Outgoing:
    page = with_body(answer, PAGE, b"text/html")
    return replace(page, body=b"") if asked.is_head else page


def _empty(answer: Outgoing, _fault: Fault, _asked: Asked) -> Outgoing:
    return with_body(answer, b"", b"text/html")


def _status(answer: Outgoing, fault: Fault, asked: Asked) -> Outgoing:
    """Give an answer another status: with its own body below 400, else a gateway's page unless the provider's fits."""
    status = fault.status or 0
    if answer.status == status:
        return answer
    if status in BODILESS:
        return replace(answer, status=status, headers=without(answer.headers, b"content-length"), body=b"")
    if status < 400:
        return replace(answer, status=status)
    kept = [pair for pair in answer.headers if pair[0].startswith(b"x-mock-")]
    page = with_body(replace(answer, status=status, headers=kept), gateway_page(status), b"text/html")
    return replace(page, body=b"") if asked.is_head else page


def _redirect(answer: Outgoing, fault: Fault, asked: Asked) -> Outgoing:
    where = LOCATIONS[fault.location or "here"](asked)
    headers = [pair for pair in answer.headers if pair[0].startswith(b"x-mock-")]
    headers += [(b"location", where.encode("latin-1", "replace")), (b"content-length", b"0")]
    return replace(answer, status=fault.status or 302, headers=headers, body=b"")


def _dripped(answer: Outgoing, fault: Fault, _asked: Asked) -> Outgoing:
    """Send ten slices a second, or one byte each where that would be less."""
    rate = fault.size or 1
    size = max(1, rate // 10)
    return replace(answer, slice_bytes=size, pause_seconds=size / rate)


def _as_it_is(answer: Outgoing, _fault: Fault, _asked: Asked) -> Outgoing:
    return answer


REDIRECTED: Final = "/~redirected"
LOCATIONS: Final[Mapping[str, Callable[[Asked], str]]] = {
    "here": lambda asked: asked.origin + REDIRECTED + asked.target,
    "other-origin": lambda asked: other_origin(asked.origin) + REDIRECTED + asked.target,
    "http": lambda asked: f"http://{urlsplit(asked.origin).netloc}{REDIRECTED}{asked.target}",
    "loop": lambda asked: asked.origin + asked.target,
}
"""Where a redirect leads, by the words of `domain.fault_kinds.LOCATIONS`."""

EFFECTS: Final[Mapping[TransportFault, Effect]] = {
    T.ANSWERED: _as_it_is,
    T.DELAYED: _as_it_is,
    T.STATUS: _status,
    T.REDIRECT: _redirect,
    T.SILENT: _ending(Finish.HELD, head=0.0),
    T.STALLED: _ending(Finish.HELD),
    T.DRIPPED: _dripped,
    T.SLICED: lambda answer, fault, _: replace(answer, slice_bytes=fault.size or 1, pause_seconds=fault.seconds),
    T.DROPPED: _ending(Finish.CLOSED, head=0.0),
    T.RESET: _ending(Finish.RESET, head=0.0),
    T.CUT_HEAD: _ending(Finish.CLOSED, head=0.5),
    T.CUT_AFTER_HEAD: _ending(Finish.CLOSED, share=0.0),
    T.CUT: _ending(Finish.CLOSED),
    T.CUT_RESET: _ending(Finish.RESET),
    T.CLOSING: lambda answer, _fault, _asked: replace(answer, headers=[*answer.headers, (b"connection", b"close")]),
    T.INFORMATIONAL: lambda answer, fault, _: replace(answer, first=fault.status or 103),
    T.HTML: _html,
    T.EMPTY: _empty,
    T.TRUNCATED: lambda answer, fault, _: with_body(answer, answer.body[: int(len(answer.body) * fault.share)]),
    T.MALFORMED: _json(lambda body: body.replace(b'"', b"'")),
    T.DOUBLE_ENCODED: _json(lambda body: json.dumps(body.decode("utf-8", "replace")).encode()),
    T.BOM: _json(lambda body: b"\xef\xbb\xbf" + body),
    T.LIST: _json(lambda body: b"[" + body + b"]"),
    T.STRING: _json(lambda _: b'"ok"'),
    T.NULL: _json(lambda _: b"null"),
    T.LENGTH_MISSING: _framed(Framing.CLOSE, (b"connection", b"close"), finish=Finish.CLOSED),
    T.LENGTH_WRONG: _length(lambda _: b"many"),
    T.LENGTH_TOO_LARGE: _length(lambda size: b"%d" % (size + 16)),
    T.LENGTH_TOO_SMALL: _length(lambda size: b"%d" % (size // 2)),
    T.CHUNKED: _framed(Framing.CHUNKED, (b"transfer-encoding", b"chunked")),
    T.CHUNKED_UNENDED: _framed(Framing.UNENDED, (b"transfer-encoding", b"chunked"), finish=Finish.CLOSED),
    T.GZIP: _gzip(is_packed=True, is_announced=True),
    T.GZIP_UNANNOUNCED: _gzip(is_packed=True, is_announced=False),
    T.GZIP_FALSE: _gzip(is_packed=False, is_announced=True),
    T.RANGE_IGNORED: _as_it_is,
    T.RANGE_WRONG: _as_it_is,
    T.RANGE_REFUSED: _as_it_is,
    T.ETAG_CHANGED: _as_it_is,
}
"""What each fault does; the last four are done where the file is cut into parts (`domain.file_change`)."""
