"""What a sandbox can be set to, each member checked before the first is changed."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from mockserver.domain.quota import Limit
from mockserver.domain.scenario import Scenario, UnknownScenario, parse
from mockserver.engine.pace import TIMINGS
from mockserver.engine.sandbox import Sandbox
from mockserver.provider.table import Provider
from mockserver.web.members import number, typed
from mockserver.web.problems import Refused, nearest

MEMBERS: Final = ("profiles", "timing", "scenario", "queue", "limits", "tiers", "hold_seconds", "journal")

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
        made.append(_limits(change, providers))
    if "tiers" in change:
        tiers = _tiers(typed(change, "tiers", dict, "an object of a tier by provider"), providers)
        made.append(lambda sandbox: setattr(sandbox, "tiers", {**sandbox.tiers, **tiers}))
    if "scenario" in change:
        scenario = _scenario(typed(change, "scenario", str, "the name of a scenario"), "scenario", scenarios)
        made.append(lambda sandbox: setattr(sandbox, "scenario", scenario))
    if "queue" in change:
        queue = _queue(change, scenarios)
        made.append(lambda sandbox: setattr(sandbox, "queue", deque(queue)))
    if "hold_seconds" in change:
        hold = None if change["hold_seconds"] is None else timedelta(seconds=number(change, "hold_seconds"))
        made.append(lambda sandbox: setattr(sandbox, "hold", hold))
    if "journal" in change:
        is_on = _one_of(change, "journal", ("on", "off")) == "on"
        made.append(lambda sandbox: setattr(sandbox.journal, "is_on", is_on))
    return made


def _limits(change: dict[str, Any], providers: Mapping[str, Provider]) -> Apply:
    """`off`, `documented`, or numbers of one's own by operation, which stand in the place of the documented ones."""
    if not isinstance(change["limits"], dict):
        enforced = _one_of(change, "limits", ("off", "documented")) == "documented"

        def switch(sandbox: Sandbox) -> None:
            sandbox.limits, sandbox.own_limits = enforced, {}

        return switch
    known = [operation.id for provider in providers.values() for operation in provider.operations]
    own = {}
    for name, numbers in change["limits"].items():
        if name not in known:
            raise Refused(400, f"limits: unknown operation {name!r}{nearest(name, known)}", member="limits")
        own[name] = _limit(f"limits.{name}", numbers)
    return lambda sandbox: setattr(sandbox, "own_limits", own)


def _limit(member: str, numbers: object) -> Limit:
    if not isinstance(numbers, dict) or set(numbers) != {"calls", "seconds"}:
        came = json.dumps(numbers)[:80]
        raise Refused(400, f'{member}: expected {{"calls": N, "seconds": S}}, got {came}', member="limits")
    calls, seconds = number(numbers, "calls"), number(numbers, "seconds")
    if calls < 1 or calls != int(calls) or seconds <= 0:
        raise Refused(400, f"{member}: calls is a whole number from 1, seconds a number above 0", member="limits")
    return Limit(int(calls), timedelta(seconds=seconds))


def _tiers(wanted: dict[str, Any], providers: Mapping[str, Provider]) -> dict[str, str]:
    for name, tier in wanted.items():
        if name not in providers:
            raise Refused(400, f"tiers: unknown provider {name!r}{nearest(name, providers)}", member="tiers")
        known = providers[name].tiers
        if tier not in known:
            told = nearest(str(tier), known) if known else "; it has none"
            raise Refused(400, f"tiers: {name} has no tier {tier!r}{told}", member="tiers")
    return wanted


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
