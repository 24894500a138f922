"""A job is a value, and its state is read off it.

At submission the whole life of a job is decided: its `Timeline`. Two pure functions read that life:

* `snapshot(job, now)`: what a poll at the instant `now` sees;
* `events(job)`: the instants at which a poll would change its answer, and what it would then see.

They are one function read in two directions, so a webhook can never say what a poll does not. What happens to a job
after its submission (the poll that reaches N, an override from outside) is an `Override`: a fact with its instant,
appended to the job. No stored value has a field called state, status or progress.

Intervals are half open: at the boundary the later state holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

from mockserver.domain.scenario import Scenario
from mockserver.domain.timeline import ZERO, Snapshot, State, Timeline

__all__ = [
    "ZERO", "AnyJob", "Job", "Override", "OverrideKind", "Snapshot", "State", "Timeline",
    "end_of", "events", "snapshot",
]  # fmt: skip


class OverrideKind(Enum):
    """What can become of a job after its submission."""

    COMPLETED = "completed"
    FAILED = "failed"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Override:
    """A fact about a job with its instant."""

    at: datetime
    """From this instant on the job's life goes as `kind` says."""
    kind: OverrideKind
    """What becomes of the job."""
    why: str = ""
    """The reason of a failure, for the wire."""


R_co = TypeVar("R_co", covariant=True)
"""The provider's own frozen value of a request."""


class Job(NamedTuple, Generic[R_co]):
    """One generation that was asked for, as plain data: what it does is looked up by the names in it."""

    id: str
    """The id on the wire."""
    provider: str
    """The name of the provider."""
    kind: str
    """The id of the operation that made it."""
    n: int
    """The number of the submission in its sandbox, from 1."""
    created: datetime
    """The sandbox's instant of the creation."""
    timeline: Timeline
    """Its life as it was planned at the creation."""
    request: R_co
    """What was asked: the provider's own frozen value."""
    seed: int
    """The 32 bits that the picture is drawn from."""
    serial: int = 0
    """The number of the submission in the whole store: of all finished jobs the one with the lowest leaves first."""
    alias: str = ""
    """Another public name, the stem of its file; empty where there is none."""
    scenario: Scenario | None = None
    """The scenario that it was given."""
    overrides: tuple[Override, ...] = ()
    """What happened to it after the creation, in order."""
    polls: int = 0
    """How many polls it has seen, where its timeline goes by polls."""
    profile: frozenset[str] = frozenset()
    """The profile words under which it was made; a webhook tells of it under these."""
    files: str = ""
    """The origin of its links at the creation, without the prefix of a link that cannot be guessed."""

    price: Decimal | None = None
    """The US dollars that it costs at documented prices; None: no price is documented."""

    def overridden(self, override: Override) -> Job[R_co]:
        """Return the same job with one more fact."""
        return self._replace(overrides=(*self.overrides, override))


AnyJob = Job[Any]
"""A job of any provider."""


def _share(timeline: Timeline, ran: timedelta) -> float:
    """The share of the run done after `ran`, held where the job stalls."""
    share = ran / timeline.running if timeline.running else 0.0
    return share if timeline.stalls_at is None else min(share, timeline.stalls_at)


def _stage(count: int, spent: timedelta, length: timedelta | None) -> int:
    if count == 1 or not length:
        return 0
    return min(count - 1, int(count * (spent / length)))


def _by_polls(job: AnyJob) -> Snapshot:
    """A poll-driven job before its number is reached: one poll waiting, the others running."""
    timeline, needed = job.timeline, job.timeline.polls or 1
    if job.polls <= 1 and needed > 1:
        return Snapshot(State.QUEUED, 0, 0, job.created, None)
    progress = min(99, 100 * job.polls // needed)
    return Snapshot(State.RUNNING, timeline.stages[1] - 1, progress, job.created, None)


def _as_planned(job: AnyJob, now: datetime) -> Snapshot:
    """The snapshot of a life that no override has touched."""
    timeline = job.timeline
    if timeline.polls is not None:
        return _by_polls(job)
    age = now - job.created
    queued, running, total = timeline.queued, timeline.running, timeline.total
    if queued is None or age < queued:
        remaining = None if total is None else total - max(age, ZERO)
        return Snapshot(State.QUEUED, _stage(timeline.stages[0], age, queued), 0, job.created, remaining)
    if total is None or age < total:
        ran = age - queued
        progress = min(99, int(100 * _share(timeline, ran)))
        stage = _stage(timeline.stages[1], ran, running)
        return Snapshot(State.RUNNING, stage, progress, job.created + queued, None if total is None else total - age)
    # A failed job keeps the progress of its last running moment: it never falls, and 100 means success only.
    progress = 100 if timeline.end is State.SUCCEEDED else (99 if running else 0)
    return Snapshot(timeline.end, 0, progress, job.created + total, ZERO, timeline.why)


def snapshot(job: AnyJob, now: datetime) -> Snapshot:
    """What a poll at the instant `now` sees. Pure: reading changes nothing."""
    overrides = job.overrides
    if not overrides:
        return _as_planned(job, now)
    seen = _as_planned(job, min(now, overrides[0].at))
    for override in overrides:
        if override.at > now or seen.state.is_terminal:
            break
        seen = _after(override, seen)
    return seen


def _after(override: Override, seen: Snapshot) -> Snapshot:
    """Return what holds from an override on, given what was seen just before it."""
    if override.kind is OverrideKind.COMPLETED:
        return Snapshot(State.SUCCEEDED, 0, 100, override.at, ZERO)
    if override.kind is OverrideKind.FAILED:
        return Snapshot(State.FAILED, 0, seen.progress, override.at, ZERO, override.why)
    return seen._replace(remaining=None)


def _boundaries(job: AnyJob) -> Iterator[datetime]:
    """Every instant at which the planned life or an override may change the answer, in no order."""
    timeline = job.timeline
    yield job.created
    yield from (override.at for override in job.overrides)
    if timeline.polls is not None or timeline.queued is None:
        return
    yield from _parts(job.created, timeline.queued, timeline.stages[0])
    start = job.created + timeline.queued
    yield start
    if timeline.running is not None:
        yield from _parts(start, timeline.running, timeline.stages[1])
        if timeline.total is not None:
            yield job.created + timeline.total


def _parts(start: datetime, length: timedelta, count: int) -> Iterator[datetime]:
    """The inner boundaries of `count` equal parts; a microsecond late rather than early where they are uneven."""
    for part in range(1, count):
        at = start + length * part / count
        yield at if _stage(count, at - start, length) >= part else at + timedelta.resolution


def events(job: AnyJob) -> list[tuple[datetime, Snapshot]]:
    """The instants at which a poll would change its word, oldest first, each with what it would see.

    The first is the creation. Progress moves between events; state and stage do not.
    """
    found: list[tuple[datetime, Snapshot]] = []
    for at in sorted(set(_boundaries(job))):
        seen = snapshot(job, at)
        if not found or (seen.state, seen.stage) != (found[-1][1].state, found[-1][1].stage):
            found.append((at, seen))
    return found


def end_of(job: AnyJob) -> datetime | None:
    """The instant of the terminal state; None while no end is decided. Never read from a clock."""
    if not job.overrides:
        total = job.timeline.total
        return None if total is None or job.timeline.polls is not None else job.created + total
    last = events(job)[-1]
    return last[0] if last[1].state.is_terminal else None
