"""Scenarios out of data: what is composed holds, what is wrong is told with its place."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.alteration import ALTERATIONS
from mockserver.domain.fault import Fault, FaultPoint, TransportFault
from mockserver.domain.file_change import FileChange
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
        ({"faults": [{"at": "file", "does": "bom"}]}, "scenarios.x.faults[0].at", "creation, poll only"),
        ({"faults": [{"at": "poll", "does": "range-wrong"}]}, "scenarios.x.faults[0].at", "at file only"),
        ({"faults": [{"at": "poll", "does": "status"}]}, "scenarios.x.faults[0]", "a key status, which status needs"),
        ({"faults": [{"at": "poll", "does": "dripped"}]}, "scenarios.x.faults[0]", "a key bytes"),
        ({"faults": [{"at": "poll", "does": "cut", "status": 500}]}, "scenarios.x.faults[0].status", "cut takes none"),
        ({"faults": [{"at": "poll", "does": "status", "status": 600}]}, "scenarios.x.faults[0].status", "200 to 599"),
        (
            {"faults": [{"at": "poll", "does": "status", "status": "500"}]},
            "scenarios.x.faults[0].status",
            "whole number",
        ),
        ({"faults": [{"at": "poll", "does": "redirect", "status": 304}]}, "scenarios.x.faults[0].status", "301, 302"),
        ({"faults": [{"at": "poll", "does": "redirect", "location": "her"}]}, "scenarios.x.faults[0].location", "here"),
        (
            {"faults": [{"at": "poll", "does": "informational", "status": 101}]},
            "scenarios.x.faults[0].status",
            "100 to",
        ),
        ({"faults": [{"at": "poll", "does": "cut", "every": 0}]}, "scenarios.x.faults[0].every", "whole number from 1"),
        ({"faults": [{"at": "poll", "does": "cut", "probability": 2}]}, "scenarios.x.faults[0].probability", "0 to 1"),
        (
            {"faults": [{"at": "poll", "does": "cut", "after_seconds": 5, "until_seconds": 5}]},
            "scenarios.x.faults[0].until_seconds",
            "more than after_seconds, 5",
        ),
        (
            {"faults": [{"at": "poll", "does": "cut", "counted_for": "jobs"}]},
            "scenarios.x.faults[0].counted_for",
            "did you mean job?",
        ),
        ({"faults": [{"at": "poll", "does": "cut", "headers": ["a"]}]}, "scenarios.x.faults[0].headers", "a table"),
        (
            {"faults": [{"at": "poll", "does": "cut", "headers": {"a b": "c"}}]},
            "scenarios.x.faults[0].headers",
            "the name of a header",
        ),
        (
            {"faults": [{"at": "poll", "does": "cut", "headers": {"a": "b\r\nc: d"}}]},
            "scenarios.x.faults[0].headers.a",
            "one line of ASCII",
        ),
        ({"faults": [{"at": "poll", "does": "cut", "remove": "a"}]}, "scenarios.x.faults[0].remove", "a list of"),
        ({"faults": [{"at": "poll", "does": "cut", "case": "camel"}]}, "scenarios.x.faults[0].case", "lower, upper"),
        (
            {"faults": [{"at": "poll", "does": "cut", "retry_after": True}]},
            "scenarios.x.faults[0].retry_after",
            "a text",
        ),
        (
            {"faults": [{"at": "poll", "does": "cut", "retry_after": "x\n"}]},
            "scenarios.x.faults[0].retry_after",
            "one line",
        ),
        (
            {"faults": [{"at": "poll", "does": "cut", "retry_after_form": "rfc850"}]},
            "scenarios.x.faults[0].retry_after_form",
            "expected retry_after beside it",
        ),
        ({"faults": [{"at": "poll", "does": "cut", "operation": 3}]}, "scenarios.x.faults[0].operation", "the id"),
        ({"faults": [{"at": "webhook", "does": "cut"}]}, "scenarios.x.faults[0].at", "creation, poll, file only"),
        ({"faults": [{"at": "poll", "does": "lost"}]}, "scenarios.x.faults[0].at", "webhook only"),
        ({"faults": [{"operation": "createVideo", "does": "lost"}]}, "scenarios.x.faults[0].at", "webhook only"),
        (
            {"faults": [{"at": "webhook", "does": "lost", "probability": 1}]},
            "scenarios.x.faults[0].probability",
            "takes at, does, from, to, every, seconds",
        ),
        ({"faults": ["limited-pols"]}, "scenarios.x.faults[0]", "did you mean limited-polls?"),
        ({"faults": "limited-pols"}, "scenarios.x.faults", "did you mean limited-polls?"),
        ({"timeline": "slowly"}, "scenarios.x.timeline", "did you mean slow?"),
        ({"file": "links-lags"}, "scenarios.x.file", "did you mean links-lag?"),
        ({"webhooks": "webhook-agian"}, "scenarios.x.webhooks", "did you mean webhook-again?"),
        ({"timeline": {"output_lag_polls": 0}}, "scenarios.x.timeline.output_lag_polls", "whole number from 1"),
        ({"file": {"ranges": 1}}, "scenarios.x.file.ranges", "true or false"),
        ({"file": {"redirect": 304}}, "scenarios.x.file.redirect", "301, 302, 303, 307, 308"),
        ({"file": {"redirect": 302, "redirect_to": "heer"}}, "scenarios.x.file.redirect_to", "did you mean here?"),
        ({"file": {"gone_status": 500}}, "scenarios.x.file.gone_status", "403, 404, 410"),
        ({"file": {"expires_fetches": 0}}, "scenarios.x.file.expires_fetches", "whole number from 1"),
        ({"number": -1}, "scenarios.x.number", "from 0 to 1e+09"),
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
