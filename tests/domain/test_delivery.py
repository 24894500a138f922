"""What is told of a job: each event once, in order, and always what a poll at that instant sees."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings

from mockserver.domain.delivery import Event, delivery_id, untold
from mockserver.domain.job import Job, Override, OverrideKind, State, Timeline, events, snapshot
from tests.domain.timelines import CREATED, jobs, overrides

EVER = CREATED + timedelta(days=1)
plain = jobs(overridden=False)


def word_of(event: Event) -> tuple[datetime, State, int]:
    return event[0], event[1].state, event[1].stage


def apply_to(job: Job, steps: tuple[Override, ...]) -> tuple[Job, list[Event]]:
    """A job that takes these turns, and the events told on the way: each as soon as it is due."""
    told: list[Event] = []

    def tell(until: datetime) -> None:
        told.extend(event for event in untold(job, told[-1] if told else None) if event[0] <= until)

    for turn in steps:
        tell(turn.at)
        job = job.overridden(turn)
    tell(EVER)
    return job, told


@settings(deadline=None)
@given(plain)
def test_of_a_life_without_turns_all_events_are_told(job: Job) -> None:
    assert untold(job, None) == events(job)
    assert apply_to(job, ())[1] == events(job)


@settings(deadline=None)
@given(plain, overrides)
def test_no_event_is_told_twice_and_none_out_of_order(job: Job, steps: tuple[Override, ...]) -> None:
    _, told = apply_to(job, steps)
    assert len(set(map(word_of, told))) == len(told)
    assert [at for at, _ in told] == sorted(at for at, _ in told)


@settings(deadline=None)
@given(plain, overrides)
def test_the_events_of_the_life_that_was_lived_are_all_told(job: Job, steps: tuple[Override, ...]) -> None:
    job, told = apply_to(job, steps)
    assert set(map(word_of, events(job))) <= set(map(word_of, told))


@settings(deadline=None)
@given(plain, overrides)
def test_what_is_told_last_is_what_a_poll_sees_for_ever(job: Job, steps: tuple[Override, ...]) -> None:
    job, told = apply_to(job, steps)
    final = snapshot(job, EVER)
    assert (told[-1][1].state, told[-1][1].stage) == (final.state, final.stage)


@settings(deadline=None)
@given(plain, overrides)
def test_nothing_is_told_after_the_end(job: Job, steps: tuple[Override, ...]) -> None:
    _, told = apply_to(job, steps)
    assert not any(seen.state.is_terminal for _, seen in told[:-1])


def test_a_turn_at_the_instant_of_an_event_is_an_event_of_its_own() -> None:
    job = Job("j", "p", "k", 1, CREATED, Timeline(timedelta(seconds=5), timedelta(seconds=5)), None, 0)
    created = events(job)[0]
    failed = job.overridden(Override(CREATED, OverrideKind.FAILED))
    assert [(at, seen.state) for at, seen in untold(failed, created)] == [(CREATED, State.FAILED)]
    assert untold(failed, events(failed)[-1]) == []


def test_delivery_ids_repeat_and_are_never_shared() -> None:
    job = Job("j", "p", "k", 1, CREATED, Timeline(None, None), None, 0)
    others = [job, job._replace(id="i"), job._replace(provider="q"), job._replace(id="\udc00")]
    ids = [delivery_id(one, number) for one in others for number in range(3)]
    assert len(set(ids)) == len(ids)
    assert ids[0] == delivery_id(job._replace(overrides=(Override(CREATED, OverrideKind.STALLED),)), 0)
    assert ids[0] == "whd_2a786fc6680a1c89ee7e"
