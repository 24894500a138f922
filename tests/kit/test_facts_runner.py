"""The runner of checks, on a toy: every form of step, and what is said when an answer is not as expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.kit.facts import Fact, FactBroken, parse, run
from mockserver.kit.facts.runner import PAUSE, REPEATS, StepFailed, differences, run_steps
from mockserver.kit.facts.steps import Defaults, StepBroken, filled, parse_steps
from mockserver.kit.generator.source import parse as parse_yaml
from mockserver.kit.target import NotJson, Response, parse_json
from tests.kit.toy import BASE, FACTS, ToySession, ToyTarget

BEARER = Defaults({"authorization": "Bearer ${key}"})
MAKE: dict[str, Any] = {"do": "POST /v1/things", "json": {"prompt": "a cat"}, "keep": {"id": "/id"}}


def _played(*steps: Any, defaults: Defaults = BEARER, session: ToySession | None = None) -> ToySession:
    session = session or ToySession()
    run_steps(parse_steps(list(steps), defaults), session)
    return session


def _sent(*steps: Any, defaults: Defaults = BEARER) -> tuple[str, str, dict[str, str], bytes]:
    method, path, headers, body = _played(*steps, defaults=defaults).sent[-1]
    return method, path, dict(headers), body


def test_a_job_is_made_polled_on_a_moving_clock_and_found_again() -> None:
    get = {"do": "GET /v1/things/${id}"}
    session = _played(
        {**MAKE, "expect": {"status": 200, "headers": {"Content-Type": "application/json"}}, "keep": {"id": "/id"}},
        {**get, "expect": {"body": {"id": "${id}", "status": "waiting", "file": {"$absent": True}}}},
        {**get, "until": {"body": {"status": "busy"}}, "keep": {"busy": ""}},
        {**get, "expect": {"same": "busy"}},
        {"advance": 600},
        {**get, "expect": {"status": 200, "body": {"status": "done", "$keys": ["id", "status", "file", "tags"]}}},
    )
    assert session.now == 601
    assert [sent[1] for sent in session.sent[2:6]] == ["/v1/things/t1"] * 4
    assert PAUSE * 4 == 1


def test_json_has_the_defaults_first_and_nulls_are_sent() -> None:
    defaults = Defaults(json={"key": "${key}", "a": 1})
    _, _, headers, body = _sent({"do": "POST /x", "json": {"b": None, "a": 2, "k": "${key}!"}}, defaults=defaults)
    assert body == b'{"key": "right", "a": 2, "b": null, "k": "right!"}'
    assert headers == {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ({"do": "POST /x", "json": {"key": None, "b": 1}}, b'{"b": 1}'),
        ({"do": "POST /x"}, b'{"key": "right"}'),
        ({"do": "PATCH /x"}, b'{"key": "right"}'),
        ({"do": "GET /x"}, b""),
        ({"do": "POST /x", "json": None}, b""),
        ({"do": "POST /x", "json": [1, "${key}"]}, b'[1, "right"]'),
        ({"do": "POST /x", "body": '{"key": ${key}'}, b'{"key": right'),
        ({"do": "POST /x", "body": ""}, b""),
        ({"do": "POST /x", "json": {"key": "\u00e4\ud800"}}, b'{"key": "\xc3\xa4\xed\xa0\x80"}'),
    ],
)
def test_what_a_step_sends_as_its_body(step: dict[str, Any], body: bytes) -> None:
    assert _sent(step, defaults=Defaults(json={"key": "${key}"}))[3] == body


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({}, {"authorization": "Bearer right", "content-type": "application/json"}),
        ({"AUTHORIZATION": None}, {"content-type": "application/json"}),
        ({"Authorization": "Bearer ${other}"}, {"authorization": "Bearer another", "content-type": "application/json"}),
        ({"Content-Type": None, "X-N": 3}, {"authorization": "Bearer right", "x-n": "3"}),
        ({"content-type": "text/plain"}, {"authorization": "Bearer right", "content-type": "text/plain"}),
    ],
)
def test_what_a_step_sends_as_headers(headers: dict[str, Any], sent: dict[str, str]) -> None:
    assert _sent({"do": "POST /x", "body": "a", "headers": headers})[2] == sent
    assert "content-type" not in _sent({"do": "GET /x"})[2]


def test_a_link_of_the_server_is_followed_and_no_other() -> None:
    link = {"do": "GET /v1/files?file=7", "keep": {"url": "/url", "bytes": "/bytes"}}
    assert _sent(link, {"do": "GET ${url}", "expect": {"body": {"url": {"$re": "^${base}/v1/files[?]"}}}})[1] == (
        "/v1/files?file=7"
    )
    with pytest.raises(StepFailed, match="does not lead to the server"):
        _played({**MAKE, "keep": {"id": "/id"}}, {"do": "GET ${id}"})


def test_a_variable_alone_keeps_its_type_and_is_escaped_in_expressions() -> None:
    variables = {"n": 7, "dot": "a.b", "whole": {"a": 1}}
    given = {"a": "${n}", "b": ["x${n}"], "$re": "^${dot}$", "c": "${whole}", "d": {"$in": ["${dot}"]}}
    assert filled(given, variables) == {"a": 7, "b": ["x7"], "$re": r"^a\.b$", "c": {"a": 1}, "d": {"$in": ["a.b"]}}


ANSWER = Response(200, [("X-Left", "19"), ("X-Twice", "a"), ("x-twice", "b")], b'{"a": 1, "b": [true]}')


@pytest.mark.parametrize(
    ("expect", "wrong"),
    [
        ({}, ""),
        ({"status": 200}, ""),
        ({"status": {"$in": [200, 201]}}, ""),
        ({"status": 201}, "status: 201 is expected, not 200"),
        ({"headers": {"x-left": "19", "x-twice": "a, b", "x-none": {"$absent": True}}}, ""),
        ({"headers": {"x-left": 19}}, ""),
        ({"headers": {"x-left": {"$min": 0, "$max": 19}}}, ""),
        ({"headers": {"x-left": {"$max": 18}}}, "header x-left: at most 18 is expected, not 19"),
        ({"headers": {"x-left": {"$type": "integer", "$min": 19}}}, ""),
        ({"headers": {"x-left": 18}}, "header x-left: '18' is expected, not '19'"),
        ({"headers": {"x-twice": {"$min": 0}}}, "at least 0 is expected, not 'a, b'"),
        ({"headers": {"x-none": {"$type": "string"}}}, "header x-none: {'$type': 'string'} is expected"),
        ({"headers": {"x-left": {"$absent": True}}}, "header x-left: must be absent"),
        ({"text": {"$re": "true"}}, ""),
        ({"text": "no"}, "text: 'no' is expected"),
        ({"body": {"b": [True]}}, ""),
        ({"body": {"b": [1]}}, "/b/0: 1 is expected, not True"),
        ({"same": "kept"}, ""),
        ({"same": "turned"}, "what was kept as turned"),
        ({"same": "other"}, "what was kept as other"),
    ],
)
def test_an_answer_differs_in_status_headers_text_or_body(expect: dict[str, Any], wrong: str) -> None:
    kept = {"kept": {"a": 1, "b": [True]}, "turned": {"b": [True], "a": 1}, "other": {"a": 1}}
    found = differences(expect, ANSWER, kept)
    assert bool(found) == bool(wrong)
    assert wrong in "\n".join(found)


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"a": 1, "a": 2}', b"\xff", b"[" * 100_000])
def test_what_is_no_json_matches_no_body(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json(body)
    assert "is no JSON" in "\n".join(differences({"body": {"$type": "object"}}, Response(200, [], body), {}))
    assert differences({"text": {"$type": "string"}}, Response(200, [], body), {}) == []


def test_a_failure_tells_the_story_the_request_and_the_answer() -> None:
    wrong = {"do": "GET /v1/things/${id}", "expect": {"body": {"status": "done"}}}
    with pytest.raises(StepFailed) as failed:
        _played(MAKE, {"advance": 1.5}, wrong)
    told = str(failed.value)
    assert "1. POST /v1/things -> 200\n2. advance 1.5 s\n3. GET /v1/things/t1 -> 200, but\n" in told
    assert "   /status: 'done' is expected, not 'busy'" in told
    assert "  | GET /v1/things/t1\n  | authorization: Bearer right\n" in told
    assert "  | HTTP 200\n  | Content-Type: application/json\n" in told
    assert '  | {"id": "t1", "status": "busy"}' in told


def test_until_gives_up_after_so_many_repeats() -> None:
    session = ToySession()
    with pytest.raises(StepFailed, match=f"not within {REPEATS} repeats"):
        _played(MAKE, {"do": "GET /v1/things/${id}", "until": {"body": {"status": "gone"}}}, session=session)
    assert len(session.sent) == REPEATS + 2
    assert session.now == REPEATS * PAUSE


@pytest.mark.parametrize(("keep", "said"), [({"x": "/none"}, "nothing at /none"), ({"x": "/id/0"}, "nothing at /id/0")])
def test_what_is_not_there_cannot_be_kept(keep: dict[str, str], said: str) -> None:
    with pytest.raises(StepFailed, match=f"cannot keep x: {said}"):
        _played({**MAKE, "keep": keep})
    with pytest.raises(StepFailed, match="cannot keep x: no JSON"):
        _played({"do": "GET /v1/things/none", "keep": {"x": ""}})


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"doo": "GET /x"}, "a step has no 'doo'; is do meant?"),
        ({"do": "GET x"}, "do must be a method and a path"),
        ({"do": "get /x"}, "do must be a method and a path"),
        ("GET /x", "a step must be a mapping"),
        ({"do": "GET /x", "expcet": {}}, "is expect meant?"),
        ({"do": "GET /x", "expect": {"stauts": 200}}, "expect has no 'stauts'; is status meant?"),
        ({"do": "GET /x", "until": {"bdoy": 1}}, "until has no 'bdoy'; is body meant?"),
        ({"do": "GET /x", "expect": {"body": {"$tpye": "string"}}}, "is $type meant?"),
        ({"do": "GET /x", "expect": {"status": {"$re": "("}}}, "$re takes a regular expression"),
        ({"do": "GET /x", "expect": {"headers": [1]}}, "expect.headers must be a mapping"),
        ({"do": "GET /x", "json": {}, "body": ""}, "json and body in one step"),
        ({"do": "GET /x", "body": {"a": 1}}, "is json meant?"),
        ({"do": "GET /x", "headers": {"a": True}}, "a header's value must be a string"),
        ({"do": "GET /x", "headers": ["a"]}, "headers must be a mapping"),
        ({"do": "GET /x", "keep": {"a": "id"}}, "keep.a must be a JSON pointer"),
        ({"do": "GET /x", "keep": ["a"]}, "keep must be a mapping"),
        ({"do": "GET /x", "keep": {"key": ""}}, "keep.key: the name is taken"),
        ({"do": "GET /x/${ido}"}, "step 2: nothing is kept as 'ido' by then; is id meant?"),
        ({"do": "GET /x", "expect": {"same": "frist"}}, "nothing is kept as 'frist' by then; is first meant?"),
        ({"do": "GET /x", "expect": {"same": 1}}, "expect.same takes the name"),
        ({"do": "GET /x", "keep": {"late": ""}, "expect": {"same": "late"}}, "nothing is kept as 'late' by then"),
        ({"do": "GET /x", "json": ["${no-such}"]}, "nothing is kept as 'no-such' by then"),
        ({"advance": "1"}, "advance takes seconds"),
        ({"advance": -1}, "advance takes seconds"),
        ({"advance": True}, "advance takes seconds"),
        ({"advance": 1, "do": "GET /x"}, "a step with advance has no 'do'"),
    ],
)
def test_a_mistaken_step_is_told_before_it_runs(step: Any, said: str) -> None:
    with pytest.raises(StepBroken) as broken:
        parse_steps([{"do": "GET /", "keep": {"id": "", "first": ""}}, step], BEARER)
    assert said in str(broken.value)


def test_a_long_answer_is_cut_in_the_message() -> None:
    with pytest.raises(StepFailed, match=r"\(9002 bytes in all\)"):
        _played({"do": "POST /v1/none", "body": "a" * 9002, "expect": {"status": 200}})
    with pytest.raises(StepFailed) as failed:
        _played({"do": "POST /v1/none", "body": "a", "expect": {"status": 200}})
    assert "bytes in all" not in str(failed.value)


@pytest.mark.parametrize("steps", [[], None, {"do": "GET /"}])
def test_a_check_is_a_list_of_steps(steps: Any) -> None:
    with pytest.raises(StepBroken, match="check must be a list"):
        parse_steps(steps, BEARER)


def _toy_fact(identifier: str, text: str = FACTS) -> Fact:
    facts = parse(parse_yaml(text, Path("facts.yaml")), "toy")
    return next(fact for fact in facts if fact.id == identifier)


def test_a_fact_runs_in_a_fresh_scene_of_its_own() -> None:
    target = ToyTarget()
    run(_toy_fact("toy.thing.done"), target)
    run(_toy_fact("toy.thing.done"), target)
    assert [session.key for session in target.sessions] == ["key-of-toy.thing.done"] * 2
    assert [len(session.made) for session in target.sessions] == [1, 1]


def test_a_broken_fact_says_which_one_and_why() -> None:
    fact = _toy_fact("toy.thing.done", FACTS.replace("[id, status]", "[status, id]"))
    with pytest.raises(FactBroken) as broken:
        run(fact, ToyTarget())
    told = str(broken.value)
    assert told.startswith(
        "toy.thing.done: A thing that was made is done after a while.\n(documented: the toy's own page)"
    )
    assert json.dumps({"prompt": "a cat"}) in told
    assert BASE not in told


def test_profile_scenario_and_timing_set_the_scene() -> None:
    text = FACTS.replace("  check:", "  profile: [loud]\n  scenario: fails-in-processing\n  timing: quick\n  check:")
    target = ToyTarget()
    with pytest.raises(FactBroken, match="not within"):
        run(_toy_fact("toy.thing.done", text), target)
    assert (target.sessions[0].profile, target.sessions[0].scenario) == (("loud",), "fails-in-processing")
