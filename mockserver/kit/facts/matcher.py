"""Does an answer match what is expected of it? The explanation comes first, the boolean is derived from it.

What is expected is a JSON value. A scalar equals (numbers by value, so 64 equals 64.0; true is no number). A list has
the same length and matches element by element. An object names the members it cares about; others may exist. Its
members that begin with `$` say something about the value itself:

    $absent: true           the member must not be there (false: it must be there)
    $type: integer          or string, number, boolean, array, object, null, or a list of them;
                            integer is a number written without fraction and exponent, number is either
    $re: '^vid_'            a string in which the expression is found (re.search)
    $in: [a, b]             matches one of these
    $min: 0, $max: 100      a number within these bounds, both included
    $len: 1                 the length of a string, list or object; a value that the length has to match
    $keys: [a, b]           exactly these members, in exactly this order
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mockserver.spelling import closest

SIGN = "$"


class _Absent:
    """What is found where nothing is."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()

_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda got: isinstance(got, str),
    "integer": lambda got: isinstance(got, int) and not isinstance(got, bool),
    "number": lambda got: isinstance(got, int | float) and not isinstance(got, bool),
    "boolean": lambda got: isinstance(got, bool),
    "array": lambda got: isinstance(got, list),
    "object": lambda got: isinstance(got, Mapping),
    "null": lambda got: got is None,
}


def explain(expected: Any, got: Any, where: str = "") -> list[str]:
    """Return what keeps `got` from matching `expected`, a sentence each with its JSON pointer; empty is a match.

    Raises ValueError for an expectation that `mistakes` would refuse.
    """
    return [f"{pointer or 'the whole'}: {problem}" for pointer, problem in _differences(expected, got, where)]


def matches(expected: Any, got: Any) -> bool:
    """Return whether there is nothing to explain."""
    return next(_differences(expected, got, ""), None) is None


