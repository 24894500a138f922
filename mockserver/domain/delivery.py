"""A webhook as values: what is to be sent where, when it fell due, and how the attempts at it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final

from mockserver.domain.job import AnyJob, Snapshot, State, events
from mockserver.domain.webhook_plan import ONCE, Plan

SETTLE_SECONDS: Final = 5.0
"""Real time for which an answer waits for webhooks that are due."""

Event = tuple[datetime, Snapshot]
"""An instant at which a poll would change its word, and what it would then see."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a provider sends at one event of a job: a JSON body for a URL."""

    url: str
    body: object


PayloadFunction = Callable[[AnyJob, Snapshot], "Payload | None"]
"""The payload that a provider sends at an event of a job; None where it sends none."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A payload that fell due. `id` repeats under the same seed; `at` is the sandbox's instant of the event."""

    id: str
    job: str
    at: datetime
    payload: Payload
    plan: Plan = ONCE


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: the sandbox's instant, and the machine's monotonic seconds."""

    at: datetime
    monotonic: float


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """What a target answered before its body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    """Pairs in the order and with the case in which they came."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was made and ended."""

    delivery: Delivery
    number: int
    """From 1, in the order of the plan; replays follow."""
    due: datetime
    """The sandbox's instant at which it was to start."""
    started: Moment
    ended: Moment
    headers: tuple[tuple[str, str], ...]
    """The headers that were sent."""
    body: bytes
    """The bytes that were sent."""
    answer: AnswerHead | None
    """What the target answered; None when there was no whole answer, and then `error` says why."""
    error: str = ""
    is_replay: bool = False
    """Whether somebody asked for it, beside the plan."""

    @property
    def status(self) -> int | None:
        """What the target answered; None when there was no whole answer."""
        return None if self.answer is None else self.answer.status

    @property
    def is_received(self) -> bool:
        """Whether the target answered with 2xx: then no retry follows."""
        return self.answer is not None and 200 <= self.answer.status < 300


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A delivery at which no attempt was made, and why."""

    delivery: Delivery
    why: str


Record = Attempt | Undeliverable


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An attempt that fell due and has not ended."""

    delivery: Delivery
    number: int
    due: datetime


def delivery_id(job: AnyJob, number: int) -> str:
    """The id of the delivery at a job's event; `number` counts the events told of that job from 0."""
    text = f"{job.provider}\0{job.id}\0{number}".encode("utf-8", "surrogatepass")
    return "whd_" + blake2b(text, digest_size=10).hexdigest()


def untold(job: AnyJob, last: Event | None) -> list[Event]:
    """The events of a job that follow `last`, the latest one told (None: none was), oldest first.

    A turn may replace an event at its very instant: what then holds is an event of its own.
    """
    found = events(job)
    if last is None:
        return found
    at, seen = last
    return [one for one in found if one[0] > at or (one[0] == at and _word(one[1]) != _word(seen))]


def _word(seen: Snapshot) -> tuple[State, int]:
    return seen.state, seen.stage
