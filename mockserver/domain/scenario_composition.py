"""Scenarios out of data (a TOML file, the control API, a stored job), and back into it.

[scenarios.rainy-night]
says = "It runs long, tells no time, its third poll meets a 429, its clip is cut, and its webhook comes twice."
timeline = { queued_seconds = 1, running_seconds = 90, ends = "succeeded" }
answers = ["eta-null", "extra-fields"]
file = { share = 0.6, lag_seconds = 5 }
faults = [{ at = "poll", does = "limited", from = 3, to = 3, seconds = 5 }, { at = "file", does = "cut", to = 1 }]
webhooks = { tries = [0, 2.5] }
creation = 202

A part may be named in the place of its values (`timeline = "slow"`, `number = 3`); so every scenario has such a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from mockserver.domain.alteration import ALTERATIONS
from mockserver.domain.builtin_scenarios import CORE
from mockserver.domain.fault import REFUSALS, Fault
from mockserver.domain.fault_composition import fault_data, read_fault
from mockserver.domain.file_change import FileChange
from mockserver.domain.file_composition import FILE, read_file
from mockserver.domain.invalid_data import (
    MOST,
    InvalidScenario,
    count,
    items,
    members_of,
    number,
    one,
    spoken,
    word,
    words,
)
from mockserver.domain.problem import ProblemKind
from mockserver.domain.scenario import Scenario, UnknownScenario, parse
from mockserver.domain.scenario_parts import (
    FAULT_LISTS,
    FILE_CHANGES,
    TIMELINE_CHANGES,
    TimelineChange,
)
from mockserver.domain.spelling import nearest
from mockserver.domain.timeline import State
from mockserver.domain.webhook_composition import WEBHOOK_PLANS, WebhookPlan, read_webhook_plan, webhook_plan_data
from mockserver.timings import TIMINGS

__all__ = ["FILE", "LIFE", "MEMBERS", "MOST", "InvalidScenario", "composed", "read_scenario", "scenario_data", "spoken"]

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
MEMBERS: Final = (
    "says", "timing", "timeline", "answers", "file", "faults", "webhooks", "creation", "at_once", "unguessable",
    "refuses", "judged", "number",
)  # fmt: skip
LIFE: Final = ("queued_seconds", "running_seconds", "ends", "stalls_at", "polls", "why", "output_lag_polls")

PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    **REFUSALS,
    **{kind.value.replace(" ", "-"): kind for kind in ProblemKind if kind not in REFUSALS.values()},
}
"""Refusals of a submission by their words."""
_PROBLEM_WORDS: Final = {kind: name for name, kind in PROBLEMS.items()}
_BUILT_IN: Final = {scenario.name: scenario for scenario in CORE}


def composed(name: str, data: object) -> Scenario:
    """Return the scenario that a tester's data describes; raises InvalidScenario."""
    if not NAME.fullmatch(name):
        raise InvalidScenario(
            ("scenarios", name),
            "a name is lower-case letters, digits and hyphens, at most 40, and begins with a letter",
        )
    return read_scenario(name, data)


def read_scenario(name: str, data: object) -> Scenario:
    """Return the scenario of this name that data describes; raises InvalidScenario."""
    path = ("scenarios", name)
    members = members_of(data, path, MEMBERS)
    return Scenario(
        name,
        one(members, path, "says", str, "a sentence", default="A scenario of your own."),
        timing=word(members, path, "timing", TIMINGS),
        timeline=_timeline(members, path),
        refuses=_problem(members, path, "refuses"),
        judged=_problem(members, path, "judged"),
        number=_number(members, path),
        answers=words(members, path, "answers", ALTERATIONS),
        file=_file(members, path),
        creation=_creation(members, path),
        at_once=one(members, path, "at_once", bool, "true or false", default=False),
        is_opaque=one(members, path, "unguessable", bool, "true or false", default=False),
        faults=_faults(members, path),
        webhooks=_webhooks(members, path),
    )


