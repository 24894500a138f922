"""A webhook as a value: what is to be sent, where, and when it fell due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mockserver.domain.job import Job, Snapshot


@dataclass(frozen=True, slots=True)
class Letter:
    """What a provider sends at one event of a job: a JSON body for a URL."""

    url: str
    body: object


Herald = Callable[[Job, Snapshot], "Letter | None"]
"""The letter that a provider sends at an event of a job; None where it sends none."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter that fell due. `id` repeats under the same seed; `at` is the sandbox's instant of the event."""

    id: str
    job: str
    at: datetime
    letter: Letter
