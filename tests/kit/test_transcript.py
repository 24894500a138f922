"""The transcript's form and its reader: the schema's own example is read, and what breaks the form is named."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from mockserver.kit import transcript
from mockserver.kit.target import NotJson
from mockserver.kit.transcript import TranscriptBroken, read, read_lines

(EXAMPLE,) = transcript.schema()["examples"]
Change = Callable[[dict[str, Any]], None]


def changed(change: Change) -> dict[str, Any]:
    value = deepcopy(EXAMPLE)
    change(value)
    return value


def test_the_schema_is_one_and_says_what_it_is() -> None:
    schema = transcript.schema()
    Draft202012Validator.check_schema(schema)
    jsonschema_rs.meta.validate(schema)
    assert {"$id", "title", "description", "examples"} <= set(schema)
    told = [name for name, one in schema["$defs"].items() if name in ("record", "exchange", "attempt")]
    assert all(schema["$defs"][name]["title"] and schema["$defs"][name]["description"] for name in told)
    for kind in ("exchange", "attempt"):  # the form is closed, and every member is always there
        form = schema["$defs"][kind]
        assert sorted(form["required"]) == sorted(form["properties"])
        assert form["additionalProperties"] is False


def test_both_validators_take_the_example() -> None:
    assert list(Draft202012Validator(transcript.schema()).iter_errors(EXAMPLE)) == []
    assert read(EXAMPLE).last == 2


def test_the_example_is_read() -> None:
    found = read(EXAMPLE)
    (one,), (attempt,) = found.exchanges, found.attempts
    assert list(found.records) == [one, attempt]
    assert (one.n, one.connection, one.ending, one.job, one.nth) == (1, 2, "complete", "vid_1", None)
    assert one.arrived == transcript.Moment(datetime(2026, 1, 16, 14, 30, tzinfo=UTC), 12.5)
    assert one.request.header("Authorization") == f"Bearer {transcript.KEY}"
    assert one.request.header("x-none") is None
    assert one.request.body is not None
    assert one.request.body.json() == {"prompt": "a cat"}
    assert one.answer is not None
    assert (one.answer.status, one.verdict.valid, list(one.verdict.violations)) == (200, True, [])
    assert (attempt.delivery, attempt.attempt, attempt.ended, attempt.status) == (
        "whd_0123456789abcdef0123",
        1,
        None,
        None,
    )
    assert attempt.request.url == "http://127.0.0.1:9000/hook"
    assert attempt.due_at == attempt.started.at


def test_lines_are_read_one_by_one() -> None:
    lines = [json.dumps(one) for one in EXAMPLE["records"]]
    assert read_lines([*lines, "", lines[0].encode()]) == [*read(EXAMPLE).records, read(EXAMPLE).records[0]]
    with pytest.raises(TranscriptBroken, match=r"^line 2: /: "):
        read_lines([lines[0], "{}"])
    with pytest.raises(TranscriptBroken, match=r"^line 1: "):
        read_lines(["{"])


@pytest.mark.parametrize(
    ("body", "data", "is_cut"),
    [
        ({"length": 2, "text": "é"}, "é".encode(), False),
        ({"length": 2, "base64": b64encode(b"\xff\x00").decode()}, b"\xff\x00", False),
        ({"length": 9, "digest": "0" * 40}, None, False),
        ({"length": 9, "text": "[1", "digest": "0" * 40, "cut": True}, b"[1", True),
    ],
)
def test_bodies_are_read_in_each_of_their_forms(body: dict[str, Any], data: bytes | None, is_cut: bool) -> None:
    def change(value: dict[str, Any]) -> None:
        value["records"][0]["request"]["body"] = body

    (one,) = read(changed(change)).exchanges
    assert one.request.body is not None
    assert (one.request.body.length, one.request.body.data, one.request.body.is_cut) == (body["length"], data, is_cut)
    with pytest.raises(NotJson):
        one.request.body.json()


def exchange(**members: Any) -> Change:
    return lambda value: value["records"][0].update(members)


def without(name: str) -> Change:
    return lambda value: value["records"][0].pop(name)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(transcript=2),
        lambda value: value.update(sandbox="a-key"),
        lambda value: value.update(more=1),
        lambda value: value.pop("first"),
        exchange(n=0),
        exchange(kind="deed"),
        exchange(ending="open"),
        exchange(more=1),
        exchange(credential="a-key"),
        exchange(arrived={"at": "yesterday", "monotonic": 1}),
        exchange(arrived={"at": "2026-13-16T14:30:00Z", "monotonic": 1}),
        exchange(profile=["a", "a"]),
        exchange(nth=0),
        exchange(verdict={"valid": True}),
        exchange(answer={"status": 99, "headers": [], "body": None}),
        exchange(answer={"status": 200, "headers": [["a"]], "body": None}),
        exchange(answer={"status": 200, "headers": [], "body": {"length": 1}}),
        exchange(answer={"status": 200, "headers": [], "body": {"length": 0, "text": ""}}),
        exchange(answer={"status": 200, "headers": [], "body": {"length": 1, "text": "a", "base64": "YQ=="}}),
        exchange(answer={"status": 200, "headers": [], "body": {"length": 1, "text": "a", "cut": True}}),
        *(without(name) for name in EXAMPLE["records"][0]),
    ],
)
def test_what_breaks_the_form_is_refused(change: Change) -> None:
    value = changed(change)
    assert list(Draft202012Validator(transcript.schema(), format_checker=None).iter_errors(value)) or "13-16" in str(
        value
    )
    with pytest.raises(TranscriptBroken):
        read(value)


def test_half_of_a_surrogate_pair_is_refused_with_a_sentence() -> None:
    """JSON can spell it, and no UTF-8 can hold it. Found by drawing broken HAR files."""
    with pytest.raises(TranscriptBroken, match="half of a surrogate pair"):
        read({"transcript": "\ud800"})