def _number(members: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    """Return the scenario's number; where it has none, the usual one of the first part that takes one."""
    value = number(members, path, "number", 1e9)
    if value is not None:
        return value
    named = (members.get(part) for part in ("timeline", "file", "faults", "webhooks"))
    usual = (_BUILT_IN[name].number for name in named if isinstance(name, str) and name in _BUILT_IN)
    return next((each for each in usual if each is not None), None)


def _timeline(members: Mapping[str, Any], path: tuple[str, ...]) -> str | TimelineChange | None:
    data = members.get("timeline")
    if data is None or isinstance(data, str):
        return word(members, path, "timeline", TIMELINE_CHANGES)
    path = (*path, "timeline")
    life = members_of(data, path, LIFE)
    polls = number(life, path, "polls", 10**6)
    ends = word(life, path, "ends", (State.SUCCEEDED.value, State.FAILED.value))
    return TimelineChange(
        number(life, path, "queued_seconds"),
        number(life, path, "running_seconds"),
        None if ends is None else State(ends),
        number(life, path, "stalls_at", 0.99),
        None if polls is None else max(1, int(polls)),
        one(life, path, "why", str, "a text", default=""),
        count(life, path, "output_lag_polls") or 0,
    )


def _file(members: Mapping[str, Any], path: tuple[str, ...]) -> str | FileChange | None:
    data = members.get("file")
    if data is None or isinstance(data, str):
        return word(members, path, "file", FILE_CHANGES)
    return read_file(data, (*path, "file"))


def _faults(members: Mapping[str, Any], path: tuple[str, ...]) -> str | tuple[Fault, ...]:
    """Return the name of a list of faults, or the faults; an item may be the name of a list that it adds."""
    data = members.get("faults")
    if data is None:
        return ()
    if isinstance(data, str):
        return word(members, path, "faults", FAULT_LISTS) or ()
    made: list[Fault] = []
    path = (*path, "faults")
    for index, row in enumerate(items(data, path, 'tables such as {at = "poll", does = "limited", from = 2}')):
        where = (*path, f"[{index}]")
        made += _named_faults(row, where) if isinstance(row, str) else [read_fault(row, where)]
    if len(made) > MOST:
        raise InvalidScenario(path, f"expected at most {MOST} faults, those of named lists counted; got {len(made)}")
    return tuple(made)


def _named_faults(spelling: str, path: tuple[str, ...]) -> tuple[Fault, ...]:
    try:
        return parse(spelling, {name: _BUILT_IN[name] for name in FAULT_LISTS}).active_faults()
    except UnknownScenario as unknown:
        raise InvalidScenario(path, str(unknown)) from None


def _webhooks(members: Mapping[str, Any], path: tuple[str, ...]) -> str | WebhookPlan | None:
    data = members.get("webhooks")
    if data is None or isinstance(data, str):
        return word(members, path, "webhooks", WEBHOOK_PLANS)
    return read_webhook_plan(data, (*path, "webhooks"))


def _problem(members: Mapping[str, Any], path: tuple[str, ...], name: str) -> ProblemKind | None:
    found = word(members, path, name, PROBLEMS)
    return PROBLEMS[found] if found is not None else None


def _creation(members: Mapping[str, Any], path: tuple[str, ...]) -> int | None:
    value = members.get("creation")
    if value is not None and value not in (200, 201, 202):
        raise InvalidScenario((*path, "creation"), f"expected 200, 201 or 202, got {value!r}")
    return None if value is None else int(value)


def check_operations(scenario: Scenario, known: Iterable[str]) -> None:
    """See that every operation that the faults of a scenario name is one of the known; raises InvalidScenario."""
    operations = tuple(dict.fromkeys(known))
    for index, fault in enumerate(scenario.active_faults()):
        if fault.operation and fault.operation not in operations:
            path = ("scenarios", scenario.name, "faults", f"[{index}]", "operation")
            raise InvalidScenario(path, f"unknown operation {fault.operation!r}{nearest(fault.operation, operations)}")


def scenario_data(scenario: Scenario) -> dict[str, Any]:
    """Return the data of which `read_scenario` makes this scenario: JSON values, without what is as usual."""
    plain = {
        "timing": scenario.timing,
        "timeline": _part_data(scenario.timeline),
        "refuses": _word_of(scenario.refuses),
        "judged": _word_of(scenario.judged),
        "number": scenario.number,
        "answers": list(scenario.answers) or None,
        "file": _part_data(scenario.file),
        "creation": scenario.creation,
        "at_once": scenario.at_once or None,
        "unguessable": scenario.is_opaque or None,
        "faults": _faults_data(scenario.faults),
        "webhooks": _webhooks_data(scenario.webhooks),
    }
    return {"says": scenario.says, **{name: value for name, value in plain.items() if value is not None}}


def _word_of(kind: ProblemKind | None) -> str | None:
    return None if kind is None else _PROBLEM_WORDS[kind]


def _part_data(part: str | TimelineChange | FileChange | None) -> Any:
    """Return a part as data: its name, or its values without those that are as usual."""
    if part is None or isinstance(part, str):
        return part
    values = {each.name: getattr(part, each.name) for each in fields(part) if getattr(part, each.name) != each.default}
    return {name: value.value if isinstance(value, State) else value for name, value in values.items()}


def _faults_data(faults: str | tuple[Fault, ...]) -> Any:
    return faults if isinstance(faults, str) else [fault_data(each) for each in faults] or None


def _webhooks_data(plan: str | WebhookPlan | None) -> Any:
    return plan if plan is None or isinstance(plan, str) else webhook_plan_data(plan)
