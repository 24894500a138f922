"""A job is data: its record makes the same job again, whatever provider, scenario and life it has."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, make_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime, SandboxClock
from mockserver.domain.job import Job, Override, OverrideKind, State, Timeline
from mockserver.domain.job_record import UnknownVersion, job_from_json, job_to_json
from mockserver.domain.quota import Limit
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.domain.scenario_composition import composed
from mockserver.engine.sandbox import Sandbox
from mockserver.engine.sandbox_record import limit_from_json, limit_to_json, restore_sandbox, sandbox_to_json
from mockserver.provider.discovery import discover, scenarios
from mockserver.provider.requests import RequestForms

PROVIDERS = discover()
FORMS = RequestForms(PROVIDERS.values())
MINE = composed(
    "mine", {"answers": ["eta-null"], "faults": [{"at": "poll", "does": "cut", "share": 0.25}], "number": 4}
)
SCENARIOS: ScenarioCatalogue = scenarios(PROVIDERS, [MINE])
EPOCH = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=20)
"""Lone surrogates too, which JSON bodies may hold."""
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
LENGTHS = st.timedeltas(timedelta(0), timedelta(days=10**4))
INSTANTS = st.datetimes(timezones=st.just(UTC))
LIVES = st.builds(
    Timeline, st.none() | LENGTHS, st.none() | LENGTHS, st.sampled_from(State), st.none() | st.floats(0, 1),
    st.tuples(st.integers(1, 3), st.integers(1, 3)), st.none() | st.integers(1, 9), TEXTS,
)  # fmt: skip
CHOSEN = st.sampled_from(sorted(SCENARIOS)).map(SCENARIOS.__getitem__) | st.just(SCENARIOS.parse("stalled=33.5"))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXTS,
    "int": st.integers(-(2**53), 2**53),
    "float": NUMBERS,
    "bool": st.booleans(),
    "str | None": st.none() | TEXTS,
    "int | None": st.none() | st.integers(-(2**53), 2**53),
    "tuple[int, int]": st.tuples(st.integers(1, 9), st.integers(1, 9)),
    "tuple[str, ...]": st.lists(TEXTS, max_size=3).map(tuple),
}


def requests_of(kind: type) -> st.SearchStrategy[Any]:
    """Any request of a type, each field by its annotation."""
    return st.builds(kind, **{one.name: VALUES[str(one.type)] for one in fields(kind)})


TYPES = [(name, kind) for name, one in sorted(PROVIDERS.items()) for kind in one.requests]


@pytest.mark.parametrize(("provider", "kind"), TYPES, ids=lambda one: getattr(one, "__name__", one))
@given(data=st.data())
def test_the_record_of_a_job_makes_the_job(provider: str, kind: type, data: st.DataObject) -> None:
    draw: Callable[[st.SearchStrategy[Any]], Any] = data.draw
    job: Job[Any] = Job(
        draw(TEXTS), provider, draw(TEXTS), draw(st.integers(1, 10**6)), draw(INSTANTS), draw(LIVES),
        draw(requests_of(kind)), draw(st.integers(0, 2**53)), draw(st.integers(0, 10**9)), draw(TEXTS),
        draw(st.none() | CHOSEN),
        tuple(draw(st.lists(st.builds(Override, INSTANTS, st.sampled_from(OverrideKind), TEXTS), max_size=3))),
        draw(st.integers(0, 9)), draw(st.frozensets(TEXTS, max_size=3)), draw(TEXTS),
    )  # fmt: skip
    record = json.dumps(job_to_json(job, FORMS, SCENARIOS))
    again = job_from_json(json.loads(record), FORMS, SCENARIOS)
    assert again == job
    assert [type(value) for value in _values(again.request)] == [type(value) for value in _values(job.request)]
    if job.scenario is not None and job.scenario is SCENARIOS[job.scenario.name] and job.scenario is not MINE:
        assert again.scenario is job.scenario


def _values(request: Any) -> list[object]:
    return [getattr(request, one.name) for one in fields(request)]


def test_every_provider_names_its_request_types() -> None:
    """What a provider does not name cannot be written: a store would lose it."""
    assert {name for name, _ in TYPES} == set(PROVIDERS)
    assert all(get_type_hints(kind) for _, kind in TYPES)
    with pytest.raises(TypeError, match="the table of gately names no request type Job"):
        FORMS.to_json("gately", make_dataclass("Job", ["id"])("x"))


def test_a_composed_scenario_outlives_its_name() -> None:
    """A job keeps its composed scenario when that is forgotten, and a record too."""
    known = scenarios(PROVIDERS, [MINE])
    job: Job[Any] = Job("j", "toy", "make", 1, EPOCH, Timeline(None, None), {"any": "value"}, 1, scenario=MINE)
    record = job_to_json(job, FORMS, known)
    known.forget("mine")
    assert job_from_json(record, FORMS, known) == job


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_a_record_of_another_version_is_not_read(version: object) -> None:
    job: Job[Any] = Job("j", "toy", "make", 1, EPOCH, Timeline(None, None), None, 1)
    record = {**job_to_json(job, FORMS, SCENARIOS), "version": version}
    with pytest.raises(UnknownVersion, match="expected a record of version 1, got"):
        job_from_json(record, FORMS, SCENARIOS)


@given(
    profiles=st.dictionaries(TEXTS, st.frozensets(TEXTS, max_size=2), max_size=2),
    hold=st.none() | LENGTHS,
    queue=st.lists(CHOSEN, max_size=3).map(tuple),
    limits=st.dictionaries(TEXTS, st.builds(Limit, st.integers(1, 99), LENGTHS), max_size=2),
    rate=st.floats(1e-6, 1e3),
    frozen=st.booleans(),
    passed=st.floats(0, 10**5),
)
def test_the_record_of_a_sandbox_makes_the_sandbox(
    profiles: Any, hold: Any, queue: Any, limits: Any, rate: float, frozen: bool, passed: float
) -> None:
    """In another process too: a frozen clock stands where it stood, a live one has gone on."""
    time, later = HandTime(EPOCH), HandTime(EPOCH + timedelta(hours=1))
    clock = SandboxClock(time, start=EPOCH)
    clock.run_at(rate)
    clock.freeze(frozen)
    box = Sandbox("sb_1", clock, 7, 8, profiles, "instant", True, hold, MINE, queue, "http://f", limits, {"a": "b"})
    box.submissions, box.refusals, box.keeps_journal = 3, 4, False
    record = json.dumps(sandbox_to_json(box, SCENARIOS, EPOCH))
    fresh = Sandbox("sb_1", SandboxClock(later), 0, 0, {}, "quick")
    again = restore_sandbox(fresh, json.loads(record), SCENARIOS, EPOCH + timedelta(hours=1))
    time.pass_seconds(3600 + passed), later.pass_seconds(passed)
    members = (
        "digest", "seed", "id_block", "profiles", "timing", "limits", "hold", "scenario", "queue", "files_url",
        "own_limits", "tiers", "submissions", "refusals", "keeps_journal",
    )  # fmt: skip
    for member in members:
        assert getattr(again, member) == getattr(box, member), member
    # The anchor is written in whole microseconds, in each of which the clock passes `rate` of its own.
    assert abs(again.clock.now() - box.clock.now()) <= timedelta(microseconds=1 + rate)
    assert (again.clock.start, again.clock.rate, again.clock.is_frozen) == (EPOCH, rate, frozen)


@given(st.recursive(TEXTS | st.integers() | st.binary(), lambda inner: st.lists(inner, max_size=3).map(tuple)))
def test_the_name_of_a_limit_survives_json(name: Any) -> None:
    assert limit_from_json(json.loads(json.dumps(limit_to_json(name)))) == name
