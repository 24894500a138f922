"""The judge of request bodies: its fast validator agrees with the reference implementation, on every request schema."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.adapters.documents import Documents
from mockserver.provider.discovery import discover

PROVIDERS = discover()
DOCUMENTS = Documents({name: one.promise for name, one in PROVIDERS.items()})
ODD: Final[list[Any]] = [
    None, True, False, 0, -0.0, -1, 1, 2, 64, 64.0, 64.5, 63, 1e-9, 0.7, 2**53, -(2**53), 1e300, "", "64", "true",
    "yes", "NO", " ", "a" * 3000, "é\U0001f3ac", "https://a.example/x?y=z", "http://", "not a uri", "\x00",
    "data:image/png;base64,AA==", "2024-01-16T14:30:00Z", [], {}, [None], ["a", "a"], [1, 1.0, True], {"a": {}}, [[]],
]  # fmt: skip


def cases() -> Iterator[Any]:
    """Every operation with a body, in the default profile and under each word."""
    for provider in PROVIDERS.values():
        words = {frozenset(provider.profile()), *(provider.profile((word.name,)) for word in provider.words)}
        for operation in {one.id: one for one in provider.operations if one.has_body}.values():
            seen = []
            served = [one for one in words if operation.only is None or operation.only in one]
            for profile in sorted(served, key=sorted):
                schema = DOCUMENTS.promises[provider.name].request_schema(operation.id, profile)
                if schema not in seen:
                    seen.append(schema)
                    name = f"{provider.name} {operation.id} {','.join(sorted(profile))}"
                    yield pytest.param(provider.name, operation.id, profile, id=name)


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all that are in it."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from parts(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from parts(value)


@cache
def material(
    provider: str, operation: str, profile: frozenset[str]
) -> tuple[list[str], list[Any], list[dict[str, Any]]]:
    """What bodies are made of: the names of members, the values at the edges of their rules, and whole examples."""
    schema = dict(DOCUMENTS.promises[provider].request_schema(operation, profile))
    names: dict[str, None] = {}
    values: list[Any] = list(ODD)
    whole = [example for example in schema.get("examples", []) if isinstance(example, dict)]
    for part in parts(schema):
        if isinstance(part.get("properties"), dict):
            names.update(dict.fromkeys(part["properties"]))
        values += [part[key] for key in ("const", "default") if key in part]
        for key in ("enum", "examples"):
            if isinstance(part.get(key), list):
                values += part[key]
        for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
            if isinstance(part.get(key), int | float):
                values += [part[key], part[key] + 1, part[key] - 1, part[key] + 0.5, float(part[key])]
        for key in ("minLength", "maxLength"):
            if isinstance(part.get(key), int):
                values += ["x" * part[key], "x" * (part[key] + 1), "\U0001f3ac" * part[key]]
    return [*names, "unknown"], values, whole or [{}]


def bodies(provider: str, operation: str, profile: frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    """An example of the document with some members replaced, some dropped."""
    names, values, whole = material(provider, operation, profile)
    value = st.sampled_from(values)
    nested = value | st.lists(value, max_size=2) | st.dictionaries(st.sampled_from(names), value, max_size=3)
    nested |= st.lists(st.dictionaries(st.sampled_from(names), value, max_size=3), max_size=2)

    def made(example: dict[str, Any], replaced: dict[str, Any], dropped: set[str]) -> dict[str, Any]:
        body = {**copy.deepcopy(example), **replaced}
        return {name: inner for name, inner in body.items() if name not in dropped}

    few = st.dictionaries(st.sampled_from(names), nested, max_size=4)
    return st.builds(made, st.sampled_from(whole), few, st.sets(st.sampled_from(names), max_size=2))


def reference(schema: dict[str, Any], body: object) -> set[tuple[tuple[str | int, ...], str]]:
    """What jsonschema says is broken: places and keywords, a missing or unknown member by its own place."""
    found: set[tuple[tuple[str | int, ...], str]] = set()
    checker = Draft202012Validator.FORMAT_CHECKER
    for error in Draft202012Validator(schema, format_checker=checker).iter_errors(body):
        path, rule = tuple(error.absolute_path), str(error.validator)
        if rule == "required":
            found.update(((*path, name), rule) for name in error.validator_value if name not in error.instance)
        elif rule == "additionalProperties" and error.validator_value is False:
            known = error.schema.get("properties", {})
            found.update(((*path, name), rule) for name in error.instance if name not in known)
        else:
            found.add((path, rule))
    return found


@pytest.mark.parametrize(("provider", "operation", "profile"), list(cases()))
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_both_validators_agree(provider: str, operation: str, profile: frozenset[str], data: st.DataObject) -> None:
    body = data.draw(bodies(provider, operation, profile))
    schema = dict(DOCUMENTS.promises[provider].request_schema(operation, profile))
    ours = {(one.path, one.rule) for one in DOCUMENTS.violations(provider, operation, profile, body)}
    assert ours == reference(schema, body)
