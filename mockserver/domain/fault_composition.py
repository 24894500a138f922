"""Faults out of data, and back into it: the rows of a scenario's `faults`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from mockserver.domain.fault import WORDS, Fault, FaultPoint
from mockserver.domain.invalid_data import InvalidScenario, count, members_of, number, one, word

FAULT: Final = ("at", "does", "from", "to", "seconds", "share", "applied")


def read_fault(data: object, path: tuple[str, ...]) -> Fault:
    """Return the fault that a row describes; raises InvalidScenario."""
    row = members_of(data, path, FAULT)
    for name in ("at", "does"):
        if row.get(name) is None:
            raise InvalidScenario(path, f"expected a key {name}")
    point = FaultPoint(word(row, path, "at", tuple(each.value for each in FaultPoint)))
    does = WORDS[str(word(row, path, "does", WORDS))]
    first, last = count(row, path, "from"), count(row, path, "to")
    if last is not None and last < (first or 1):
        raise InvalidScenario((*path, "to"), f"expected a number from {first or 1}, as `from` is, got {last}")
    seconds, share = number(row, path, "seconds"), number(row, path, "share", 1)
    is_applied = one(row, path, "applied", bool, "true or false", default=False)
    if is_applied and point is not FaultPoint.CREATION:
        raise InvalidScenario((*path, "applied"), "only a creation is applied or not")
    return Fault(
        point, does, first or 1, last, 1.0 if seconds is None else seconds, 0.5 if share is None else share, is_applied
    )


_MEMBERS: Final[Mapping[str, str]] = {
    "first": "from", "last": "to", "seconds": "seconds", "share": "share", "is_applied": "applied",
}  # fmt: skip
"""The key of a row by the field of a fault that has a default."""


def fault_data(fault: Fault) -> dict[str, Any]:
    """Return the row that describes a fault, without what is as usual."""
    row: dict[str, Any] = {"at": fault.point.value, "does": fault.word}
    for each in fields(fault):
        name, value = _MEMBERS.get(each.name), getattr(fault, each.name)
        if name is not None and value != each.default:
            row[name] = value
    return row
