"""What matches, what does not, and what is said about it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given

from mockserver.kit.facts.matcher import ABSENT, explain, matches, mistakes, same, shown
from tests.kit.values import json_objects, json_values

MATCHING: list[tuple[Any, Any]] = [
    (64, 64.0),
    (None, None),
    ([1, {"a": 2}], [1, {"a": 2, "b": 3}]),
    ({"a": {"$absent": True}}, {"b": 1}),
    ({"a": {"$absent": False}}, {"a": None}),
    ({"$type": "integer"}, 8),
    ({"$type": "number"}, 8),
    ({"$type": "number"}, 8.5),
    ({"$type": ["string", "null"]}, None),
    ({"$type": "object", "a": 1}, {"a": 1}),
    ({"$re": "^vid_"}, "vid_1"),
    ({"$re": "d_"}, "vid_1"),
    ({"$in": ["a", {"$type": "null"}]}, None),
    ({"$min": 0, "$max": 100}, 0),
    ({"$min": 0, "$max": 100}, 100.0),
    ({"$len": 2}, "ab"),
    ({"$len": {"$min": 1}}, [0]),
    ({"$keys": ["b", "a"], "a": 1}, {"b": 2, "a": 1}),
    ({}, {"a": 1}),
]
DIFFERING: list[tuple[Any, Any, str]] = [
    (1, True, "1 is expected, not True"),
    (True, 1, "True is expected, not 1"),
    (0, False, "0 is expected"),
    (None, 0, "None is expected, not 0"),
    ("1", 1, "'1' is expected, not 1"),
    ([1], [1, 2], "1 elements are expected, not 2"),
    ([1, 2], [1], "2 elements are expected, not 1"),
    ([1, 2], [1, 3], "/1: 2 is expected, not 3"),
    ([], {}, "a list is expected"),
    ({"a": 1}, {"b": 1}, "/a: 1 is expected, but it is absent"),
    ({"a": None}, {}, "/a: None is expected, but it is absent"),
    ({"a": {"$type": "null"}}, {}, "/a: {'$type': 'null'} is expected, but it is absent"),
    ({"a": {"b": 1}}, {"a": [1]}, "/a: an object is expected"),
    ({}, [], "an object is expected"),
    ({"a": {"$absent": True}}, {"a": None}, "/a: must be absent, but is None"),
    ({"a": {"$absent": False}}, {}, "/a: {'$absent': False} is expected, but it is absent"),
    ({"a": {"$absent": False, "$type": "string"}}, {"a": 1}, "/a: string is expected"),
    ({"$type": "integer"}, 8.0, "integer is expected, not 8.0"),
    ({"$type": "integer"}, True, "integer is expected"),
    ({"$type": "number"}, "8", "number is expected"),
    ({"$type": ["string", "null"]}, 1, "string or null is expected"),
    ({"$type": "object", "a": 1}, {"a": 2}, "/a: 1 is expected"),
    ({"$re": "^d_"}, "vid_1", "is not found in"),
    ({"$re": "1"}, 1, "a string with '1' is expected"),
    ({"$in": ["a", 1]}, True, "one of"),
    ({"$min": 1}, 0, "at least 1"),
    ({"$max": 1}, 1.5, "at most 1"),
    ({"$min": 0}, "1", "at least 0 is expected, not '1'"),
    ({"$max": 5}, True, "at most 5"),
    ({"$len": 2}, "abc", "its length: 2 is expected, not 3"),
    ({"$len": 2}, 2, "something with a length"),
    ({"$keys": ["a", "b"]}, {"b": 1, "a": 1}, "in this order"),
    ({"$keys": ["a"]}, {"a": 1, "b": 1}, "in this order"),
    ({"$keys": ["a"]}, ["a"], "an object is expected"),
]


@pytest.mark.parametrize(("expected", "got"), MATCHING)
def test_a_match_has_nothing_to_explain(expected: Any, got: Any) -> None:
    assert explain(expected, got) == []
    assert matches(expected, got)
    assert list(mistakes(expected)) == []


@pytest.mark.parametrize(("expected", "got", "said"), DIFFERING)
def test_a_difference_is_explained(expected: Any, got: Any, said: str) -> None:
    assert said in "\n".join(explain(expected, got))
    assert not matches(expected, got)
    assert list(mistakes(expected)) == []


def test_all_differences_are_told_each_with_its_place() -> None:
    wrong = explain({"a": [1, {"b": 2}], "c": 3}, {"a": [0, {"b": 0}]})
    assert [line.partition(":")[0] for line in wrong] == ["/a/0", "/a/1/b", "/c"]


@given(json_values)
def test_a_value_without_signs_matches_itself(value: Any) -> None:
    assume("$x" not in json.dumps(value))
    assert matches(value, value)


@given(json_values, json_values)
def test_the_boolean_is_derived_from_the_explanation(expected: Any, got: Any) -> None:
    assume("$x" not in json.dumps(expected))
    assert matches(expected, got) == (explain(expected, got) == [])


@given(json_objects, json_objects)
def test_an_object_that_matches_may_have_more(expected: dict[str, Any], more: dict[str, Any]) -> None:
    assume("$x" not in json.dumps(expected))
    assert matches(expected, {**more, **expected})


@given(json_values, json_values)
def test_equal_is_what_json_calls_equal(one: Any, two: Any) -> None:
    as_read = json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
    assert same(one, one)
    assert same(one, two) == same(two, one)
    assert same(one, two) or not as_read


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"a": {"$tpye": "string"}}, "no matcher is called $tpye; is $type meant?"),
        ({"$type": "int"}, "$type takes one or more of"),
        ({"$re": "("}, "$re takes a regular expression"),
        ({"$re": 1}, "$re takes a regular expression"),
        ({"$in": "ab"}, "$in takes a list"),
        ([{"$min": "1"}], "/0: $min takes a number"),
        ({"$absent": 1}, "$absent takes true or false"),
        ({"$len": "2"}, "$len takes"),
        ({"$len": {"$mni": 2}}, "is $min meant?"),
        ({"$in": [{"$rex": "a"}]}, "is $re meant?"),
        ({"$keys": [1]}, "$keys takes a list of names"),
    ],
)
def test_a_mistaken_expectation_is_told_before_it_is_used(expected: Any, said: str) -> None:
    assert said in "\n".join(mistakes(expected))


def test_an_unknown_matcher_never_passes() -> None:
    with pytest.raises(ValueError, match="no matcher is called"):
        explain({"$tpye": "string"}, "a")


@pytest.mark.parametrize(
    ("one", "two"),
    [({"a": True}, {"a": 1}), ([0], [False]), ([1, 2], [3, 4]), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ({}, [])],
)
def test_what_json_calls_different(one: Any, two: Any) -> None:
    assert not same(one, two)
    assert not same(two, one)


def test_nothing_is_found_where_nothing_is() -> None:
    assert explain(1, ABSENT) == ["the whole: 1 is expected, but it is absent"]
    assert shown("a" * 300, 20) == "'aaaaaaaaaaaaaaa ..."
