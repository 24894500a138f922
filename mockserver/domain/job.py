"""A job is a value, and its state is read off it.

At submission the whole life of a job is decided: its `Timeline`. Two pure functions read that life:

* `snapshot(job, now)`: what a poll at the instant `now` sees;
* `events(job)`: the instants at which a poll would change its answer, and what it would then see.

They are one function read in two directions, so a webhook can never say what a poll does not. What happens to a job
after its submission (the poll that reaches N, a scenario turned from outside) is a `Override`: a fact with its instant,
appended to the job. No stored value has a field called state, status or progress.

Intervals are half open: at the boundary the later state holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mockserver.domain.scenario import Scenario

ZERO: Final = timedelta(0)


class State(Enum):
    """Our words for the life of a job; the words on the wire are the provider's."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing can follow this state."""
        return self in _TERMINAL


_TERMINAL: Final = frozenset({State.SUCCEEDED, State.FAILED})


class Timeline(NamedTuple):
    """The life of a job, as lengths from its creation.

    `queued`: how long it waits, None for ever. `running`: how long it then runs, None for ever. `end`: what it ends in.
    `stalls_at`: the share of the run (0 to 1) at which progress stops for good. `stages`: into how many equal parts the
    provider divides its waiting and its running, when it has more words than one for them. `polls`: when set, the job
    waits and runs by the polls that it has seen, and becomes a timed one at the poll that reaches this number. `why`
    is the reason of a failure.
    """

    queued: timedelta | None
    running: timedelta | None
    end: State = State.SUCCEEDED
    stalls_at: float | None = None
    stages: tuple[int, int] = (1, 1)
    polls: int | None = None
    why: str = ""

    @property
    def total(self) -> timedelta | None:
        """From creation to the end; None when there is none."""
        if self.queued is None or self.running is None or self.stalls_at is not None:
            return None
        return self.queued + self.running


class OverrideKind(Enum):
    """The kinds of turn that a life can take after submission."""

    COMPLETED = "completed"
    FAILED = "failed"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Override:
    """A fact about a job with its instant: from `at` on its life goes as `kind` says. `why` is for the wire."""

    at: datetime
    kind: OverrideKind
    why: str = ""


class Job(NamedTuple):
    """One generation asked for. `request` is the provider's own frozen value; `seed` the picture's 32 bits.

    `kind` is the operation that made it, `alias` another public name of it (the stem of its file), `n` the number of
    the submission in its sandbox and `serial` the one on its server, `scenario` the scenario it was given, `polls` how
    many polls a poll-driven timeline has seen. `profile` holds the profile words under which it was made, `files` the
    origin of its links at that moment: what a webhook needs, which no later call may change.
    """

    id: str
    provider: str
    kind: str
    n: int
    created: datetime
    timeline: Timeline
    request: object
    seed: int
    serial: int = 0
    alias: str = ""
    scenario: Scenario | None = None
    overrides: tuple[Override, ...] = ()
    polls: int = 0
    profile: frozenset[str] = frozenset()
    files: str = ""

    def overridden(self, turn: Override) -> Job:
        """The same job with one more fact."""
        return self._replace(overrides=(*self.overrides, turn))


class Snapshot(NamedTuple):
    """What a poll sees. `progress` is 0 to 100, `stage` counts within the state, `since` is when the state began,
    `remaining` the length until the end (zero once there, None when no end is decided).
    """

    state: State
    stage: int
    progress: int
    since: datetime
    remaining: timedelta | None
    why: str = ""


def _share(timeline: Timeline, ran: timedelta) -> float:
    """The share of the run done after `ran`, held where the job stalls."""
    share = ran / timeline.running if timeline.running else 0.0
    return share if timeline.stalls_at is None else min(share, timeline.stalls_at)


def _stage(count: int, spent: timedelta, length: timedelta | None) -> int:
    if count == 1 or not length:
        return 0
    return min(count - 1, int(count * (spent / length)))


def _by_polls(job: Job) -> Snapshot:
    """A poll-driven job before its number is reached: one poll waiting, the others running."""
    timeline, needed = job.timeline, job.timeline.polls or 1
    if job.polls <= 1 and needed > 1:
        return Snapshot(State.QUEUED, 0, 0, job.created, None)
    progress = min(99, 100 * job.polls // needed)
    return Snapshot(State.RUNNING, timeline.stages[1] - 1, progress, job.created, None)


def _as_planned(job: Job, now: datetime) -> Snapshot:
    """The snapshot of a life that no turn has touched."""
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


def snapshot(job: Job, now: datetime) -> Snapshot:
    """What a poll at the instant `now` sees. Pure: reading changes nothing."""
    overrides = job.overrides
    if not overrides:
        return _as_planned(job, now)
    seen = _as_planned(job, min(now, overrides[0].at))
    for turn in overrides:
        if turn.at > now or seen.state.is_terminal:
            break
        seen = _after(turn, seen)
    return seen


def _after(turn: Override, seen: Snapshot) -> Snapshot:
    """What holds from a turn on, given what was seen just before it."""
    if turn.kind is OverrideKind.COMPLETED:
        return Snapshot(State.SUCCEEDED, 0, 100, turn.at, ZERO)
    if turn.kind is OverrideKind.FAILED:
        return Snapshot(State.FAILED, 0, seen.progress, turn.at, ZERO, turn.why)
    return seen._replace(remaining=None)


def _boundaries(job: Job) -> Iterator[datetime]:
    """Every instant at which the planned life or a turn may change the answer, in no order."""
    timeline = job.timeline
    yield job.created
    yield from (turn.at for turn in job.overrides)
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


def events(job: Job) -> list[tuple[datetime, Snapshot]]:
    """The instants at which a poll would change its word, oldest first, each with what it would see.

    The first is the creation. Progress moves between events; state and stage do not.
    """
    found: list[tuple[datetime, Snapshot]] = []
    for at in sorted(set(_boundaries(job))):
        seen = snapshot(job, at)
        if not found or (seen.state, seen.stage) != (found[-1][1].state, found[-1][1].stage):
            found.append((at, seen))
    return found


def end_of(job: Job) -> datetime | None:
    """The instant of the terminal state; None while no end is decided. Never read from a clock."""
    if not job.overrides:
        total = job.timeline.total
        return None if total is None or job.timeline.polls is not None else job.created + total
    last = events(job)[-1]
    return last[0] if last[1].state.is_terminal else None
