"""The reader of JSON bodies. It is strict: it refuses what two readers could understand differently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import orjson

from mockserver.domain.problem import Problem, ProblemKind, Violation

LARGEST: Final = 2**53
_DEPTH: Final = 100
_PLAIN: Final = frozenset({str, bool, type(None)})


class Read(NamedTuple):
    """A JSON object that was read."""

    value: dict[str, object]
    beyond: tuple[Violation, ...] = ()
    """Its numbers beyond 2^53, which not every reader understands alike."""


def read_object(body: bytes) -> Read | Problem:
    """Return the JSON object in a body with its numbers beyond 2^53, or the problem that there is none.

    NaN, lone surrogates, other encodings than UTF-8 and more than 100 levels are malformed. Another value than an
    object is in the problem's `detail["read"]`.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return Problem(ProblemKind.MALFORMED, f"the body is not JSON: {error}")
    if value.__class__ is not dict:
        return Problem(ProblemKind.MALFORMED, f"expected a JSON object, got {_type_of(value)}", detail={"read": value})
    nested, beyond = False, False
    for inner in value.values():
        kind = inner.__class__
        if kind in _PLAIN:
            continue
        if kind is int or kind is float:
            beyond = beyond or not -LARGEST <= inner <= LARGEST
        else:
            nested = True
    if nested and _is_deep(value):
        return Problem(ProblemKind.MALFORMED, f"the body is nested deeper than {_DEPTH} levels")
    return Read(value, tuple(_beyond(value, ())) if beyond or nested else ())


def _beyond(value: object, path: tuple[str | int, ...]) -> Iterator[Violation]:
    """Return the numbers that not every client and server reads alike."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _beyond(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _beyond(inner, (*path, index))
    elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        yield Violation(path, "type", "number within 2^53, which every reader understands", value)


def without_nulls(value: object) -> object:
    """Return a JSON value whose objects have no member that is null; a null in an array stays."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _is_deep(value: object) -> bool:
    """Return whether there are too many levels of objects and arrays. It walks level by level, without recursion."""
    level, depth = [value], 0
    while level and depth <= _DEPTH:
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
        depth += 1
    return bool(level)


def _type_of(value: object) -> str:
    names = {str: "a string", bool: "a boolean", list: "an array", type(None): "null"}
    return names.get(type(value), "a number")
