"""A fault: what goes wrong between a client and its job, at which of its calls. A value, chosen by the tester.

A scenario has a list of them. Of those that fit a call the first is applied; which call it is, is counted for each job
from 1 (creations, which come before there is a job: for each scenario and operation of a provider). No
fault touches the job's life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mockserver.domain.problem import ProblemKind


class FaultPoint(Enum):
    """Which of a client's calls a fault meets."""

    CREATION = "creation"
    POLL = "poll"
    FILE = "file"


class TransportFault(Enum):
    """A transport misbehaviour. The job is what it is; only its answer suffers."""

    DELAYED = "delayed"  # it comes late
    SILENT = "silent"  # it never comes: the connection ends when the client leaves, or after half a minute
    DROPPED = "dropped"  # the connection ends before its first byte
    RESET = "reset"  # the same, abruptly (RST)
    CUT = "cut"  # the connection ends within its body
    HTML = "html"  # a page of HTML, as of a proxy, stands in its place
    EMPTY = "empty"  # it has no body


REFUSALS: Final[Mapping[str, ProblemKind]] = {
    "limited": ProblemKind.LIMITED,
    "unauthorized": ProblemKind.UNAUTHENTICATED,
    "out-of-credits": ProblemKind.OUT_OF_CREDITS,
    "server-error": ProblemKind.CRASHED,
    "bad-gateway": ProblemKind.UPSTREAM,
    "overloaded": ProblemKind.UNAVAILABLE,
}
"""Refusals that a fault may put in an answer's place, in the provider's own words."""

WORDS: Final[Mapping[str, ProblemKind | TransportFault]] = {**REFUSALS, **{one.value: one for one in TransportFault}}
"""All that a fault can do, by the words under which scenario files say it and the journal shows it."""

_SPOKEN: Final = {does: word for word, does in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong (`does`) at which calls: those at `point` from the `first` to the `last` (None: to the end).

    `seconds` is how late a delayed answer comes, or what a refusal for the rate tells to wait, on the sandbox's clock;
    `share` how much of a cut body arrives (0 to 1). A refusal of a creation comes in the place of the job, or where
    `is_applied` of its answer only: the job is made.
    """

    point: FaultPoint
    does: ProblemKind | TransportFault
    first: int = 1
    last: int | None = None
    seconds: float = 1.0
    share: float = 0.5
    is_applied: bool = False

    @property
    def word(self) -> str:
        """Its name."""
        return _SPOKEN[self.does]

    def fits(self, point: FaultPoint, nth: int) -> bool:
        """Whether it meets the `nth` call at a place."""
        return self.point is point and self.first <= nth and (self.last is None or nth <= self.last)


def met(faults: Iterable[Fault], point: FaultPoint, nth: int) -> Fault | None:
    """The fault that the `nth` call at a place meets: the first that fits."""
    return next((one for one in faults if one.fits(point, nth)), None)
