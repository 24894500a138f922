"""The laws of a job's life, over every scenario."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.domain.job import Job, Override, OverrideKind, State, Timeline, end_of, events, snapshot
from tests.domain.timelines import CREATED, instants, jobs

ORDER = {State.QUEUED: 0, State.RUNNING: 1, State.SUCCEEDED: 2, State.FAILED: 2}
GRAIN = timedelta(microseconds=1)


def life(queued: float, running: float, **more: object) -> Job:
    timeline = Timeline(timedelta(seconds=queued), timedelta(seconds=running))
    return Job("j", "p", "k", 1, CREATED, timeline._replace(**more), None, 1)  # type: ignore[arg-type]


@given(jobs(), st.lists(instants, min_size=2, max_size=6))
def test_state_and_progress_never_go_back(job: Job, at: list[datetime]) -> None:
    """Later polls see the same or a later state, and the same or more progress; a terminal state is never left."""
    seen = [snapshot(job, instant) for instant in sorted(at)]
    for sooner, later in pairwise(seen):
        assert ORDER[sooner.state] <= ORDER[later.state]
        assert sooner.progress <= later.progress
        if sooner.state is later.state:
            assert sooner.stage <= later.stage
        if sooner.state.is_terminal:
            assert later == sooner


@given(jobs(), instants)
def test_progress_tells_the_state(job: Job, at: datetime) -> None:
    """Progress is 0 while queued, 100 if and only if succeeded, and within 0 and 100 always."""
    seen = snapshot(job, at)
    assert 0 <= seen.progress <= 100
    assert (seen.progress == 100) == (seen.state is State.SUCCEEDED)
    assert seen.state is not State.QUEUED or seen.progress == 0


@given(jobs(), instants)
def test_events_equal_polls(job: Job, at: datetime) -> None:
    """A poll at any instant sees the state and stage of the last event up to it."""
    before = [seen for when, seen in events(job) if when <= at]
    seen = snapshot(job, at)
    assert before
    assert (before[-1].state, before[-1].stage) == (seen.state, seen.stage)


@given(jobs())
def test_an_event_is_the_first_instant_of_its_answer(job: Job) -> None:
    """At an event's instant the answer is the event's, and a microsecond earlier it is another."""
    for (_, earlier), (when, seen) in pairwise(events(job)):
        assert snapshot(job, when) == seen
        just_before = snapshot(job, when - GRAIN)
        assert (just_before.state, just_before.stage) == (earlier.state, earlier.stage)
        assert (earlier.state, earlier.stage) != (seen.state, seen.stage)


@given(jobs(), instants)
def test_wait_hints_are_never_negative_and_reach_zero_at_the_end(job: Job, at: datetime) -> None:
    """What is left to wait is never negative, nothing once over, and exactly right where an end is decided."""
    seen = snapshot(job, at)
    if seen.remaining is not None:
        assert seen.remaining >= timedelta(0)
        assert seen.state.is_terminal == (seen.remaining == timedelta(0))
        if not job.overrides and not seen.state.is_terminal:
            assert snapshot(job, at + seen.remaining).state.is_terminal
            assert not snapshot(job, at + seen.remaining - GRAIN).state.is_terminal


@given(jobs(), instants)
def test_the_end_is_where_the_terminal_state_begins(job: Job, at: datetime) -> None:
    """`end_of` is the instant from which, and not before which, a poll sees a terminal state."""
    end = end_of(job)
    assert snapshot(job, at).state.is_terminal == (end is not None and end <= at)


@given(jobs(overridden=False), instants, st.sampled_from(OverrideKind))
def test_a_turn_changes_nothing_before_its_instant(job: Job, at: datetime, kind: OverrideKind) -> None:
    """An override holds from its instant on; what was seen before stays seen."""
    overridden = job.overridden(Override(at, kind))
    assert snapshot(overridden, at - GRAIN) == snapshot(job, at - GRAIN)


@example(life(1, 2), CREATED + timedelta(seconds=2))
@given(jobs(overridden=False), instants)
def test_a_stalled_job_stands_still_for_good(job: Job, at: datetime) -> None:
    """After being stalled, a job shows what it showed at that instant, with no end in sight."""
    overridden = job.overridden(Override(at, OverrideKind.STALLED))
    then, later = snapshot(overridden, at), snapshot(overridden, at + timedelta(days=9))
    assert (then.state, then.stage, then.progress) == (later.state, later.stage, later.progress)


def test_the_boundary_belongs_to_the_later_state() -> None:
    """Intervals are half open."""
    job = life(1, 2)
    assert snapshot(job, CREATED + timedelta(seconds=1) - GRAIN).state is State.QUEUED
    assert snapshot(job, CREATED + timedelta(seconds=1)).state is State.RUNNING
    assert snapshot(job, CREATED + timedelta(seconds=3) - GRAIN).state is State.RUNNING
    assert snapshot(job, CREATED + timedelta(seconds=3)).state is State.SUCCEEDED


def test_a_stage_divides_its_state_evenly() -> None:
    """Two words for waiting: the first half of it says the first, the second half the second."""
    job = life(2, 2, stages=(2, 1))
    assert [seen.stage for _, seen in events(job)] == [0, 1, 0, 0]
    assert [(at - CREATED).total_seconds() for at, _ in events(job)] == [0, 1, 2, 4]


def test_a_poll_driven_job_waits_for_its_polls() -> None:
    """Before the poll that reaches the number, no length of time finishes it."""
    job = life(0, 0, polls=3)
    assert snapshot(job, CREATED + timedelta(days=1)).state is State.QUEUED
    assert snapshot(job._replace(polls=2), CREATED).state is State.RUNNING
