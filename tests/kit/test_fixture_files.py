"""Fixtures are read as written, mistakes are told, and a shape is a shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from mockserver.kit.facts.steps import NO_BODY
from mockserver.kit.samples.fixtures import FixturesBroken, load, load_all, same_shape
from tests.kit.values import json_values

CASE: dict[str, Any] = {
    "source": "the toy's page",
    "operation": "makeThing",
    "state": "waiting",
    "profile": ["loud"],
    "request": {"method": "POST", "path": "/v1/things", "headers": {"Authorization": None}, "json": None},
    "refused": False,
    "answer": {"status": 200, "body": {"id": "x", "status": "waiting"}},
}


def _write(root: Path, sample: Any, name: str = "documented/toy/made") -> Path:
    path = root / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sample if isinstance(sample, str) else json.dumps(sample))
    return path


def test_a_case_is_read_as_written(tmp_path: Path) -> None:
    sample = load(_write(tmp_path, CASE))
    assert sample.id == "documented/toy/made"
    assert (sample.operation, sample.state, sample.profile) == ("makeThing", "waiting", ("loud",))
    assert sample.request is not None
    assert sample.request.headers == {"authorization": None}
    assert sample.request.json is None
    assert sample.answer is not None
    assert list(sample.answer.body) == ["id", "status"]
    assert not sample.is_refused
    assert load(_write(tmp_path, {**CASE, "refused": True})).is_refused
    _write(tmp_path, {**CASE, "of": "made"}, "recorded/toy/again")
    assert [sample.id for sample in load_all(tmp_path)] == ["documented/toy/made", "recorded/toy/again"]
    without = load(_write(tmp_path, {**CASE, "request": {"method": "GET", "path": "/"}}))
    assert without.request is not None
    assert without.request.json is NO_BODY


@pytest.mark.parametrize(
    ("change", "is_replayed"),
    [
        ({}, True),
        ({"answer": None}, True),
        ({"request": None}, False),
        ({"request": None, "of": "made"}, True),
        ({"request": None, "of": "made", "only_validated": "because"}, False),
        ({"only_validated": "because"}, True),
        ({"operation": "webhook"}, False),
    ],
)
def test_what_can_be_asked_of_our_server(tmp_path: Path, change: dict[str, Any], is_replayed: bool) -> None:
    assert load(_write(tmp_path, {**CASE, **change})).is_replayed == is_replayed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"soucre": "a"}, "a fixture has no 'soucre'; is source meant?"),
        ({"source": ""}, "source must be a text"),
        ({"operation": 1}, "operation must be a text, not 1"),
        ({"profile": "loud"}, "profile must be a list of words"),
        ({"request": None, "answer": None}, "request and answer are both missing"),
        ({"request": {"method": "GET"}}, "request needs a method and a path"),
        ({"request": {"method": "GET", "path": "/", "jsno": 1}}, "request has no 'jsno'; is json meant?"),
        ({"answer": {"status": 200}}, "answer needs a body"),
        ({"answer": {"body": 1, "code": 2}}, "answer has no 'code'"),
        ({"of": "nobody"}, "of names nobody, which is no sample of toy"),
    ],
)
def test_a_mistake_is_told_with_its_file(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    _write(tmp_path, {**CASE, **change})
    with pytest.raises(FixturesBroken) as broken:
        load_all(tmp_path)
    assert said in str(broken.value)
    assert "documented/toy/made" in str(broken.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"source": 1, "source": 2}'])
def test_a_file_that_is_no_object_is_a_mistake(tmp_path: Path, text: str) -> None:
    _write(tmp_path, text, "recorded/toy/broken")
    with pytest.raises(FixturesBroken, match=r"recorded/toy/broken\.json"):
        load_all(tmp_path)


@given(json_values)
def test_everything_has_its_own_shape(value: Any) -> None:
    assert same_shape(value, value) == []


@pytest.mark.parametrize(
    ("documented", "ours"),
    [
        (8, 8.49),
        ({"a": 1, "b": [{"c": "x"}]}, {"a": 2, "b": [{"c": "y"}, 3]}),
        ([], [1]),
        ([], []),
        (None, None),
        (True, False),
    ],
)
def test_the_same_shape(documented: Any, ours: Any) -> None:
    assert same_shape(documented, ours) == []


@pytest.mark.parametrize(
    ("documented", "ours", "said"),
    [
        (8, "8", "a number is documented, ours is a string"),
        (1, True, "a number is documented, ours is a boolean"),
        (None, "x", "null is documented, ours is a string"),
        ("x", None, "a string is documented, ours is null"),
        ({}, [], "an object is documented, ours is a list"),
        ({"a": 1}, {}, "/a: is missing"),
        ({}, {"a": 1}, "/a: is not documented"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "the whole: the order is a, b; ours is b, a"),
        ({"m": {"a": 1, "b": 2}}, {"m": {"b": 2, "a": 1}}, "/m: the order is a, b"),
        ([1], [], "has elements in the documented answer"),
        ([{"a": 1}], [{"a": "1"}], "/0/a: a number is documented"),
    ],
)
def test_another_shape(documented: Any, ours: Any, said: str) -> None:
    assert said in "\n".join(same_shape(documented, ours))


def test_what_differs_on_the_page_itself_is_not_compared_but_has_to_be_there() -> None:
    assert same_shape({"m": {"a": None, "b": 1}}, {"m": {"a": 640, "b": 1}}, ["/m/a"]) == []
    assert same_shape({"m": {"a": None, "b": 1}}, {"m": {"b": 1}}, ["/m/a"]) == ["/m/a: is missing"]
