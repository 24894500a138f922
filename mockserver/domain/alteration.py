"""What a scenario does to answers about its job: pure changes of a rendered JSON body, found by pointers.

Where a body keeps its status, hint, output and error is the provider's, told by its document's `x-lifecycle`. A change
whose place a body does not have changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from mockserver.domain.timeline import Snapshot, State


@dataclass(frozen=True, slots=True)
class Fields:
    """JSON pointers into a provider's answers; empty where it has no such thing. `optional` names the members that the
    tolerated schema of an operation does not require, by operation.
    """

    status: str = ""
    hint: str = ""
    error: str = ""
    output: tuple[str, ...] = ()
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlterationContext:
    """What a change may know: what the poll saw, the age of the job, the operation asked, the scenario's number."""

    seen: Snapshot
    age: timedelta
    operation: str
    number: float


Alteration = Callable[[dict[str, Any], Fields, AlterationContext], None]
"""Changes a body in place; it is handed a copy."""


def altered(body: object, changes: tuple[Alteration, ...], fields: Fields, sight: AlterationContext) -> object:
    """The body after all changes; itself where there is none to make."""
    if not changes or not isinstance(body, dict):
        return body
    changed = copy.deepcopy(body)
    for change in changes:
        change(changed, fields, sight)
    return changed


def _holder(body: Any, pointer: str) -> tuple[Any, str | int] | None:
    """The object or list that holds what a pointer leads to, and under which name; None when it is not there."""
    *path, last = pointer.lstrip("/").split("/")
    for part in path:
        body = body.get(part) if isinstance(body, dict) else None
    if isinstance(body, list) and last.isdigit() and int(last) < len(body):
        return body, int(last)
    return (body, last) if isinstance(body, dict) and last in body else None


def _hint(number: Callable[[AlterationContext], float | None]) -> Alteration:
    """Replaces the hint by another number of seconds, or by null; a text keeps its form."""

    def change(body: dict[str, Any], fields: Fields, sight: AlterationContext) -> None:
        place = _holder(body, fields.hint) if fields.hint else None
        if place is None:
            return
        holder, name = place
        seconds = number(sight)
        if seconds is not None and isinstance(holder[name], str):
            holder[name] = f"{_plain(seconds)} seconds"
        else:
            holder[name] = seconds if seconds is None else _plain(seconds)

    return change


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


eta_growing: Final = _hint(lambda sight: 10 + 2 * int(sight.age.total_seconds()))
eta_lying: Final = _hint(lambda _: 1)
eta_null: Final = _hint(lambda _: None)
eta_zero: Final = _hint(lambda _: 0)
eta_fractional: Final = _hint(lambda _: 2.5)
eta_absurd: Final = _hint(lambda _: 1_000_000_000)


def unknown_status(body: dict[str, Any], fields: Fields, sight: AlterationContext) -> None:
    """A word for running that is on no page."""
    if sight.seen.state is State.RUNNING and (place := _holder(body, fields.status)):
        place[0][place[1]] = "reticulating"


def extra_fields(body: dict[str, Any], _fields: Fields, _sight: AlterationContext) -> None:
    """Members that are on no page, at the top and inside."""
    for inner in [value for value in body.values() if isinstance(value, dict)]:
        inner["x_added_later"] = True
    body["x_added_later"] = {"level": 2, "tags": ["new", None]}


def optional_absent(body: dict[str, Any], fields: Fields, sight: AlterationContext) -> None:
    """Everything that need not be there is not there."""
    for name in fields.optional.get(sight.operation, ()):
        body.pop(name, None)


def optional_null(body: dict[str, Any], fields: Fields, sight: AlterationContext) -> None:
    """Everything that need not be there is null."""
    for name in fields.optional.get(sight.operation, ()):
        if name in body:
            body[name] = None


def no_output(body: dict[str, Any], fields: Fields, sight: AlterationContext) -> None:
    """Completed, and no link to show for it."""
    if sight.seen.state is not State.SUCCEEDED:
        return
    for pointer in fields.output:
        place = _holder(body, pointer)
        if place is not None:
            del place[0][place[1]]


ALTERATIONS: Final[dict[str, Alteration]] = {
    "eta-growing": eta_growing,
    "eta-lying": eta_lying,
    "eta-null": eta_null,
    "eta-zero": eta_zero,
    "eta-fractional": eta_fractional,
    "eta-absurd": eta_absurd,
    "unknown-status": unknown_status,
    "extra-fields": extra_fields,
    "optional-absent": optional_absent,
    "optional-null": optional_null,
    "no-output": no_output,
}
"""By the names under which scenario files compose them."""
