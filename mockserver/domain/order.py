"""What a valid request asks of the engine, in terms that every provider shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar

from mockserver.domain.chance import Draw

Lengths = tuple[timedelta, timedelta]
"""How long a job waits, and how long it then runs."""

Pace = Callable[[Draw], Lengths]
"""The documented lengths of a job, drawn from its chance."""


R_co = TypeVar("R_co", covariant=True)
"""The provider's own frozen value of a request."""


class Names(NamedTuple):
    """The public names of a job."""

    id: str
    """The id on the wire."""
    alias: str = ""
    """The stem of its file, where that is another one; else empty."""


class Order(NamedTuple, Generic[R_co]):
    """A job that is asked for."""

    provider: str
    """The name of the provider."""
    kind: str
    """The id of the operation."""
    request: R_co
    """What was asked: the provider's own frozen value."""
    name: Callable[[Draw], Names]
    """Draws the public names of the job."""
    documented: Pace
    """Draws the lengths that the provider documents."""
    seed: int | None = None
    """The seed that the client sent; None: it is drawn."""
    stages: tuple[int, int] = (1, 1)
    """Into how many words the provider divides waiting and running."""
    timing: str | None = None
    """The timing that a profile asks for whatever the sandbox's is; None: the sandbox's."""
    is_judged_first: bool = False
    """Whether the provider judges what is to be shown before it takes the job, so that moderation is a refusal."""
    fails: str = ""
    """The reason for which the provider takes the job and yet cannot do it; empty: it can."""
