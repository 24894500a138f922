"""Scenarios out of data: what is composed holds, what is wrong is told with its place."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.alteration import ALTERATIONS, FileChange
from mockserver.domain.fault import Fault, FaultPoint, TransportFault
from mockserver.domain.job import State, Timeline
from mockserver.domain.problem import ProblemKind
from mockserver.domain.scenario_composition import LIFE, MEMBERS, InvalidScenario, composed, spoken

USUAL = Timeline(timedelta(seconds=1), timedelta(seconds=2))


def test_a_scenario_is_composed_of_its_parts() -> None:
    """Each part of the data is found in the scenario; what is not named stays as usual."""
    made = composed("rainy-night", {
        "says": "It rains.", "timeline": {"running_seconds": 90, "ends": "failed", "why": "rain"},
        "answers": ["eta-null", "extra-fields"], "file": {"share": 0.5, "lag_seconds": 5}, "creation": 202,
        "unguessable": True,
    })  # fmt: skip
    life = made.apply_to(USUAL)
    assert (life.queued, life.running, life.end, life.why) == (
        USUAL.queued,
        timedelta(seconds=90),
        State.FAILED,
        "rain",
    )
    assert made.alterations() == (ALTERATIONS["eta-null"], ALTERATIONS["extra-fields"])
    assert made.file_change() == FileChange(share=0.5, lag_seconds=5, expires_seconds=None)
    assert (made.creation, made.is_opaque, made.at_once, made.says) == (202, True, False, "It rains.")
    assert composed("broke", {"refuses": "out-of-credits"}).refuses is ProblemKind.OUT_OF_CREDITS
    assert composed("plain", {}).apply_to(USUAL) == USUAL
    assert str(composed("whole", {"creation": 201.0}).creation) == "201"


def test_faults_are_composed_of_their_parts() -> None:
    """Each member of a fault is found in it; what is not named is as usual."""
    made = composed("rough", {"faults": [
        {"at": "poll", "does": "limited", "from": 2, "to": 3, "seconds": 5},
        {"at": "file", "does": "cut", "share": 0.25, "to": None},
        {"at": "creation", "does": "bad-gateway", "applied": True},
    ]})  # fmt: skip
    assert made.active_faults() == (
        Fault(FaultPoint.POLL, ProblemKind.LIMITED, 2, 3, seconds=5),
        Fault(FaultPoint.FILE, TransportFault.CUT, share=0.25),
        Fault(FaultPoint.CREATION, ProblemKind.UPSTREAM, is_applied=True),
    )
    assert composed("plain", {}).active_faults() == ()


@pytest.mark.parametrize(
    ("data", "where", "told"),
    [
        ({"timline": {}}, "scenarios.x.timline", "did you mean timeline?"),
        ({"timeline": {"queued": 1}}, "scenarios.x.timeline.queued", "did you mean queued_seconds?"),
        ({"timeline": {"queued_seconds": "1"}}, "scenarios.x.timeline.queued_seconds", "expected a number"),
        ({"timeline": {"ends": "fail"}}, "scenarios.x.timeline.ends", "did you mean failed?"),
        ({"timeline": {"stalls_at": 1}}, "scenarios.x.timeline.stalls_at", "from 0 to 0.99"),
        ({"answers": ["eta-nul"]}, "scenarios.x.answers", "did you mean eta-null?"),
        ({"answers": "eta-null"}, "scenarios.x.answers", "expected a list"),
        ({"answers": [{}]}, "scenarios.x.answers", "unknown change {}"),
        ({"file": {"content_type": "text/html\r\nX-A: b"}}, "scenarios.x.file.content_type", "one line of ASCII"),
        ({"file": {"content_type": "télé/vision"}}, "scenarios.x.file.content_type", "one line of ASCII"),
        ({"file": {"share": 2}}, "scenarios.x.file.share", "from 0 to 1"),
        ({"creation": 404}, "scenarios.x.creation", "expected 200, 201 or 202"),
        ({"refuses": "credits"}, "scenarios.x.refuses", "did you mean out-of-credits?"),
        ({"timeline": {"queued_seconds": 10**400}}, "scenarios.x.timeline.queued_seconds", "from 0 to 1e+08"),
        ({"faults": {"at": "poll"}}, "scenarios.x.faults", "expected a list"),
        ({"faults": [{}] * 101}, "scenarios.x.faults", "at most 100"),
        ({"faults": [{"at": "poll"}]}, "scenarios.x.faults[0]", "expected a key does"),
        ({"faults": [{"at": None, "does": "cut"}]}, "scenarios.x.faults[0]", "expected a key at"),
        ({"faults": [{"at": "pol", "does": "cut"}]}, "scenarios.x.faults[0].at", "did you mean poll?"),
        ({"faults": [{"at": "poll", "does": "drop"}]}, "scenarios.x.faults[0].does", "did you mean dropped?"),
        ({"faults": [{"at": "poll", "does": "cut", "form": 2}]}, "scenarios.x.faults[0].form", "did you mean from?"),
        ({"faults": [{"at": "poll", "does": "cut", "from": 0}]}, "scenarios.x.faults[0].from", "whole number from 1"),
        ({"faults": [{"at": "poll", "does": "cut", "from": 3, "to": 2}]}, "scenarios.x.faults[0].to", "from 3"),
        ({"faults": [{"at": "poll", "does": "cut", "applied": True}]}, "scenarios.x.faults[0].applied", "creation"),
        ({"webhooks": {"trys": []}}, "scenarios.x.webhooks.trys", "did you mean tries?"),
        ({"webhooks": {"tries": 1}}, "scenarios.x.webhooks.tries", "expected a list"),
        ({"webhooks": {"failed": [0, None]}}, "scenarios.x.webhooks.failed[1]", "expected a number"),
        ({"webhooks": {"failed": [-1]}}, "scenarios.x.webhooks.failed[0]", "expected a number"),
        ({"at_once": 1}, "scenarios.x.at_once", "true or false"),
        ([], "scenarios.x", "expected a table"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(data: Any, where: str, told: str) -> None:
    """The path, what was expected and the nearest spelling."""
    with pytest.raises(InvalidScenario) as wrong:
        composed("x", data)
    assert spoken(wrong.value.path) == where
    assert told in wrong.value.text


@given(st.dictionaries(st.sampled_from(MEMBERS), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(LIFE), inner, max_size=2), max_leaves=4,
)))  # fmt: skip
def test_any_data_makes_a_scenario_or_is_told(data: dict[str, Any]) -> None:
    """Wrong data raises InvalidScenario and nothing else."""
    with suppress(InvalidScenario):
        composed("x", data).apply_to(USUAL)
