"""A scenario is data: what is written of it makes the same scenario again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.app import PLACES
from mockserver.domain.alteration import ALTERATIONS
from mockserver.domain.answer_change import CASES
from mockserver.domain.fault import WORDS, CountedFor
from mockserver.domain.fault_composition import FAULT, read_fault
from mockserver.domain.fault_kinds import KINDS, LOCATIONS
from mockserver.domain.invalid_data import InvalidScenario
from mockserver.domain.job import State, Timeline
from mockserver.domain.scenario import Scenario
from mockserver.domain.scenario_composition import PROBLEMS, composed, read_scenario, scenario_data
from mockserver.domain.scenario_parts import FAULT_LISTS, FILE_CHANGES, TIMELINE_CHANGES
from mockserver.domain.webhook_composition import WEBHOOK_PLANS
from mockserver.domain.webhook_plan import CHANGES
from mockserver.provider.discovery import discover, scenarios
from mockserver.timings import TIMINGS
from mockserver.web import promises

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
NAMES = st.sampled_from(["x-a", "Retry-After", "content-type"])
LINES = st.sampled_from(["", "1", "Wed, 21 Oct 2026 07:28:00 GMT"])
OWN: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from([302, 303]), "location": st.sampled_from(LOCATIONS), "bytes": st.integers(1, 10**6),
}  # fmt: skip
STATUSES: dict[str, st.SearchStrategy[Any]] = {"informational": st.sampled_from([100, 103, 199])}


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """A fault: any kind at a point where it may stand, with the members that it may have."""
    does = draw(st.sampled_from(list(WORDS)))
    kind = KINDS[does]
    own = {name: STATUSES.get(does, OWN[name]) for name in kind.takes if name in OWN}
    first, more = draw(st.integers(1, 1000)), draw(st.integers(0, 1000))
    after = draw(st.floats(0, 1000))
    taken = table(
        operation=st.just("createVideo"), every=st.integers(1, 50), probability=SHARES,
        counted_for=st.sampled_from([one.value for one in CountedFor]), seconds=SECONDS, share=SHARES,
        headers=st.dictionaries(NAMES, LINES | st.lists(LINES, min_size=1, max_size=2), max_size=2),
        remove=st.lists(NAMES, max_size=2), repeat=st.lists(NAMES, max_size=2), case=st.sampled_from(list(CASES)),
        body_hint=SECONDS, latency_seconds=SECONDS, jitter_seconds=SECONDS,
        **{name: values for name, values in own.items() if name not in kind.needs},
    )  # fmt: skip
    needed = {name: draw(values) for name, values in own.items() if name in kind.needs}
    hint = draw(
        st.sampled_from(
            [{}, {"retry_after": "soon"}, {"retry_after": -1.5}, {"retry_after": 5, "retry_after_form": "rfc850"}]
        )
    )
    at = draw(st.sampled_from(sorted(point.value for point in kind.points)))
    if at == "webhook":
        return {"at": at, "does": does, "from": first, "to": first + more, "every": draw(st.integers(1, 9))}
    return {
        **draw(taken), **needed, **hint, "at": at, "does": does, "from": first,
        "to": first + more, "after_seconds": after, "until_seconds": after + 1,
    }  # fmt: skip


FAULTS = rows()
FLAGS = (
    "ranges", "wrong_part", "range_refused", "accept_ranges", "content_length", "chunked", "etag_changes", "cors",
)  # fmt: skip
COMPOSITIONS = table(
    says=st.text(max_size=20),
    timing=st.sampled_from(TIMINGS),
    timeline=named(TIMELINE_CHANGES, table(
        queued_seconds=SECONDS, running_seconds=SECONDS, ends=st.sampled_from(["succeeded", "failed"]),
        stalls_at=st.floats(0, 0.99), polls=st.integers(0, 10**6), why=st.text(max_size=5),
        output_lag_polls=st.integers(1, 9),
    )),
    answers=st.lists(st.sampled_from(list(ALTERATIONS)), max_size=3),
    file=named(FILE_CHANGES, table(
        share=SHARES, content_type=st.just("text/html"), lag_seconds=SECONDS, expires_seconds=SECONDS,
        expires_fetches=st.integers(1, 9), gone_status=st.sampled_from([403, 404, 410]),
        redirect=st.sampled_from([301, 308]), redirect_to=st.sampled_from(LOCATIONS),
        **{name: st.booleans() for name in FLAGS},
    )),
    faults=named(FAULT_LISTS, st.lists(FAULTS | st.sampled_from(list(FAULT_LISTS)), max_size=2)),
    webhooks=named(WEBHOOK_PLANS, table(tries=TRIES, **{state.value: TRIES for state in State})),
    creation=st.sampled_from([200, 201, 202]),
    at_once=st.booleans(),
    unguessable=st.booleans(),
    refuses=st.sampled_from(list(PROBLEMS)),
    judged=st.sampled_from(list(PROBLEMS)),
    number=st.floats(0, 1e9),
)  # fmt: skip


DOCUMENT = json.loads(promises.OWN.read_text(encoding="utf-8"))
FAULT_SCHEMA = Draft202012Validator(DOCUMENT["components"]["schemas"]["Fault"])
VALUES = (
    None, True, False, 0, -1, 1, 1.5, 103, 204, 302, 404, 600, 1e11, "", "poll", "file", "creation", "here", "upper",
    "rfc850", "createVideo", "dropped", "bom", "etag-changed", "x\ny", [], ["a"], ["a b"], {}, {"a": "b"}, {"a": [1]},
)  # fmt: skip
LEFT_TO_US = {"from", "to", "after_seconds", "until_seconds"}
"""Members of which one must not be below another, which no schema says."""


def is_taken(row: dict[str, Any]) -> bool:
    """Whether a row makes a fault."""
    try:
        read_fault(row, ("faults",))
    except InvalidScenario:
        return False
    return True


@given(rows(), st.sampled_from(sorted(set(FAULT) - LEFT_TO_US)), st.sampled_from(VALUES), st.booleans())
def test_the_control_document_tells_what_is_taken(row: dict[str, Any], name: str, value: Any, is_other: bool) -> None:
    """A row is taken where the document's schema allows it, and refused where it does not."""
    changed = {**row, name: value} if is_other else row
    assert is_taken(changed) is FAULT_SCHEMA.is_valid(changed)
    assert is_other or is_taken(changed)


def again(scenario: Scenario) -> Scenario:
    """The scenario that its own data makes, after a round trip through JSON."""
    return read_scenario(scenario.name, json.loads(json.dumps(scenario_data(scenario))))


@given(COMPOSITIONS)
def test_a_composed_scenario_survives_its_data(data: dict[str, Any]) -> None:
    """What is written of a composed scenario makes it again."""
    scenario = composed("mine", data)
    assert again(scenario) == scenario


def test_named_faults_survive_the_data_and_count() -> None:
    """Those of `hostile` once had members of other kinds, and three times its list was more than a list may hold."""
    scenario = composed("mine", {"faults": ["hostile", "limited-polls"]})
    assert again(scenario) == scenario
    with pytest.raises(InvalidScenario, match="expected at most 100 faults, those of named lists counted; got 132"):
        composed("mine", {"faults": ["hostile"] * 3})


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
