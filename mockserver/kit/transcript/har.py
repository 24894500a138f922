"""A transcript from a HAR file (1.2), as Chromium, Firefox, mitmproxy and our own journal write it.

HAR is written at the client: a call begins when its request is sent and ends when its answer has been read. What a file
does not tell is told as missing and never guessed: a body without text is cut, a connection without a number is 0.
No key comes into the transcript: what stands in the places of keys is taken out everywhere.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from mockserver.kit.transcript.har_keys import Keys
from mockserver.kit.transcript.model import (
    Answer,
    Attempt,
    Body,
    Exchange,
    Moment,
    Record,
    Request,
    Sent,
    Transcript,
    Verdict,
)

SANDBOX: Final = "sb_000000000000"
"""Stands for the sandbox, which a HAR file does not have."""
UNKNOWN: Final = Verdict(None, ())


class HarBroken(ValueError):
    """A value is no HAR file; the text says where."""


@dataclass(frozen=True)
class _Times:
    """When what happened, in seconds of POSIX time."""

    sent: float
    read: float
    first: float
    last: float


def read_har(value: Any) -> Transcript:
    """Return the calls of a HAR file. Providers, operations and jobs are told by files of our own journal only.

    Raises HarBroken.
    """
    entries = _at(value, "log", "entries")
    if not isinstance(entries, list):
        raise HarBroken("log.entries: a list is expected")
    keys = Keys()
    found: list[tuple[float, Record]] = []
    for place, entry in enumerate(entries):
        try:
            if not _is_preflight(entry):
                found.append(_record(entry, place, keys))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
            raise HarBroken(f"log.entries[{place}]: {wrong!r}"[:300]) from None
    return _numbered(found, keys)


def _numbered(found: list[tuple[float, Record]], keys: Keys) -> Transcript:
    """In the order in which they began, counted from the first instant, without keys."""
    found.sort(key=lambda one: one[0])
    start = found[0][0] if found else 0.0
    has_numbers = len({record.n for _, record in found}) == len(found) and all(record.n > 0 for _, record in found)
    records = []
    for n, (_, record) in enumerate(found, 1):
        placed = record if has_numbers else replace(record, n=n)
        records.append(keys.taken_out(_since(start, placed)))
    return Transcript(SANDBOX, records[0].n if records else 1, records[-1].n if records else 0, records)


def _at(value: Any, *names: str) -> Any:
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            raise HarBroken(f"no HAR file: it has no {'.'.join(names)}")
        value = value[name]
    return value


def _is_preflight(entry: Mapping[str, Any]) -> bool:
    """Whether a browser asked for a permission (CORS): no call of the client's."""
    request = entry["request"]
    names = {one["name"].lower() for one in request["headers"]}
    return request["method"] == "OPTIONS" and "access-control-request-method" in names


def _record(entry: Mapping[str, Any], place: int, keys: Keys) -> tuple[float, Record]:
    times = _times(entry)
    if entry.get("_kind") == "attempt":
        return times.sent, _attempt(entry, times)
    return times.sent, _exchange(entry, times, place, keys)


def _times(entry: Mapping[str, Any]) -> _Times:
    started = datetime.fromisoformat(entry["startedDateTime"])
    timings = entry.get("timings") or {}
    length = {name: max(float(timings.get(name) or 0), 0.0) / 1000 for name in
              ("blocked", "dns", "connect", "send", "wait", "receive")}  # fmt: skip
    sent = started.timestamp() + length["blocked"] + length["dns"] + length["connect"]
    read = sent + length["send"]
    first = read + length["wait"]
    # Some write only the length of the whole.
    whole = started.timestamp() + max(float(entry.get("time") or 0), 0.0) / 1000
    return _Times(sent, read, first, max(first + length["receive"], whole if not timings else 0.0))


def _moment(at: float) -> Moment:
    return Moment(datetime.fromtimestamp(at, UTC), at)


def _since(start: float, record: Record) -> Record:
    """The record with its seconds counted from the first instant of the file."""

    def moved(one: Moment) -> Moment:
        return Moment(one.at, round(one.monotonic - start, 6))

    def perhaps(one: Moment | None) -> Moment | None:
        return None if one is None else moved(one)

    if isinstance(record, Attempt):
        return replace(record, started=moved(record.started), ended=perhaps(record.ended))
    return replace(
        record,
        arrived=moved(record.arrived),
        read=moved(record.read),
        first_byte=perhaps(record.first_byte),
        last_byte=perhaps(record.last_byte),
    )


def _exchange(entry: Mapping[str, Any], times: _Times, place: int, keys: Keys) -> Exchange:
    url = urlsplit(_address(entry["request"]))
    request = _request(entry["request"], url, place)
    answer = _answer(entry["response"], place)
    ending = _word(entry, "_ending") if "_ending" in entry else _ending(entry, answer)
    return Exchange(
        n=int(entry.get("_n", 0)),
        connection=_connection(entry),
        arrived=_moment(times.sent),
        read=_moment(times.read),
        first_byte=_moment(times.first) if answer is not None else None,
        last_byte=_moment(times.last) if ending is not None else None,
        received_bytes=_size(entry["request"]),
        sent_bytes=_size(entry["response"]),
        ending=ending,
        credential=_word(entry, "_credential") or keys.credential(request),
        request=request,
        answer=answer,
        provider=_word(entry, "_provider"),
        operation=_word(entry, "_operation"),
        profile=tuple(map(str, entry.get("_profile") or ())),
        verdict=UNKNOWN,
        problem=_word(entry, "_problem"),
        job=_word(entry, "_job"),
        nth=int(entry["_nth"]) if entry.get("_nth") else None,
        scenario=_word(entry, "_scenario"),
        fault=_word(entry, "_fault"),
    )


