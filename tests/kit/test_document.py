"""The laws of merging, composing, inlining and enforcing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.kit.promise.document import DocumentBroken, compose, compose_words, enforce, find, inline, merge_patch
from tests.kit.values import json_objects, json_values, names

RFC_7396_APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396_APPENDIX_A)
def test_merge_patch_gives_the_results_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


@given(json_values, json_values)
def test_merging_changes_no_argument_and_twice_is_once(target: Any, patch: Any) -> None:
    before = json.dumps([target, patch])
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once
    assert json.dumps([target, patch]) == before


@given(json_objects)
def test_an_empty_patch_changes_nothing(target: dict[str, Any]) -> None:
    assert merge_patch(target, {}) == target


@given(json_objects, json_objects)
def test_merging_follows_the_patch_member_by_member(target: dict[str, Any], patch: dict[str, Any]) -> None:
    merged = merge_patch(target, patch)
    for name in target.keys() | patch.keys():
        if name not in patch:
            assert merged[name] == target[name]
        elif patch[name] is None:
            assert name not in merged
        elif isinstance(patch[name], dict):
            assert merged[name] == merge_patch(target.get(name), patch[name])
        else:
            assert merged[name] == patch[name]


@given(json_objects, json_objects)
def test_members_keep_their_place_and_new_ones_follow(target: dict[str, Any], patch: dict[str, Any]) -> None:
    stays = [name for name in target if patch.get(name, 0) is not None]
    comes = [name for name in patch if name not in target and patch[name] is not None]
    assert list(merge_patch(target, patch)) == [*stays, *comes]


@given(json_objects, st.lists(json_objects, max_size=3))
def test_composing_is_merging_in_order(document: dict[str, Any], overlays: list[dict[str, Any]]) -> None:
    merged: Any = document
    for overlay in overlays:
        merged = merge_patch(merged, overlay)
    assert compose(document, overlays) == merged


def test_a_profile_is_its_words_in_the_order_of_the_overlays_and_strict_last() -> None:
    document = {"s": {"maximum": 9, "x-documented": {"maximum": 5}}, "t": 0}
    overlays: dict[str, dict[str, Any]] = {"one": {"t": 1}, "two": {"t": 2, "s": {"x-documented": {"maximum": 3}}}}
    assert compose_words(document, overlays, ["one", "two", "unheard"])["t"] == 2
    assert compose_words(document, overlays, ["two", "one"])["t"] == 2
    assert compose_words(document, overlays, ["strict", "two"])["s"] == {"maximum": 3}
    assert compose_words(document, overlays, [])["s"] == document["s"]


@given(json_values, st.lists(names))
def test_a_pointer_finds_what_steps_would(value: Any, path: list[str]) -> None:
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)
    wanted, is_there = value, True
    for step in path:
        is_there = is_there and isinstance(wanted, dict) and step in wanted
        wanted = wanted[step] if is_there else None
    if is_there:
        assert find(value, pointer) == find(value, f"#{pointer}") == wanted
    else:
        with pytest.raises(KeyError):
            find(value, pointer)


def test_a_pointer_counts_in_lists() -> None:
    assert find({"a": [0, {"b": 1}]}, "/a/1/b") == 1
    for pointer in ("/a/2", "/a/-1", "/a/x", "a", "/"):
        with pytest.raises(KeyError):
            find({"a": [0, 1]}, pointer)


def _document(**schemas: Any) -> dict[str, Any]:
    return {"components": {"schemas": schemas}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_inlining_replaces_references_wherever_a_schema_stands() -> None:
    document = _document(number={"type": "integer"}, pair={"prefixItems": [_ref("number"), {"not": _ref("number")}]})
    schema = {"properties": {"items": _ref("number"), "p": _ref("pair")}, "x-documented": {"items": _ref("number")}}
    assert inline(schema, document) == {
        "properties": {
            "items": {"type": "integer"},
            "p": {"prefixItems": [{"type": "integer"}, {"not": {"type": "integer"}}]},
        },
        "x-documented": {"items": {"type": "integer"}},
    }


def test_inlining_leaves_data_alone() -> None:
    schema = {"const": _ref("nowhere"), "examples": [_ref("nowhere")], "default": _ref("nowhere"), "enum": [_ref("no")]}
    assert inline(schema, _document()) == schema


def test_annotations_beside_a_reference_override_those_of_its_target() -> None:
    document = _document(size={"title": "Size", "type": "integer", "description": "any"})
    schema = {**_ref("size"), "description": "the width", "x-documented": {"maximum": 512}}
    assert inline(schema, document) == {
        "title": "Size",
        "type": "integer",
        "description": "the width",
        "x-documented": {"maximum": 512},
    }


def test_a_reference_to_a_boolean_schema_is_inlined() -> None:
    document = _document(anything=True)
    assert inline(_ref("anything"), document) is True
    assert inline({**_ref("anything"), "title": "All"}, document) == {"title": "All", "allOf": [True]}


@given(st.integers(-5, 15))
def test_keywords_beside_a_reference_hold_as_well(value: int) -> None:
    document = _document(small={"maximum": 9})
    whole = inline({**_ref("small"), "minimum": 1, "allOf": [{"multipleOf": 2}]}, document)
    assert Draft202012Validator(whole).is_valid(value) == (1 <= value <= 9 and value % 2 == 0)


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (_ref("lost"), "leads nowhere"),
        ({"$ref": "other.json#/a"}, "leaves the document"),
        (_ref("round"), "leads back to itself"),
    ],
)
def test_a_reference_that_cannot_be_inlined_says_why(schema: dict[str, Any], problem: str) -> None:
    with pytest.raises(DocumentBroken, match=problem):
        inline(schema, _document(round={"items": _ref("round")}))


def test_a_schema_used_twice_is_no_circle() -> None:
    document = _document(leaf={"type": "string"}, both={"items": _ref("leaf"), "contains": _ref("leaf")})
    assert inline(_ref("both"), document) == {"items": {"type": "string"}, "contains": {"type": "string"}}


LIMITED = {
    "properties": {
        "width": {"type": ["integer", "string"], "pattern": "^[0-9]+$", "maximum": 2000}
        | {"x-documented": {"type": "integer", "pattern": None, "maximum": 512}},
        "guidance": {"maximum": 20, "x-documented": {"maximum": 8}, "x-documented-broken": "the example has 12"},
    }
}


def test_documented_limits_count_under_strict_only() -> None:
    assert enforce(LIMITED, strict=False) is LIMITED
    assert enforce(LIMITED, strict=True) == {
        "properties": {"width": {"type": "integer", "maximum": 512}, "guidance": {"maximum": 20}}
    }


def test_limits_of_a_whole_document_are_enforced_wherever_they_stand() -> None:
    parameter = {"in": "query", "name": "q", "schema": {"x-documented": {"enum": ["a"]}}}
    document = {"paths": {"/a": {"get": {"parameters": [parameter]}}}}
    strict = enforce(document, strict=True)
    assert strict["paths"]["/a"]["get"]["parameters"][0]["schema"] == {"enum": ["a"]}
    assert document["paths"]["/a"]["get"]["parameters"][0] is parameter
