"""The planned life of a job as lengths of time, and what a poll sees of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, NamedTuple

ZERO: Final = timedelta(0)
MICROSECOND: Final = timedelta(microseconds=1)


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
    """The life of a job, as lengths from its creation."""

    queued: timedelta | None
    """How long the job waits; None: for ever."""
    running: timedelta | None
    """How long it then runs; None: for ever."""
    end: State = State.SUCCEEDED
    """The state in which it ends."""
    stalls_at: float | None = None
    """The share of the run (0 to 1) at which progress stops for good; None: it does not stop."""
    stages: tuple[int, int] = (1, 1)
    """Into how many equal parts the provider divides waiting and running, where it has more than one word for them."""
    polls: int | None = None
    """When set, the job waits and runs by the polls that it has seen, and ends at the poll that reaches this number."""
    why: str = ""
    """The reason of a failure."""

    @property
    def total(self) -> timedelta | None:
        """The length from creation to the end; None when there is no end."""
        if self.queued is None or self.running is None or self.stalls_at is not None:
            return None
        return self.queued + self.running

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form; lengths are whole microseconds."""
        return {
            "queued": length_to_json(self.queued),
            "running": length_to_json(self.running),
            "end": self.end.value,
            "stalls_at": self.stalls_at,
            "stages": list(self.stages),
            "polls": self.polls,
            "why": self.why,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Timeline:
        """Return the timeline of a JSON form."""
        waiting, running = data["stages"]
        return cls(
            length_from_json(data["queued"]),
            length_from_json(data["running"]),
            State(data["end"]),
            data["stalls_at"],
            (waiting, running),
            data["polls"],
            data["why"],
        )


class Snapshot(NamedTuple):
    """What a poll sees."""

    state: State
    """The state."""
    stage: int
    """The part of the state, from 0; see `Timeline.stages`."""
    progress: int
    """The progress, 0 to 100."""
    since: datetime
    """The instant at which the state began."""
    remaining: timedelta | None
    """The length until the end: zero once it is there, None when no end is decided."""
    why: str = ""
    """The reason of a failure."""


def length_to_json(length: timedelta | None) -> int | None:
    """Return a length as whole microseconds."""
    return None if length is None else length // MICROSECOND


def length_from_json(microseconds: int | None) -> timedelta | None:
    """Return the length of so many microseconds."""
    return None if microseconds is None else microseconds * MICROSECOND
