"""AI/ML API: the errors of a document as issues of the validator that the real service uses (zod 3).

There is one issue per field. A wrong type comes before a wrong word; of several lists of words the shortest counts. The
one exception is `duration`: it is read as a string, so that only its words can be wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from mockserver.domain.problem import Problem, ProblemKind, Violation

Issue = dict[str, object]
Schemas = Mapping[str, Mapping[str, object]]

READ_AS_WORDS: Final = frozenset({"duration"})
_LARGEST: Final = 2**53 - 1
_TYPES: Final = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


def issues(problem: Problem, schemas: Schemas) -> list[Issue]:
    """Return all issues of a refusal, in the order of `schemas`, which are those of the top-level fields."""
    if problem.kind is ProblemKind.MALFORMED:
        return [_unreadable(problem.detail)]
    if problem.kind is ProblemKind.REFUSED:
        return [{"code": "custom", "path": ["image_url"], "message": problem.text}]
    found: dict[tuple[str | int, ...], list[Violation]] = {}
    for violation in problem.violations:
        found.setdefault(violation.path, []).append(violation)
    places = {name: place for place, name in enumerate(schemas)}
    paths = sorted(found, key=lambda path: places.get(str(path[0]), len(places)))
    return [_issue(path, found[path], schemas) for path in paths]


def _unreadable(detail: Mapping[str, object]) -> Issue:
    """Return the issue of a body without an object: its parser passes on another value, or nothing."""
    if "read" not in detail:
        return _wrong_type((), "object", "undefined", "Required")
    return _wrong_type((), "object", type_of(detail["read"]))


def _issue(path: tuple[str | int, ...], broken: Sequence[Violation], schemas: Schemas) -> Issue:
    rules = {one.rule: one for one in broken}
    options = [one.expected for one in broken if one.rule == "enum" and isinstance(one.expected, list)]
    words = _words(min(options, key=len)) if options else []
    got = broken[0].got
    if "required" in rules:
        return _wrong_type(path, _wanted(schemas.get(str(path[0]), {})), "undefined", "Required")
    if "type" in rules and not (options and path[0] in READ_AS_WORDS):
        return _mistyped(path, str(rules["type"].expected), got, words)
    if options:
        return _unknown_word(path, words, got)
    first = broken[0]
    if first.says:
        return {"code": "custom", "path": list(path), "message": first.says}
    if first.rule == "format":
        return {"validation": "url", "code": "invalid_string", "message": "Invalid url", "path": list(path)}
    return _out_of_range(path, got)


def _wanted(schema: Mapping[str, object]) -> str:
    """Return the expected type of a missing field; fields that only some models know are strings."""
    words = schema.get("enum")
    return _joined(_words(words)) if isinstance(words, list) else str(schema.get("type", "string"))


def _mistyped(path: tuple[str | int, ...], wanted: str, got: object, words: list[str]) -> Issue:
    if isinstance(got, int | float) and not -_LARGEST <= got <= _LARGEST:
        return _out_of_range(path, got)
    if words:
        return _wrong_type(path, _joined(words), type_of(got))
    if wanted != "integer":
        return _wrong_type(path, wanted, type_of(got))
    return _wrong_type(path, "integer", "float") if type(got) is float else _wrong_type(path, "number", type_of(got))


def _wrong_type(path: tuple[str | int, ...], wanted: str, got: str, message: str = "") -> Issue:
    said = message or f"Expected {wanted}, received {got}"
    return {"code": "invalid_type", "expected": wanted, "received": got, "path": list(path), "message": said}


def _unknown_word(path: tuple[str | int, ...], words: list[str], got: object) -> Issue:
    received = as_word(got)
    return {
        "received": received,
        "code": "invalid_enum_value",
        "options": words,
        "path": list(path),
        "message": f"Invalid enum value. Expected {_joined(words)}, received '{received}'",
    }


def _out_of_range(path: tuple[str | int, ...], got: object) -> Issue:
    is_big = isinstance(got, int | float) and got > 0
    code, bound, side, than = (
        ("too_big", "maximum", _LARGEST, "less") if is_big else ("too_small", "minimum", -_LARGEST, "greater")
    )
    said = f"Number must be {than} than or equal to {side}"
    return {
        "code": code, bound: side, "type": "number", "inclusive": True, "exact": False, "message": said,
        "path": list(path),
    }  # fmt: skip


def type_of(value: object) -> str:
    """Return the type of a JSON value in the validator's words."""
    return _TYPES.get(type(value), "null")


def as_word(value: object) -> str:
    """Return a value as a string: 4 and 4.0 become "4"; a value that is no scalar is written as JSON (decided)."""
    if isinstance(value, str):
        return value
    if type(value) is float and value.is_integer():
        return str(int(value))
    return json.dumps(value, separators=(",", ":"))


def _words(options: Sequence[object]) -> list[str]:
    return list(dict.fromkeys(as_word(one) for one in options))


def _joined(words: Sequence[str]) -> str:
    return " | ".join(f"'{word}'" for word in words)
