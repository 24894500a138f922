"""Scenarios out of data: what a TOML file or the control API composes from timeline, answers, file, faults, webhooks.

[scenarios.rainy-night]
says = "It runs long, tells no time, its third poll meets a 429, its clip is cut, and its webhook comes twice."
timeline = { queued_seconds = 1, running_seconds = 90, ends = "succeeded" }
answers = ["eta-null", "extra-fields"]
file = { share = 0.6, lag_seconds = 5 }
faults = [{ at = "poll", does = "limited", from = 3, to = 3, seconds = 5 }, { at = "file", does = "cut", to = 1 }]
webhooks = { tries = [0, 2.5] }
creation = 202
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, Final

from mockserver.domain import fault
from mockserver.domain.alteration import ALTERATIONS, FileChange
from mockserver.domain.delivery import Plan, Try
from mockserver.domain.fault import Fault, FaultPoint
from mockserver.domain.job import State, Timeline
from mockserver.domain.problem import ProblemKind
from mockserver.domain.scenario import REFUSALS, Change, Scenario

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
LONGEST_SECONDS: Final = 10**8
TIMINGS: Final = ("quick", "documented", "instant")
MEMBERS: Final = (
    "says", "timing", "timeline", "answers", "file", "faults", "webhooks", "creation", "at_once", "unguessable",
    "refuses",
)  # fmt: skip
LIFE: Final = ("queued_seconds", "running_seconds", "ends", "stalls_at", "polls", "why")
FILE: Final = ("share", "content_type", "lag_seconds", "expires_seconds")
FAULT: Final = ("at", "does", "from", "to", "seconds", "share", "applied")
WEBHOOKS: Final = ("tries", *(state.value for state in State))
MOST: Final = 100
"""So many faults of a scenario, and tries of a webhook."""


class InvalidScenario(ValueError):
    """Data that makes no scenario: `path` leads to what is wrong, the text says what was expected."""

    def __init__(self, path: tuple[str, ...], text: str) -> None:
        super().__init__(f"{spoken(path)}: {text}")
        self.path, self.text = path, text


def spoken(path: Iterable[str]) -> str:
    """A path as it is said: `scenarios.rainy-night.faults[1].at`."""
    return ".".join(path).replace(".[", "[")


def composed(name: str, data: object) -> Scenario:
    """The scenario that data describes; raises Miscomposed."""
    path = ("scenarios", name)
    if not NAME.fullmatch(name):
        raise InvalidScenario(
            path, "a name is lower-case letters, digits and hyphens, at most 40, and begins with a letter"
        )
    members = _members(data, path, MEMBERS)
    return Scenario(
        name,
        _one(members, path, "says", str, "a sentence", default="A scenario of your own."),
        timing=_word(members, path, "timing", TIMINGS),
        change=_change(members.get("timeline"), (*path, "timeline")),
        refuses=_refusal(members, path),
        answers=tuple(ALTERATIONS[word] for word in _words(members, (*path, "answers"))),
        file=_file(members.get("file"), (*path, "file")),
        faults=_faults(members.get("faults"), (*path, "faults")),
        webhooks=_webhooks(members.get("webhooks"), (*path, "webhooks")),
        creation=_creation(members, path),
        at_once=_one(members, path, "at_once", bool, "true or false", default=False),
        is_opaque=_one(members, path, "unguessable", bool, "true or false", default=False),
    )


def _members(data: object, path: tuple[str, ...], known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidScenario(path, f"expected a table, got {data!r}")
    for name in data:
        if name not in known:
            raise InvalidScenario((*path, str(name)), f"unknown key{_near(str(name), known)}")
    return data


def _near(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"


def _one(
    members: Mapping[str, Any], path: tuple[str, ...], name: str, kind: type, expected: str, *, default: Any
) -> Any:
    value = members.get(name, default)
    if not isinstance(value, kind):
        raise InvalidScenario((*path, name), f"expected {expected}, got {value!r}")
    return value


def _word(members: Mapping[str, Any], path: tuple[str, ...], name: str, known: tuple[str, ...]) -> str | None:
    value = members.get(name)
    if value is not None and value not in known:
        raise InvalidScenario(
            (*path, name), f"expected one of {', '.join(known)}, got {value!r}{_near(str(value), known)}"
        )
    return value


def _number(
    members: Mapping[str, Any], path: tuple[str, ...], name: str, most: float = LONGEST_SECONDS
) -> float | None:
    value = members.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise InvalidScenario((*path, name), f"expected a number from 0 to {most:g}, got {value!r}")
    return float(value)


def _words(members: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    value = members.get("answers", [])
    if not isinstance(value, list):
        raise InvalidScenario(path, f"expected a list of {', '.join(ALTERATIONS)}, got {value!r}")
    for word in value:
        if not isinstance(word, str) or word not in ALTERATIONS:
            raise InvalidScenario(path, f"unknown change {word!r}{_near(str(word), tuple(ALTERATIONS))}")
    return value


def _change(data: object, path: tuple[str, ...]) -> Change | None:
    if data is None:
        return None
    life = _members(data, path, LIFE)
    queued, running = _number(life, path, "queued_seconds"), _number(life, path, "running_seconds")
    ends = {"succeeded": State.SUCCEEDED, "failed": State.FAILED}.get(
        _word(life, path, "ends", ("succeeded", "failed")) or ""
    )
    stalls, polls = _number(life, path, "stalls_at", 0.99), _number(life, path, "polls", 10**6)
    why = _one(life, path, "why", str, "a text", default="")

    def change(timeline: Timeline, _number: float) -> Timeline:
        return timeline._replace(
            queued=timeline.queued if queued is None else timedelta(seconds=queued),
            running=timeline.running if running is None else timedelta(seconds=running),
            end=ends or timeline.end,
            stalls_at=timeline.stalls_at if stalls is None else stalls,
            polls=timeline.polls if polls is None else max(1, int(polls)),
            why=why or timeline.why,
        )

    return change


def _file(data: object, path: tuple[str, ...]) -> Callable[[float], FileChange] | None:
    if data is None:
        return None
    file = _members(data, path, FILE)
    share, lag = _number(file, path, "share", 1), _number(file, path, "lag_seconds")
    kind: str = _one(file, path, "content_type", str, "a media type", default="")
    if not (kind.isascii() and kind.isprintable()):
        raise InvalidScenario((*path, "content_type"), f"expected one line of ASCII, got {kind!r}")
    change = FileChange(
        share=1.0 if share is None else share,
        content_type=kind,
        lag_seconds=lag or 0.0,
        expires_seconds=_number(file, path, "expires_seconds"),
    )
    return lambda _number: change


def _list(value: object, path: tuple[str, ...], expected: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST:
        raise InvalidScenario(path, f"expected a list of at most {MOST} {expected}, got {value!r}"[:300])
    return value


def _faults(data: object, path: tuple[str, ...]) -> Callable[[float], tuple[Fault, ...]] | None:
    if data is None:
        return None
    rows = _list(data, path, 'tables such as {at = "poll", does = "limited", from = 2}')
    made = tuple(_fault(row, (*path, f"[{index}]")) for index, row in enumerate(rows))
    return lambda _number: made


def _fault(data: object, path: tuple[str, ...]) -> Fault:
    row = _members(data, path, FAULT)
    for name in ("at", "does"):
        if row.get(name) is None:
            raise InvalidScenario(path, f"expected a key {name}")
    place = FaultPoint(_word(row, path, "at", tuple(one.value for one in FaultPoint)))
    does = fault.WORDS[str(_word(row, path, "does", tuple(fault.WORDS)))]
    first, last = _count(row, path, "from"), _count(row, path, "to")
    if last is not None and last < (first or 1):
        raise InvalidScenario((*path, "to"), f"expected a number from {first or 1}, as `from` is, got {last}")
    seconds, share = _number(row, path, "seconds"), _number(row, path, "share", 1)
    is_applied: bool = _one(row, path, "applied", bool, "true or false", default=False)
    if is_applied and place is not FaultPoint.CREATION:
        raise InvalidScenario((*path, "applied"), "only a creation is applied or not")
    return Fault(
        place, does, first or 1, last, 1.0 if seconds is None else seconds, 0.5 if share is None else share, is_applied
    )


def _count(members: Mapping[str, Any], path: tuple[str, ...], name: str) -> int | None:
    value = _number(members, path, name, 10**6)
    if value is not None and (value < 1 or value != int(value)):
        raise InvalidScenario((*path, name), f"expected a whole number from 1, got {value:g}")
    return None if value is None else int(value)


def _webhooks(data: object, path: tuple[str, ...]) -> Callable[[State, float], Plan] | None:
    """By state, else for all; where neither is named, once at once."""
    if data is None:
        return None
    row = _members(data, path, WEBHOOKS)
    plans = {name: _plan(value, (*path, name)) for name, value in row.items()}
    usual = plans.get("tries", (Try(),))
    return lambda state, _number: plans.get(state.value, usual)


def _plan(data: object, path: tuple[str, ...]) -> Plan:
    tries = _list(data, path, "numbers of seconds after the event, such as [0, 30]")
    made = []
    for index, one in enumerate(tries):
        seconds = _number({f"[{index}]": one}, path, f"[{index}]")
        if seconds is None:
            raise InvalidScenario((*path, f"[{index}]"), "expected a number of seconds, got null")
        made.append(Try(timedelta(seconds=seconds)))
    return tuple(made)


def _refusal(members: Mapping[str, Any], path: tuple[str, ...]) -> ProblemKind | None:
    known = {scenario.name: scenario.refuses for scenario in REFUSALS}
    word = _word(members, path, "refuses", tuple(known))
    return known[word] if word is not None else None


def _creation(members: Mapping[str, Any], path: tuple[str, ...]) -> int | None:
    value = members.get("creation")
    if value is not None and value not in (200, 201, 202):
        raise InvalidScenario((*path, "creation"), f"expected 200, 201 or 202, got {value!r}")
    return None if value is None else int(value)
