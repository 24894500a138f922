"""The journal as HAR 1.2, as browsers' developer tools open it. Members of ours begin with an underscore; Chromium
reads two more, `_connectionId` and `_resourceType`.

HAR has one clock. `startedDateTime` is the time of the machine, so that entries are in order also under a frozen clock;
the sandbox's instant is `_at`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

Json = dict[str, Any]

_UNKNOWN: Final = -1
_OURS: Final = (
    "n", "kind", "connection", "ending", "credential", "provider", "operation", "profile", "verdict", "problem", "job",
    "nth", "scenario", "fault", "delivery", "attempt", "error",
)  # fmt: skip


def to_har(records: Iterable[Json], creator: str, epoch: float) -> Json:
    """Return a HAR log of records in the neutral form. `epoch` is the POSIX time at monotonic second 0."""
    entries = [(_exchange if one["kind"] == "exchange" else _attempt)(one, epoch) for one in records]
    return {"log": {
        "version": "1.2", "creator": {"name": "mockserver", "version": creator}, "pages": [], "entries": entries,
    }}  # fmt: skip


def _exchange(one: Json, epoch: float) -> Json:
    arrived, read = one["arrived"]["monotonic"], one["read"]["monotonic"]
    first = one["first_byte"]["monotonic"] if one["first_byte"] else read
    last = one["last_byte"]["monotonic"] if one["last_byte"] else first
    request, answer = one["request"], one["answer"]
    host = next((value for name, value in request["headers"] if name == "host"), "localhost")
    query = f"?{request['query']}" if request["query"] else ""
    url = f"{request['scheme']}://{host}{request['path']}{query}"
    entry = _entry(one, epoch, arrived, (read - arrived, first - read, last - first))
    entry["request"] = _request(request, url, f"HTTP/{request['http_version']}", one["received_bytes"])
    entry["response"] = _response(answer, one["sent_bytes"])
    if one["connection"]:
        entry["connection"] = entry["_connectionId"] = str(one["connection"])
    return entry


def _attempt(one: Json, epoch: float) -> Json:
    started = one["started"]["monotonic"]
    ended = one["ended"]["monotonic"] if one["ended"] else started
    entry = _entry(one, epoch, started, (0, ended - started, 0))
    entry["request"] = _request(one["request"], one["request"]["url"], "HTTP/1.1", _UNKNOWN)
    answer = {"status": one["status"], "headers": [], "body": None} if one["status"] else None
    entry["response"] = _response(answer, _UNKNOWN)
    return entry


def _entry(one: Json, epoch: float, start: float, lengths: tuple[float, float, float]) -> Json:
    send, wait, receive = (round(max(length, 0) * 1000, 3) for length in lengths)
    at = datetime.fromtimestamp(epoch + start, UTC)
    return {
        "startedDateTime": f"{at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "time": round(send + wait + receive, 3),
        "request": {},
        "response": {},
        "cache": {},
        "timings": {
            "blocked": _UNKNOWN, "dns": _UNKNOWN, "connect": _UNKNOWN, "ssl": _UNKNOWN,
            "send": send, "wait": wait, "receive": receive,
        },
        "_resourceType": "fetch",
        "_at": (one.get("arrived") or one["started"])["at"],
        **{f"_{name}": one[name] for name in _OURS if name in one},
    }  # fmt: skip


def _request(request: Json, url: str, version: str, size: int) -> Json:
    body = request["body"]
    length = body["length"] if body else 0
    query = url.partition("?")[2]
    entry: Json = {
        "method": request["method"],
        "url": url,
        "httpVersion": version,
        "cookies": [],
        "headers": _pairs(request["headers"]),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": max(size - length, _UNKNOWN),
        "bodySize": length,
    }
    if body:
        text = body.get("text", "")
        entry["postData"] = {"mimeType": _type(request["headers"]), "params": [], "text": text}
        if "base64" in body:
            entry["postData"] |= {"text": body["base64"], "_encoding": "base64"}
        entry["postData"] |= {f"_{name}": body[name] for name in ("digest", "cut") if name in body}
    return entry


def _response(answer: Json | None, size: int) -> Json:
    """Return an answer as HAR; status 0 stands for none, as browsers write it."""
    status = answer["status"] if answer else 0
    headers = answer["headers"] if answer else []
    body = (answer["body"] if answer else None) or {"length": 0}
    content: Json = {"size": body["length"], "mimeType": _type(headers)}
    if "text" in body:
        content["text"] = body["text"]
    if "base64" in body:
        content |= {"text": body["base64"], "encoding": "base64"}
    content |= {f"_{name}": body[name] for name in ("digest", "cut") if name in body}
    known = {one.value: one.phrase for one in HTTPStatus}
    return {
        "status": status,
        "statusText": known.get(status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": content,
        "redirectURL": next((value for name, value in headers if name == "location"), ""),
        "headersSize": max(size - body["length"], _UNKNOWN) if size > 0 else _UNKNOWN,
        "bodySize": body["length"] if answer else _UNKNOWN,
    }


def _pairs(pairs: Iterable[Iterable[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _type(headers: Iterable[Iterable[str]]) -> str:
    return next((value for name, value in headers if name == "content-type"), "")
