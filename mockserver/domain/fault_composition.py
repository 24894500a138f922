"""Faults out of data, and back into it: the rows of a scenario's `faults`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, Final

from mockserver.domain.answer_change import CASES, DATE_FORMS, AnswerChange
from mockserver.domain.fault import WORDS, CountedFor, Fault, FaultPoint, TransportFault
from mockserver.domain.fault_kinds import KINDS, LOCATIONS, REDIRECTS, STATUSES, WEBHOOKS, FaultKind
from mockserver.domain.invalid_data import InvalidScenario, count, items, members_of, number, one, word

SELECTION: Final = (
    "at", "operation", "from", "to", "every", "probability", "after_seconds", "until_seconds", "counted_for",
)  # fmt: skip
CHANGE: Final = (
    "headers", "remove", "repeat", "case", "retry_after", "retry_after_form", "body_hint", "latency_seconds",
    "jitter_seconds",
)  # fmt: skip
OWN: Final = ("status", "location", "bytes")
"""Members that only some faults take."""
FAULT: Final = (*SELECTION, "does", "seconds", "share", "applied", *OWN, *CHANGE)

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_ONE_LINE: Final = re.compile(r"[\x20-\x7e]{0,1000}")

Row = Mapping[str, Any]
Path = tuple[str, ...]


def read_fault(data: object, path: Path) -> Fault:
    """Return the fault that a row describes; raises InvalidScenario."""
    row = members_of(data, path, FAULT)
    if row.get("at") is None and row.get("operation") is None:
        raise InvalidScenario(path, "expected a key at, or operation")
    if row.get("does") is None:
        raise InvalidScenario(path, "expected a key does")
    at = word(row, path, "at", tuple(each.value for each in FaultPoint))
    point = None if at is None else FaultPoint(at)
    name = str(word(row, path, "does", WORDS))
    kind = KINDS[name]
    _check_kind(row, path, kind, name, point)
    first, last = count(row, path, "from"), count(row, path, "to")
    if last is not None and last < (first or 1):
        raise InvalidScenario((*path, "to"), f"expected a number from {first or 1}, as `from` is, got {last}")
    seconds, share, chance = number(row, path, "seconds"), number(row, path, "share", 1), _chance(row, path)
    is_applied = one(row, path, "applied", bool, "true or false", default=False)
    if is_applied and point not in (None, FaultPoint.CREATION):
        raise InvalidScenario((*path, "applied"), "only a creation is applied or not")
    counted_for = word(row, path, "counted_for", tuple(each.value for each in CountedFor))
    return Fault(
        point,
        WORDS[name],
        first or 1,
        last,
        1.0 if seconds is None else seconds,
        0.5 if share is None else share,
        is_applied,
        count(row, path, "every") or 1,
        1.0 if chance is None else chance,
        *_window(row, path),
        _operation(row, path),
        CountedFor.JOB if counted_for is None else CountedFor(counted_for),
        _status(row, path, WORDS[name]),
        word(row, path, "location", LOCATIONS) or "",
        count(row, path, "bytes"),
        _change(row, path),
    )


AT_WEBHOOKS: Final = ("at", "does", "from", "to", "every", "seconds", "share")
"""Members of a fault of webhooks: their attempts are planned before one is made."""


def _check_kind(row: Row, path: Path, kind: FaultKind, name: str, point: FaultPoint | None) -> None:
    """See that a fault may stand where it does, and has the members that it reads."""
    if point is FaultPoint.WEBHOOK:
        for member in row:
            if member not in (*AT_WEBHOOKS, "applied") and row[member] is not None:
                raise InvalidScenario((*path, member), f"a fault of webhooks takes {', '.join(AT_WEBHOOKS)} only")
    if point not in kind.points and (point is not None or kind.points == WEBHOOKS):
        allowed = ", ".join(each.value for each in FaultPoint if each in kind.points)
        raise InvalidScenario((*path, "at"), f"{name} happens at {allowed} only, got {row.get('at')!r}")
    for member in OWN:
        if row.get(member) is not None and member not in kind.takes:
            takers = [word for word, each in KINDS.items() if member in each.takes]
            raise InvalidScenario((*path, member), f"{name} takes none; {member} belongs to {', '.join(takers)}")
    for member in kind.needs:
        if row.get(member) is None:
            raise InvalidScenario(path, f"expected a key {member}, which {name} needs")


def _operation(row: Row, path: Path) -> str:
    if row.get("operation") is None:
        return ""
    name = one(row, path, "operation", str, "the id of an operation", default="")
    if not name:
        raise InvalidScenario((*path, "operation"), "expected the id of an operation, got none")
    return name


def _chance(row: Row, path: Path) -> float | None:
    return number(row, path, "probability", 1)


def _window(row: Row, path: Path) -> tuple[float, float | None]:
    after, until = number(row, path, "after_seconds") or 0.0, number(row, path, "until_seconds")
    if until is not None and until <= after:
        raise InvalidScenario((*path, "until_seconds"), f"expected more than after_seconds, {after:g}, got {until:g}")
    return after, until


def _status(row: Row, path: Path, does: object) -> int | None:
    value = row.get("status")
    if value is None or not isinstance(does, TransportFault):
        return None
    if does is TransportFault.REDIRECT:
        if isinstance(value, bool) or value not in REDIRECTS:
            raise InvalidScenario((*path, "status"), f"expected one of {_listed(REDIRECTS)}, got {value!r}")
        return int(value)
    lowest, highest = STATUSES[does]
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest or value == 101:
        raise InvalidScenario((*path, "status"), f"expected a whole number from {lowest} to {highest}, got {value!r}")
    return value


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _change(row: Row, path: Path) -> AnswerChange:
    retry_after = row.get("retry_after")
    if isinstance(retry_after, bool) or not isinstance(retry_after, int | float | str | None):
        raise InvalidScenario((*path, "retry_after"), f"expected a number of seconds or a text, got {retry_after!r}")
    if isinstance(retry_after, str):
        _one_line(retry_after, (*path, "retry_after"))
    elif retry_after is not None and not abs(retry_after) <= 1e10:
        raise InvalidScenario((*path, "retry_after"), f"expected a number from -1e10 to 1e10, got {retry_after!r}")
    form = word(row, path, "retry_after_form", DATE_FORMS) or ""
    if form and (not isinstance(retry_after, int | float) or abs(retry_after) > 1e9):
        raise InvalidScenario((*path, "retry_after_form"), "expected retry_after beside it: seconds from -1e9 to 1e9")
    return AnswerChange(
        _headers(row, path),
        _names(row, path, "remove"),
        _names(row, path, "repeat"),
        word(row, path, "case", CASES) or "",
        retry_after,
        form,
        number(row, path, "body_hint", 1e12),
        number(row, path, "latency_seconds") or 0.0,
        number(row, path, "jitter_seconds") or 0.0,
    )


def _headers(row: Row, path: Path) -> tuple[tuple[str, str], ...]:
    """Return headers by name: a text each, or a list of texts for one that is sent as often."""
    path, made = (*path, "headers"), []
    table = row.get("headers")
    if table is None:
        return ()
    if not isinstance(table, Mapping):
        raise InvalidScenario(path, f'expected a table such as {{"Retry-After" = "5"}}, got {table!r}')
    for name, value in table.items():
        _checked_name(name, path)
        for text in value if isinstance(value, list) else [value]:
            _one_line(text, (*path, name))
            made.append((name, text))
    return tuple(made)


def _names(row: Row, path: Path, member: str) -> tuple[str, ...]:
    value = row.get(member)
    if value is None:
        return ()
    names = items(value, (*path, member), "names of headers")
    for name in names:
        _checked_name(name, (*path, member))
    return tuple(names)


def _checked_name(name: object, path: Path) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidScenario(path, f"expected the name of a header, got {name!r}")


def _one_line(text: object, path: Path) -> None:
    if not isinstance(text, str) or not _ONE_LINE.fullmatch(text):
        raise InvalidScenario(path, f"expected one line of ASCII, at most 1000 characters, got {text!r}"[:200])


_MEMBERS: Final[Mapping[str, str]] = {
    "point": "at", "first": "from", "last": "to", "is_applied": "applied", "size": "bytes",
}  # fmt: skip
"""The member of a row by the field of a fault, where they differ."""


def fault_data(fault: Fault) -> dict[str, Any]:
    """Return the row that describes a fault, without what is as usual."""
    row: dict[str, Any] = {"does": fault.word}
    for each in fields(fault):
        value = getattr(fault, each.name)
        if each.name in ("does", "change") or value is None or value == each.default:
            continue
        row[_MEMBERS.get(each.name, each.name)] = value.value if isinstance(value, Enum) else value
    return {**row, **_change_data(fault.change)}


def _change_data(change: AnswerChange) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for each in fields(change):
        value = getattr(change, each.name)
        if value != each.default:
            row[each.name] = list(value) if isinstance(value, tuple) else value
    if change.headers:
        row["headers"] = {}
        for name, text in change.headers:
            row["headers"].setdefault(name, []).append(text)
    return row