def _address(sent: Mapping[str, Any]) -> str:
    found = sent["url"]
    if not isinstance(found, str):
        raise TypeError("request.url is no text")
    return found


def _word(entry: Mapping[str, Any], name: str) -> str | None:
    """A member of our own that is a text; None: it is none, or is not there."""
    found = entry.get(name)
    return found if isinstance(found, str) and found else None


def _ending(entry: Mapping[str, Any], answer: Answer | None) -> str:
    """How it ended: browsers tell no answer as status 0, or name the error."""
    if answer is None:
        gone = "abort" in str(entry.get("_error") or entry["response"].get("_error") or "").lower()
        return "left" if gone else "cut"
    return "cut" if entry["response"].get("_error") or entry.get("_error") else "complete"


def _connection(entry: Mapping[str, Any]) -> int:
    told = str(entry.get("connection") or entry.get("_connectionId") or "")
    return int(told) if told.isdecimal() else 0


def _size(message: Mapping[str, Any]) -> int:
    return sum(max(int(message.get(name) or 0), 0) for name in ("headersSize", "bodySize"))


def _request(sent: Mapping[str, Any], url: SplitResult, place: int) -> Request:
    headers = _headers(sent["headers"])
    if not any(name == "host" for name, _ in headers):  # HTTP/2 and 3 have :authority in its place
        headers.insert(0, ("host", url.netloc.rpartition("@")[2]))
    version = str(sent.get("httpVersion") or "").upper().removeprefix("HTTP/")
    return Request(
        headers=headers,
        body=_sent_body(sent, headers, place),
        method=str(sent["method"]),
        scheme=url.scheme,
        http_version={"H2": "2", "H3": "3", "2.0": "2"}.get(version, version or "1.1"),
        path=url.path or "/",
        query=url.query,
    )


def _headers(given: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    pairs = [(str(one["name"]).lower(), str(one["value"])) for one in given]
    return [pair for pair in pairs if not pair[0].startswith(":")]


def _sent_body(sent: Mapping[str, Any], headers: Sequence[tuple[str, str]], place: int) -> Body | None:
    data = sent.get("postData") or {}
    length_told = dict(headers).get("content-length", "")
    length = int(length_told) if length_told.isdecimal() else max(int(sent.get("bodySize") or 0), 0)
    if data.get("text"):
        coding = data.get("encoding") or data.get("_encoding")
        told = _bytes(str(data["text"]), coding)
        return Body(len(told), told, _word(data, "_digest"), is_cut=bool(data.get("_cut")))
    # A body that is not told must not look like another one.
    return Body(length, None, f"untold-{place}", is_cut=True) if length else None


def _answer(got: Mapping[str, Any], place: int) -> Answer | None:
    if not got.get("status"):
        return None
    content = got.get("content") or {}
    headers = _headers(got.get("headers") or ())
    size = max(int(content.get("size") or 0), int(got.get("bodySize") or 0), 0)
    body: Body | None = None
    if content.get("text"):
        data = _bytes(str(content["text"]), content.get("encoding"))
        is_cut = bool(content.get("_cut")) or len(data) < int(content.get("size") or 0)
        body = Body(max(size, len(data)) if is_cut else len(data), data, _word(content, "_digest"), is_cut=is_cut)
    elif content.get("_digest"):
        body = Body(size, None, _word(content, "_digest"), is_cut=bool(content.get("_cut")))
    elif size:
        body = Body(size, None, f"untold-{place}", is_cut=True)
    return Answer(headers, body, int(got["status"]))


def _bytes(text: str, coding: object) -> bytes:
    if coding != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return b64decode(text)
    except NotBase64:
        return text.encode()


def _attempt(entry: Mapping[str, Any], times: _Times) -> Attempt:
    request, answer = entry["request"], entry["response"]
    headers = _headers(request["headers"])
    started = _moment(times.sent)
    status = int(answer["status"]) or None
    is_over = status is not None or entry.get("_error") is not None
    return Attempt(
        n=int(entry["_n"]),
        delivery=str(entry["_delivery"]),
        attempt=int(entry["_attempt"]),
        job=str(entry["_job"]),
        due_at=started.at,
        started=started,
        ended=_moment(times.last) if is_over else None,
        request=Sent(headers, _sent_body(request, headers, 0), url=_address(request)),
        status=status,
        error=_word(entry, "_error"),
    )


def is_har(value: Any) -> bool:
    """Whether a JSON value is meant as a HAR file."""
    return isinstance(value, Mapping) and isinstance(value.get("log"), Mapping)
