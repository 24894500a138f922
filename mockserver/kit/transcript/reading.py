"""Reading of transcripts from JSON and NDJSON. The form is `contracts/transcript.schema.json`, written by hand.

Any server that writes this form can be judged.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import jsonschema_rs

from mockserver.data import contracts
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
    Violation,
)

SCHEMA: Final = contracts() / "transcript.schema.json"


class TranscriptBroken(ValueError):
    """A value is no transcript; the text says where."""


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
    try:
        for error in _validator(name).iter_errors(value):
            raise TranscriptBroken(f"{where}/{'/'.join(map(str, error.instance_path))}: {error.message}")
    except UnicodeEncodeError:
        raise TranscriptBroken(f"{where}/: a text has half of a surrogate pair, which no UTF-8 can hold") from None


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
    return {"headers": [(name.lower(), value) for name, value in one["headers"]], "body": _body(one["body"])}


def _body(one: Mapping[str, Any] | None) -> Body | None:
    if one is None:
        return None
    data = one["text"].encode("utf-8", "surrogatepass") if "text" in one else None
    if "base64" in one:
        data = b64decode(one["base64"])
    return Body(one["length"], data, one.get("digest"), one.get("cut", False))
