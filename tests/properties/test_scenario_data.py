"""A scenario is data: what is written of it makes the same scenario again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import PLACES
from mockserver.domain.alteration import ALTERATIONS
from mockserver.domain.fault import WORDS, FaultPoint
from mockserver.domain.job import State, Timeline
from mockserver.domain.scenario import Scenario
from mockserver.domain.scenario_composition import PROBLEMS, composed, read_scenario, scenario_data
from mockserver.domain.scenario_parts import FAULT_LISTS, FILE_CHANGES, TIMELINE_CHANGES
from mockserver.domain.webhook_composition import WEBHOOK_PLANS
from mockserver.domain.webhook_plan import CHANGES
from mockserver.provider.discovery import discover, scenarios
from mockserver.timings import TIMINGS

BUILT_IN = scenarios(discover(PLACES))
SECONDS = st.floats(0, 10**8)
SHARES = st.floats(0, 1)


def table(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these members."""
    return st.fixed_dictionaries({}, optional=members)


def named(names: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A part: null, one of its names, or values."""
    return st.none() | st.sampled_from(list(names)) | values


TRIES = st.lists(SECONDS | table(after_seconds=SECONDS, before_answer=st.booleans(), changes=st.lists(
    st.sampled_from(list(CHANGES)), max_size=2,
)), max_size=4).flatmap(lambda first: st.just(first) if not first else st.lists(
    table(only_if_failed=st.booleans(), with_previous=st.booleans(), after_seconds=SECONDS), max_size=2
).map(lambda more: [*first, *more]))  # fmt: skip
FAULTS = st.builds(
    lambda row, first, more: {**row, "from": first, "to": first + more},
    st.fixed_dictionaries(
        {"at": st.sampled_from([one.value for one in FaultPoint]), "does": st.sampled_from(list(WORDS))},
        optional={"seconds": SECONDS, "share": SHARES},
    ),
    st.integers(1, 1000),
    st.integers(0, 1000),
)
COMPOSITIONS = table(
    says=st.text(max_size=20),
    timing=st.sampled_from(TIMINGS),
    timeline=named(TIMELINE_CHANGES, table(
        queued_seconds=SECONDS, running_seconds=SECONDS, ends=st.sampled_from(["succeeded", "failed"]),
        stalls_at=st.floats(0, 0.99), polls=st.integers(0, 10**6), why=st.text(max_size=5),
    )),
    answers=st.lists(st.sampled_from(list(ALTERATIONS)), max_size=3),
    file=named(FILE_CHANGES, table(
        share=SHARES, content_type=st.just("text/html"), lag_seconds=SECONDS, expires_seconds=SECONDS,
    )),
    faults=named(FAULT_LISTS, st.lists(FAULTS | st.sampled_from(list(FAULT_LISTS)), max_size=4)),
    webhooks=named(WEBHOOK_PLANS, table(tries=TRIES, **{state.value: TRIES for state in State})),
    creation=st.sampled_from([200, 201, 202]),
    at_once=st.booleans(),
    unguessable=st.booleans(),
    refuses=st.sampled_from(list(PROBLEMS)),
    judged=st.sampled_from(list(PROBLEMS)),
    number=st.floats(0, 1e9),
)  # fmt: skip


def again(scenario: Scenario) -> Scenario:
    """The scenario that its own data makes, after a round trip through JSON."""
    return read_scenario(scenario.name, json.loads(json.dumps(scenario_data(scenario))))


@given(COMPOSITIONS)
def test_a_composed_scenario_survives_its_data(data: dict[str, Any]) -> None:
    """What is written of a composed scenario makes it again."""
    scenario = composed("mine", data)
    assert again(scenario) == scenario


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_a_built_in_scenario_survives_its_data(name: str) -> None:
    """Every built-in scenario, the providers' own too, has a form in data."""
    assert again(BUILT_IN[name]) == BUILT_IN[name]


@pytest.mark.parametrize("name", [name for name in BUILT_IN if BUILT_IN[name].number is not None])
def test_a_number_survives_the_data(name: str) -> None:
    """A built-in scenario with another number is written with that number."""
    scenario = BUILT_IN.parse(f"{name}=3.5")
    assert scenario_data(scenario)["number"] == 3.5
    assert again(scenario) == scenario


def test_a_named_part_does_what_its_scenario_does() -> None:
    """A part taken by its name, with the usual number where none is given, is that of the built-in scenario."""
    usual = Timeline(None, None)
    for name in TIMELINE_CHANGES:
        assert composed("mine", {"timeline": name}).apply_to(usual) == BUILT_IN[name].apply_to(usual)
    for name in FAULT_LISTS:
        assert composed("mine", {"faults": name}).active_faults() == BUILT_IN[name].active_faults()
        assert composed("mine", {"faults": [name]}).active_faults() == BUILT_IN[name].active_faults()
    for name in FILE_CHANGES:
        assert composed("mine", {"file": name}).file_change() == BUILT_IN[name].file_change()
    for name in WEBHOOK_PLANS:
        for state in State:
            assert composed("mine", {"webhooks": name}).webhook_plan(state) == BUILT_IN[name].webhook_plan(state)
