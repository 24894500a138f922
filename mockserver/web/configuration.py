"""What a sandbox can be set to, each member checked before the first is changed."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from mockserver.domain.scenario import Scenario, UnknownScenario, parse
from mockserver.engine.pace import TIMINGS
from mockserver.engine.sandbox import Sandbox
from mockserver.provider.table import Provider
from mockserver.web.members import number, typed
from mockserver.web.problems import Refused, nearest

MEMBERS: Final = ("profiles", "timing", "scenario", "queue", "limits", "hold_seconds")

Apply = Callable[[Sandbox], None]


def changes(
    change: dict[str, Any], providers: Mapping[str, Provider], scenarios: Mapping[str, Scenario]
) -> list[Apply]:
    """The changes that a PATCH asks for; Refused when any of them is wrong."""
    made: list[Apply] = []
    if "profiles" in change:
        profiles = _profiles(typed(change, "profiles", dict, "an object of lists of words by provider"), providers)
        made.append(lambda sandbox: sandbox.profiles.update(profiles))
    if "timing" in change:
        timing = _one_of(change, "timing", TIMINGS)
        made.append(lambda sandbox: setattr(sandbox, "timing", timing))
    if "limits" in change:
        limits = _one_of(change, "limits", ("off", "documented")) == "documented"
        made.append(lambda sandbox: setattr(sandbox, "limits", limits))
    if "scenario" in change:
        scenario = _scenario(typed(change, "scenario", str, "the name of a scenario"), "scenario", scenarios)
        made.append(lambda sandbox: setattr(sandbox, "scenario", scenario))
    if "queue" in change:
        queue = _queue(change, scenarios)
        made.append(lambda sandbox: setattr(sandbox, "queue", deque(queue)))
    if "hold_seconds" in change:
        hold = None if change["hold_seconds"] is None else timedelta(seconds=number(change, "hold_seconds"))
        made.append(lambda sandbox: setattr(sandbox, "hold", hold))
    return made


def _one_of(change: dict[str, Any], name: str, known: tuple[str, ...]) -> str:
    value: str = typed(change, name, str, f"one of {', '.join(known)}")
    if value not in known:
        raise Refused(400, f"{name}: unknown value {value!r}{nearest(value, known)}", member=name)
    return value


def _scenario(spelling: str, member: str, known: Mapping[str, Scenario]) -> Scenario:
    try:
        return parse(spelling, known)
    except UnknownScenario as unknown:
        raise Refused(400, f"{member}: {unknown}", member=member) from None


def _queue(change: dict[str, Any], known: Mapping[str, Scenario]) -> list[Scenario]:
    spellings = typed(change, "queue", list, "a list of names of scenarios")
    if not all(isinstance(one, str) for one in spellings):
        raise Refused(400, f"queue: expected names of scenarios, got {json.dumps(spellings)[:80]}", member="queue")
    return [_scenario(one, f"queue[{index}]", known) for index, one in enumerate(spellings)]


def _profiles(wanted: dict[str, Any], providers: Mapping[str, Provider]) -> dict[str, frozenset[str]]:
    made = {}
    for name, words in wanted.items():
        if name not in providers:
            raise Refused(400, f"profiles: unknown provider {name!r}{nearest(name, providers)}", member="profiles")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise Refused(
                400, f"profiles.{name}: expected a list of words, got {json.dumps(words)[:80]}", member="profiles"
            )
        made[name] = profile_of(providers[name], words)
    return made


def profile_of(provider: Provider, words: list[str]) -> frozenset[str]:
    """The profile that words make at a provider; Refused names an unknown word, or two styles."""
    known = [word.name for word in provider.words]
    for word in words:
        if word not in known:
            raise Refused(400, f"{provider.name} has no profile word {word!r}{nearest(word, known)}", member="profiles")
    try:
        return provider.profile(tuple(words))
    except ValueError as error:
        raise Refused(400, f"{provider.name}: one style at a time, got {error}", member="profiles") from None
