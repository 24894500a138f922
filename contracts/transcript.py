"""A transcript as the laws read it: what a client sent and was answered, and the webhooks that it was sent.

The form is `transcript.schema.json`, beside this file and written by hand; any server that writes it can be judged.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from contracts.stage import parse_json

SCHEMA: Final = Path(__file__).parent / "transcript.schema.json"
KEY: Final = "[key]"
"""What stands where a known key stood."""
SECRET: Final = "[secret]"  # noqa: S105  (a mark, and no secret)
"""What stands in a place of keys where something stood that is no known key."""


class TranscriptBroken(ValueError):
    """A value is no transcript; the text says where."""


@dataclass(frozen=True)
class Moment:
    """When something happened: the sandbox's instant, and seconds of real time since some moment."""

    at: datetime
    monotonic: float


@dataclass(frozen=True)
class Body:
    """A body: its length, and as much of it as is told. `digest` is told of files and of what is cut."""

    length: int
    data: bytes | None
    digest: str | None
    is_cut: bool

    def json(self) -> Any:
        """Return the body as a JSON value. Raises NotJson, also where it is not told whole."""
        return parse_json(self.data if self.data is not None and not self.is_cut else b"")


@dataclass(frozen=True)
class Message:
    """What requests and answers have in common: headers as (name in lower case, value), and the body."""

    headers: Sequence[tuple[str, str]]
    body: Body | None

    def header(self, name: str) -> str | None:
        """Return a header's value; several are joined by ", ". None: not sent."""
        values = [value for sent, value in self.headers if sent == name.lower()]
        return ", ".join(values) if values else None


@dataclass(frozen=True)
class Request(Message):
    """A request. `path` and `query` are percent-encoded as they came."""

    method: str
    scheme: str
    http_version: str
    path: str
    query: str


@dataclass(frozen=True)
class Answer(Message):
    """An answer."""

    status: int


@dataclass(frozen=True)
class Violation:
    """A rule of the document that a body breaks; `path` is a JSON Pointer."""

    path: str
    rule: str
    expected: Any
    got: Any
    says: str


@dataclass(frozen=True)
class Verdict:
    """What the document says of a body; `valid` is None where it was not judged."""

    valid: bool | None
    violations: Sequence[Violation]


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. `ending` is complete, cut (by the server), left (by the client) or None: under way."""

    n: int
    connection: int
    arrived: Moment
    read: Moment
    first_byte: Moment | None
    last_byte: Moment | None
    received_bytes: int
    sent_bytes: int
    ending: str | None
    credential: str | None
    request: Request
    answer: Answer | None
    provider: str | None
    operation: str | None
    profile: Sequence[str]
    verdict: Verdict
    problem: str | None
    job: str | None
    nth: int | None
    scenario: str | None
    fault: str | None


@dataclass(frozen=True)
class Sent(Message):
    """The request of a webhook."""

    url: str


@dataclass(frozen=True)
class Attempt:
    """A try at the delivery of a webhook. `status` is what the receiver answered, `error` why it did not."""

    n: int
    delivery: str
    attempt: int
    job: str
    due_at: datetime
    started: Moment
    ended: Moment | None
    request: Sent
    status: int | None
    error: str | None


Record = Exchange | Attempt


@dataclass(frozen=True)
class Transcript:
    """The records of a sandbox in the order of their numbers. Those before `first` were dropped."""

    sandbox: str
    first: int
    last: int
    records: Sequence[Record]

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges alone."""
        return [one for one in self.records if isinstance(one, Exchange)]

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts alone."""
        return [one for one in self.records if isinstance(one, Attempt)]


@cache
def schema() -> Mapping[str, Any]:
    """Return the JSON Schema (2020-12) of a transcript."""
    found: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    return found


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    whole = dict(schema())
    judging = whole if not name else {"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]}
    return jsonschema_rs.Draft202012Validator(judging, validate_formats=True)


def read(value: Any) -> Transcript:
    """Return a transcript from its JSON value. Raises TranscriptBroken."""
    _check(value, "")
    records = [_record(one) for one in value["records"]]
    return Transcript(value["sandbox"], value["first"], value["last"], records)


def read_lines(lines: Iterable[str | bytes]) -> list[Record]:
    """Return the records of an NDJSON file, one a line; empty lines are none. Raises TranscriptBroken."""
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise TranscriptBroken(f"line {number}: {error}") from None
            _check(value, "record", f"line {number}: ")
            found.append(_record(value))
    return found


def _check(value: Any, name: str, where: str = "") -> None:
    for error in _validator(name).iter_errors(value):
        raise TranscriptBroken(f"{where}/{'/'.join(map(str, error.instance_path))}: {error.message}")


def _record(one: Mapping[str, Any]) -> Record:
    return _exchange(one) if one["kind"] == "exchange" else _attempt(one)


def _exchange(one: Mapping[str, Any]) -> Exchange:
    request, answer, verdict = one["request"], one["answer"], one["verdict"]
    plain = (
        "n", "connection", "received_bytes", "sent_bytes", "ending", "credential", "provider", "operation", "profile",
        "problem", "job", "nth", "scenario", "fault",
    )  # fmt: skip
    return Exchange(
        **{name: one[name] for name in plain},
        arrived=_moment(one["arrived"]),
        read=_moment(one["read"]),
        first_byte=_moment(one["first_byte"]) if one["first_byte"] else None,
        last_byte=_moment(one["last_byte"]) if one["last_byte"] else None,
        request=Request(
            **{name: request[name] for name in ("method", "scheme", "http_version", "path", "query")},
            **_message(request),
        ),
        answer=Answer(status=answer["status"], **_message(answer)) if answer else None,
        verdict=Verdict(verdict["valid"], [Violation(**violation) for violation in verdict["violations"]]),
    )


def _attempt(one: Mapping[str, Any]) -> Attempt:
    return Attempt(
        **{name: one[name] for name in ("n", "delivery", "attempt", "job", "status", "error")},
        due_at=datetime.fromisoformat(one["due_at"]),
        started=_moment(one["started"]),
        ended=_moment(one["ended"]) if one["ended"] else None,
        request=Sent(url=one["request"]["url"], **_message(one["request"])),
    )


def _moment(one: Mapping[str, Any]) -> Moment:
    return Moment(datetime.fromisoformat(one["at"]), one["monotonic"])


def _message(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"headers": [(name, value) for name, value in one["headers"]], "body": _body(one["body"])}


def _body(one: Mapping[str, Any] | None) -> Body | None:
    if one is None:
        return None
    data = one["text"].encode("utf-8", "surrogatepass") if "text" in one else None
    if "base64" in one:
        data = b64decode(one["base64"])
    return Body(one["length"], data, one.get("digest"), one.get("cut", False))
