"""What a valid request asks of the engine, in terms that every provider shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from mockserver.domain.chance import Draw

Lengths = tuple[timedelta, timedelta]
"""How long a job waits, and how long it then runs."""

Pace = Callable[[Draw], Lengths]
"""The documented lengths of a job, drawn from its chance."""


class Names(NamedTuple):
    """The public names of a job: its id on the wire and, where its file goes by another stem, that one."""

    id: str
    alias: str = ""


class Order(NamedTuple):
    """A job asked for. `request` is the provider's own frozen value, `seed` what the client sent (None: drawn),
    `stages` into how many words the provider divides waiting and running, `timing` the one that a profile asks for
    whatever the sandbox's is (None: the sandbox's). `is_judged_first` says that the provider judges what is to be shown
    before it takes the job, so that moderation is a refusal and not a failure. `fails` is the reason for which the
    provider takes the job and yet cannot do it (empty: it can).
    """

    provider: str
    kind: str
    request: object
    name: Callable[[Draw], Names]
    documented: Pace
    seed: int | None = None
    stages: tuple[int, int] = (1, 1)
    timing: str | None = None
    is_judged_first: bool = False
    fails: str = ""
