"""Fixtures played on the toy, and the judging of answers by its document."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockserver.kit import promise
from mockserver.kit.facts.steps import NO_BODY, Defaults
from mockserver.kit.generator import build as generate
from mockserver.kit.promise import Promise
from mockserver.kit.promise.conformance import is_refusal, misplaced, unpromised
from mockserver.kit.promise.document import DocumentBroken
from mockserver.kit.samples.fixtures import Answer, Request, Sample
from mockserver.kit.samples.replay import ReplayBroken, replay
from mockserver.kit.samples.tolerance import intolerances
from mockserver.kit.target import Response
from tests.kit.toy import ToyTarget, write_promise

BEARER = Defaults({"authorization": "Bearer ${key}"})
IN_BODY = Defaults({"authorization": "Bearer ${key}"}, {"key": "${key}"})
MADE = Sample(
    "made", "toy", "documented", "page", "makeThing", request=Request("POST", "/v1/things", json={"prompt": "a cat"})
)
BUSY = Sample(
    "busy",
    *("toy", "documented", "page", "getThing"),
    request=Request("GET", "/v1/things/example"),
    answer=Answer(200, {"id": "example", "status": "busy"}),
    of="made",
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Promise:
    root = tmp_path_factory.mktemp("toy")
    folder = write_promise(root)
    generate.write(folder.parent, generate.build(folder.parent), {})
    return promise.load(folder)


def _played(sample: Sample, toy: Promise, defaults: Defaults = BEARER) -> tuple[Response, ToyTarget]:
    target = ToyTarget()
    return replay(sample, [MADE, BUSY, sample], toy, defaults, target), target


def _paths(target: ToyTarget) -> list[str]:
    return [path for _, path, _, _ in target.sessions[0].sent]


def test_a_request_that_makes_a_job_is_sent_as_it_stands(toy: Promise) -> None:
    response, target = _played(MADE, toy)
    assert response.json() == {"id": "t1", "status": "waiting"}
    assert target.sessions[0].key == "key-of-toy.made"
    assert target.sessions[0].sent == [
        (
            "POST",
            "/v1/things",
            {"authorization": "Bearer key-of-toy.made", "content-type": "application/json"},
            b'{"prompt": "a cat"}',
        )
    ]


def test_a_poll_is_repeated_for_our_own_job_until_the_documented_word(toy: Promise) -> None:
    response, target = _played(BUSY, toy)
    assert response.json() == {"id": "t1", "status": "busy"}
    assert target.sessions[0].now == 1
    assert set(_paths(target)) == {"/v1/things", "/v1/things/t1"}
    assert json.loads(target.sessions[0].sent[0][3]) == {"prompt": "a cat"}


def test_a_failed_state_chooses_a_failing_fate(toy: Promise) -> None:
    response, target = _played(replace(BUSY, answer=Answer(200, {"status": "lost"})), toy)
    assert response.json()["status"] == "lost"
    assert target.sessions[0].scenario == "fails-in-processing"
    assert _played(replace(BUSY, scenario="other"), toy)[1].sessions[0].scenario == "other"


def test_a_word_that_never_comes_is_told(toy: Promise) -> None:
    with pytest.raises(ReplayBroken, match=r'busy: never gone: 200 ."id": "t1", "status": "done"'):
        _played(replace(BUSY, answer=Answer(200, {"status": "gone"})), toy)


def test_a_call_about_a_job_waits_for_its_end_and_uses_what_it_says(toy: Promise) -> None:
    sample = Sample(
        "file", "toy", "documented", "page", "getFile", of="busy", request=Request("GET", "/v1/files?file=0&x=")
    )
    stranger = replace(MADE, provider="tay", request=None)
    target = ToyTarget()
    response = replay(sample, [MADE, BUSY, sample, stranger], toy, BEARER, target)
    assert response.status == 200
    assert json.loads(target.sessions[0].sent[0][3]) == {"prompt": "a cat"}
    assert _paths(target)[-1] == "/v1/files?file=7&x="
    assert _played(replace(sample, request=None), toy)[0].status == 200


def test_without_a_maker_the_first_example_makes_the_job(toy: Promise) -> None:
    _, target = _played(replace(BUSY, of=None), toy)
    assert json.loads(target.sessions[0].sent[0][3]) == {"prompt": "a cat", "size": 8}


def test_a_job_that_is_refused_is_told(toy: Promise) -> None:
    with pytest.raises(ReplayBroken, match="no job was made: 401"):
        _played(BUSY, toy, Defaults())


@pytest.mark.parametrize(
    ("headers", "is_refused", "sent"),
    [
        ({}, False, "Bearer key-of-toy.made"),
        ({"authorization": "Bearer YOUR_KEY"}, False, "Bearer key-of-toy.made"),
        ({"authorization": "Bearer YOUR_KEY"}, True, "Bearer key-of-toy.made"),
        ({"authorization": "Bearer invalid"}, True, "Bearer invalid"),
        ({"authorization": ""}, True, ""),
        ({"authorization": None}, True, None),
        ({"authorization": None}, False, None),
    ],
)
def test_whose_key_a_header_shows(
    toy: Promise, headers: dict[str, str | None], is_refused: bool, sent: str | None
) -> None:
    request = Request("POST", "/v1/things", {"x-own": "1", **headers}, {})
    _, target = _played(replace(MADE, request=request, is_refused=is_refused), toy)
    assert target.sessions[0].sent[0][2].get("authorization") == sent
    assert target.sessions[0].sent[0][2]["x-own"] == "1"


@pytest.mark.parametrize(
    ("body", "is_refused", "sent"),
    [
        ({"a": 1}, False, '{"key": "key-of-toy.made", "a": 1}'),
        ({"a": 1, "key": ""}, False, '{"a": 1, "key": "key-of-toy.made"}'),
        ({"a": 1, "key": "YOUR_KEY"}, True, '{"a": 1, "key": "key-of-toy.made"}'),
        ({"a": 1, "key": "invalid"}, True, '{"a": 1, "key": "invalid"}'),
        ({"a": 1, "key": ""}, True, '{"a": 1, "key": ""}'),
        ({"a": 1}, True, '{"a": 1}'),
        (["a"], False, '["a"]'),
        (NO_BODY, False, '{"key": "key-of-toy.made"}'),
    ],
)
def test_whose_key_a_body_shows(toy: Promise, body: Any, is_refused: bool, sent: str) -> None:
    sample = replace(MADE, request=Request("POST", "/v1/things", json=body), is_refused=is_refused)
    assert _played(sample, toy, IN_BODY)[1].sessions[0].sent[0][3].decode() == sent


def test_raw_text_is_sent_as_it_stands(toy: Promise) -> None:
    sample = replace(MADE, request=Request("POST", "/v1/things", body="[]{"))
    assert _played(sample, toy, IN_BODY)[1].sessions[0].sent[0][3] == b"[]{"


def test_a_call_of_no_operation_is_sent_as_the_case_has_it(toy: Promise) -> None:
    sample = Sample(
        "nokey", "toy", "documented", "page", "error", request=Request("GET", "/v1/nothing"), is_refused=True
    )
    assert _played(sample, toy)[0].status == 404
    with pytest.raises(ReplayBroken, match="there is no operation error"):
        _played(replace(sample, request=None), toy)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (replace(MADE, answer=Answer(200, {"id": 1, "status": "odd", "more": 1})), ""),
        (replace(MADE, answer=Answer(200, {"id": 1.5, "status": "odd"})), "makeThing.tolerated: /id: "),
        (replace(MADE, answer=Answer(401, {"error": "key"})), ""),
        (replace(MADE, is_refused=True, answer=Answer(200, {"error": "key"})), ""),
        (replace(MADE, is_refused=True, answer=Answer(200, {"error": "other"})), "error.key: /error: "),
        (replace(MADE, is_refused=True, answer=Answer(200, {"error": "size"})), ""),
        (replace(MADE, answer=Answer(400, {"id": 1})), "error.key: /: "),
        (replace(MADE, profile=("loud",), answer=Answer(401, {"error": "key"})), "error.key: /error: "),
        (replace(MADE, operation="webhook", answer=Answer(None, {})), ""),
        (replace(MADE, operation="webhook", answer=Answer(None, [])), "webhook.done: /: "),
        (replace(MADE, operation="unknown", answer=Answer(200, {})), "no component can judge it"),
        (MADE, ""),
    ],
)
def test_which_schema_has_to_tolerate_a_documented_answer(toy: Promise, sample: Sample, said: str) -> None:
    wrong = intolerances(sample, toy.under(sample.profile))
    assert bool(wrong) == bool(said)
    assert said in "\n".join(wrong)


@pytest.mark.parametrize(
    ("status", "body", "refuses"),
    [
        (200, b'{"id": "t1", "status": "waiting"}', False),
        (400, b"", True),
        (399, b"", False),
        (200, b'{"error": "key"}', True),
        (200, b"\x00\x01", False),
        (302, b"", False),
    ],
)
def test_what_refuses(toy: Promise, status: int, body: bytes, refuses: bool) -> None:
    assert is_refusal(Response(status, [], body), "makeThing", toy.document) == refuses


def test_a_body_that_a_state_describes_too_is_no_refusal(toy: Promise) -> None:
    response = Response(200, [], b'{"id": "t1", "status": "waiting", "error": "size"}')
    schemas = toy.document["components"]["schemas"]
    error = {"error.size": {**schemas["error.size"], "additionalProperties": True}}
    assert is_refusal(response, "makeThing", {**toy.document, "components": {"schemas": {**schemas, **error}}})
    open_ = {**schemas, **error, "makeThing.waiting": {**schemas["makeThing.waiting"], "additionalProperties": True}}
    assert not is_refusal(response, "makeThing", {**toy.document, "components": {"schemas": open_}})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"id": "t1", "status": "busy"}, ""),
        ({"id": "t1", "status": "done", "file": 7, "tags": []}, ""),
        ({"status": "busy", "id": "t1"}, "the whole: the order is id, status; ours is status, id"),
        ({"id": "t1", "status": "busy", "file": 7}, "getThing.busy: /: "),
        ({"id": "t1"}, "getThing.tolerated: /: "),
    ],
)
def test_our_own_answer_keeps_closed_and_open_schemas_and_the_order(toy: Promise, body: Any, said: str) -> None:
    wrong = unpromised(body, "getThing", toy.document)
    assert bool(wrong) == bool(said)
    assert said in "\n".join(wrong)


def test_the_order_counts_in_lists_and_branches() -> None:
    inner: dict[str, Any] = {"properties": {"a": {}, "b": {}}}
    judging = {
        "properties": {
            "list": {"items": inner},
            "one": {"oneOf": [{"properties": {"b": {}, "a": {}}, "required": ["c"]}, inner]},
        }
    }
    right = {"list": [{"a": 1, "b": 2}], "one": {"a": 1, "x": 0, "b": 2}}
    assert misplaced(right, judging) == []
    wrong = {"one": {"b": 1, "a": 2}, "list": [{"a": 1}, {"b": 1, "a": 2}]}
    assert [line.partition(":")[0] for line in misplaced(wrong, judging)] == ["the whole", "/one", "/list/1"]


def test_a_promise_that_was_never_generated_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    folder.mkdir()
    (folder / "overlays.json").write_text("[]")
    with pytest.raises(DocumentBroken, match=r"overlays\.json: an object is expected, not list"):
        promise.load(tmp_path)
    (folder / "overlays.json").write_text("{")
    with pytest.raises(DocumentBroken, match=r"overlays\.json: no JSON"):
        promise.load(tmp_path)
    (folder / "overlays.json").unlink()
    with pytest.raises(DocumentBroken, match=r"overlays\.json: not there; `make generate` makes it"):
        promise.load(tmp_path)


def test_a_component_that_is_not_there_is_told(toy: Promise) -> None:
    with pytest.raises(DocumentBroken, match=r"no component makeThing.gone; there are: size, makeThing\.request"):
        promise.schema(toy.document, "makeThing.gone")
    with pytest.raises(DocumentBroken, match="there are: none"):
        promise.schema({}, "makeThing.gone")


def test_the_nearest_operation_shares_most_segments(toy: Promise) -> None:
    wide = {"paths": {"/v1/enterprise/make": {"post": toy.document["paths"]["/v1/things"]["post"]}}}
    document = {**toy.document, "paths": {**toy.document["paths"]}}
    entry = {**wide["paths"]["/v1/enterprise/make"]["post"], "operationId": "makeOther"}
    document["paths"]["/v1/enterprise/make"] = {"post": entry}
    document["x-lifecycle"] = {**document["x-lifecycle"]}
    document["x-lifecycle"]["create"] = {"operations": ["makeOther", "makeThing"], "id": "/id"}
    target = ToyTarget()
    replay(replace(BUSY, of=None), [], Promise("toy", document, {}), BEARER, target)
    assert _paths(target)[0] == "/v1/things"


def test_polling_ends_with_the_job(toy: Promise) -> None:
    target = ToyTarget()
    with pytest.raises(ReplayBroken):
        replay(replace(BUSY, answer=Answer(200, {"status": "gone"})), [MADE], toy, BEARER, target)
    assert len(_paths(target)) == 1 + 9  # at 0, 0.25 ... 2 s