def _differences(expected: Any, got: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(expected, Mapping):
        yield from _object(expected, got, where)
    elif isinstance(got, _Absent):
        yield where, f"{shown(expected)} is expected, but it is absent"
    elif isinstance(expected, list):
        yield from _list(expected, got, where)
    elif not same(expected, got):
        yield where, f"{shown(expected)} is expected, not {shown(got)}"


def _list(expected: list[Any], got: Any, where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(got, list):
        yield where, f"a list is expected, not {shown(got)}"
        return
    if len(got) != len(expected):
        yield where, f"{len(expected)} elements are expected, not {len(got)}: {shown(got)}"
    for place, (wanted, found) in enumerate(zip(expected, got, strict=False)):
        yield from _differences(wanted, found, f"{where}/{place}")


def _object(expected: Mapping[str, Any], got: Any, where: str) -> Iterator[tuple[str, str]]:
    rules = {name: value for name, value in expected.items() if name.startswith(SIGN)}
    members = {name: value for name, value in expected.items() if not name.startswith(SIGN)}
    if isinstance(got, _Absent) or "$absent" in rules:
        if isinstance(got, _Absent) and not rules.get("$absent"):
            yield where, f"{shown(expected)} is expected, but it is absent"
        elif not isinstance(got, _Absent) and rules.get("$absent"):
            yield where, f"must be absent, but is {shown(got)}"
        if isinstance(got, _Absent) or rules.get("$absent"):
            return
    for rule, wanted in rules.items():
        if rule not in _RULES:
            raise ValueError(_unknown(rule))
        problem = _RULES[rule](wanted, got)
        if problem:
            yield where, problem
    if not isinstance(got, Mapping):
        if members or not rules:
            yield where, f"an object is expected, not {shown(got)}"
        return
    for name, value in members.items():
        yield from _differences(value, got.get(name, ABSENT), f"{where}/{name}")


def _type(wanted: Any, got: Any) -> str:
    names = wanted if isinstance(wanted, list) else [wanted]
    return "" if any(_TYPES[name](got) for name in names) else f"{' or '.join(names)} is expected, not {shown(got)}"


def _re(wanted: Any, got: Any) -> str:
    if not isinstance(got, str):
        return f"a string with {wanted!r} is expected, not {shown(got)}"
    return "" if re.search(wanted, got) else f"{wanted!r} is not found in {shown(got)}"


def _in(wanted: Any, got: Any) -> str:
    return "" if any(matches(one, got) for one in wanted) else f"one of {shown(wanted)} is expected, not {shown(got)}"


def _min(wanted: Any, got: Any) -> str:
    return "" if _TYPES["number"](got) and got >= wanted else f"at least {wanted} is expected, not {shown(got)}"


def _max(wanted: Any, got: Any) -> str:
    return "" if _TYPES["number"](got) and got <= wanted else f"at most {wanted} is expected, not {shown(got)}"


def _len(wanted: Any, got: Any) -> str:
    if not isinstance(got, str | list | Mapping):
        return f"something with a length is expected, not {shown(got)}"
    wrong = explain(wanted, len(got), "its length")
    return f"{wrong[0]}: {shown(got)}" if wrong else ""


def _keys(wanted: Any, got: Any) -> str:
    if not isinstance(got, Mapping):
        return f"an object is expected, not {shown(got)}"
    return "" if list(got) == wanted else f"the keys {shown(wanted)} are expected in this order, not {shown(list(got))}"


_RULES: dict[str, Callable[[Any, Any], str]] = {
    "$absent": lambda _wanted, _got: "",
    "$type": _type,
    "$re": _re,
    "$in": _in,
    "$min": _min,
    "$max": _max,
    "$len": _len,
    "$keys": _keys,
}


def same(one: Any, two: Any) -> bool:
    """Return whether two JSON values are equal: numbers by value, true and 1 not, order of members no matter."""
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return one.keys() == two.keys() and all(same(one[name], two[name]) for name in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(one == two)


def shown(value: Any, most: int = 200) -> str:
    """Return a value for a message, in at most `most` characters."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def mistakes(expected: Any, where: str = "") -> Iterator[str]:
    """Yield what is wrong with an expectation itself, before it meets any answer."""
    if isinstance(expected, list):
        for place, inner in enumerate(expected):
            yield from mistakes(inner, f"{where}/{place}")
    elif isinstance(expected, Mapping):
        for name, value in expected.items():
            if name.startswith(SIGN):
                problem = _mistake(name, value)
                yield from [f"{where}: {problem}"] if problem else []
            if not name.startswith(SIGN) or name in ("$in", "$len"):
                yield from mistakes(value, f"{where}/{name}")


def _mistake(rule: str, value: Any) -> str:
    if rule not in _RULES:
        return _unknown(rule)
    kind, is_right = _ARGUMENTS[rule]
    return "" if is_right(value) else f"{rule} takes {kind}, not {shown(value)}"


def _unknown(rule: str) -> str:
    near = closest(rule, _RULES, 0.4)
    return f"no matcher is called {rule}" + (f"; is {near} meant?" if near else "")


def _is_expression(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return True


def _is_type(value: Any) -> bool:
    return all(isinstance(name, str) and name in _TYPES for name in (value if isinstance(value, list) else [value]))


_ARGUMENTS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "$absent": ("true or false", _TYPES["boolean"]),
    "$type": (f"one or more of {', '.join(_TYPES)}", _is_type),
    "$re": ("a regular expression", _is_expression),
    "$in": ("a list", _TYPES["array"]),
    "$min": ("a number", _TYPES["number"]),
    "$max": ("a number", _TYPES["number"]),
    "$len": ("an integer or a matcher", lambda value: _TYPES["integer"](value) or isinstance(value, Mapping)),
    "$keys": ("a list of names", lambda value: isinstance(value, list) and all(isinstance(n, str) for n in value)),
}
