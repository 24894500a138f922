"""Readers of data that a tester wrote (TOML, JSON): what is wrong is told with its path and the nearest spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from mockserver import MockServerError
from mockserver.domain.spelling import nearest

LONGEST_SECONDS: Final = 10**8
MOST: Final = 100
"""So many items of a list at most."""

Kind = TypeVar("Kind")


class InvalidScenario(MockServerError, ValueError):
    """Data that makes no scenario: `path` leads to what is wrong, the text says what was expected."""

    def __init__(self, path: tuple[str, ...], text: str) -> None:
        super().__init__(f"{spoken(path)}: {text}")
        self.path, self.text = path, text


def spoken(path: Iterable[str]) -> str:
    """Return a path as it is said: `scenarios.rainy-night.faults[1].at`."""
    return ".".join(path).replace(".[", "[")


def members_of(data: object, path: tuple[str, ...], known: Iterable[str]) -> Mapping[str, Any]:
    """Return a table all of whose keys are known."""
    if not isinstance(data, Mapping):
        raise InvalidScenario(path, f"expected a table, got {data!r}"[:300])
    for name in data:
        if name not in known:
            raise InvalidScenario((*path, str(name)), f"unknown key{nearest(str(name), known)}")
    return data


def one(
    members: Mapping[str, Any], path: tuple[str, ...], name: str, kind: type[Kind], expected: str, *, default: Kind
) -> Kind:
    """Return a member of one type; `default` where it is absent."""
    value = members.get(name, default)
    if not isinstance(value, kind):
        raise InvalidScenario((*path, name), f"expected {expected}, got {value!r}")
    return value


def word(members: Mapping[str, Any], path: tuple[str, ...], name: str, known: Iterable[str]) -> str | None:
    """Return a member that is one of the known words; None where it is absent."""
    value = members.get(name)
    if value is None:
        return None
    choices = tuple(known)
    if not isinstance(value, str) or value not in choices:
        told = f"expected one of {', '.join(choices)}, got {value!r}{nearest(str(value), choices)}"
        raise InvalidScenario((*path, name), told)
    return value


def words(members: Mapping[str, Any], path: tuple[str, ...], name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return a member that is a list of known words."""
    value, choices = members.get(name, []), tuple(known)
    if not isinstance(value, list):
        raise InvalidScenario((*path, name), f"expected a list of {', '.join(choices)}, got {value!r}")
    for each in value:
        if not isinstance(each, str) or each not in choices:
            raise InvalidScenario((*path, name), f"unknown change {each!r}{nearest(str(each), choices)}")
    return tuple(value)


def number(members: Mapping[str, Any], path: tuple[str, ...], name: str, most: float = LONGEST_SECONDS) -> float | None:
    """Return a member that is a number from 0 to `most`; None where it is absent."""
    value = members.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise InvalidScenario((*path, name), f"expected a number from 0 to {most:g}, got {value!r}")
    return float(value)


def count(members: Mapping[str, Any], path: tuple[str, ...], name: str) -> int | None:
    """Return a member that is a whole number from 1; None where it is absent."""
    value = number(members, path, name, 10**6)
    if value is not None and (value < 1 or value != int(value)):
        raise InvalidScenario((*path, name), f"expected a whole number from 1, got {value:g}")
    return None if value is None else int(value)


def items(value: object, path: tuple[str, ...], expected: str) -> list[Any]:
    """Return a list of at most `MOST` items."""
    if not isinstance(value, list) or len(value) > MOST:
        raise InvalidScenario(path, f"expected a list of at most {MOST} {expected}, got {value!r}"[:300])
    return value
