"""The parts of scenarios: tables of pure functions by name, and the values that stand in for a name.

A built-in scenario names its parts, a composed one may name them too or give the values. Every function is handed the
scenario's number (0 where it has none).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from mockserver.domain.fault import Fault, FaultPoint, TransportFault
from mockserver.domain.file_change import FileChange
from mockserver.domain.problem import ProblemKind
from mockserver.domain.timeline import State, Timeline

MODERATED: Final = "moderated"
"""The reason of a failure that providers put into words of their own for moderation."""


@dataclass(frozen=True, slots=True)
class TimelineChange:
    """Values that replace those of a timeline; None and the empty text leave the usual one."""

    queued_seconds: float | None = None
    running_seconds: float | None = None
    ends: State | None = None
    """SUCCEEDED or FAILED."""
    stalls_at: float | None = None
    """The share of the run (0 to 0.99) at which progress stops."""
    polls: int | None = None
    """The poll that finds the job done."""
    why: str = ""
    """The reason of a failure."""
    output_lag_polls: int = 0
    """So many polls tell that the job succeeded before one tells its output."""

    def apply_to(self, timeline: Timeline) -> Timeline:
        """Return the timeline with these values."""
        queued, running = self.queued_seconds, self.running_seconds
        return timeline._replace(
            queued=timeline.queued if queued is None else timedelta(seconds=queued),
            running=timeline.running if running is None else timedelta(seconds=running),
            end=self.ends or timeline.end,
            stalls_at=timeline.stalls_at if self.stalls_at is None else self.stalls_at,
            polls=timeline.polls if self.polls is None else self.polls,
            why=self.why or timeline.why,
        )


def _slow(timeline: Timeline, times: float) -> Timeline:
    queued, running = timeline.queued or timedelta(0), timeline.running or timedelta(0)
    return timeline._replace(queued=queued * times, running=running * times)


def _polls(timeline: Timeline, number: float) -> Timeline:
    return timeline._replace(queued=timedelta(0), running=timedelta(0), polls=max(1, int(number)))


def _stuck(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(queued=None)


def _stalled(timeline: Timeline, percent: float) -> Timeline:
    return timeline._replace(stalls_at=min(max(percent, 0.0), 99.0) / 100)


def _fails_in_queue(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(running=timedelta(0), end=State.FAILED)


def _fails(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(end=State.FAILED)


def _moderated(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(end=State.FAILED, why=MODERATED)


TIMELINE_CHANGES: Final[Mapping[str, Callable[[Timeline, float], Timeline]]] = {
    "slow": _slow,
    "polls": _polls,
    "stuck-in-queue": _stuck,
    "stalled": _stalled,
    "fails-in-queue": _fails_in_queue,
    "fails-in-processing": _fails,
    "moderated": _moderated,
}

FILE_CHANGES: Final[Mapping[str, Callable[[float], FileChange]]] = {
    "links-lag": lambda seconds: FileChange(lag_seconds=seconds),
    "links-expire": lambda seconds: FileChange(expires_seconds=seconds),
    "truncated-clip": lambda percent: FileChange(share=min(percent, 100.0) / 100),
    "wrong-content-type": lambda _: FileChange(content_type="text/html"),
}


def _at_polls(does: ProblemKind | TransportFault) -> Callable[[float], tuple[Fault, ...]]:
    """Return a fault of so many polls from the second on: the first tells a client that all is well."""
    return lambda count: (Fault(FaultPoint.POLL, does, first=2, last=1 + max(1, int(count))),)


def _at_once(
    point: FaultPoint, does: ProblemKind | TransportFault, *, is_applied: bool = False
) -> Callable[[float], tuple[Fault, ...]]:
    """Return a fault of the first so many calls."""
    return lambda count: (Fault(point, does, last=max(1, int(count)), is_applied=is_applied),)


_HARMLESS: Final = (
    TransportFault.DROPPED, TransportFault.RESET, TransportFault.CUT_HEAD, TransportFault.CUT_AFTER_HEAD,
    TransportFault.CUT, TransportFault.CUT_RESET, TransportFault.CLOSING, TransportFault.INFORMATIONAL,
    TransportFault.LENGTH_MISSING, TransportFault.CHUNKED, TransportFault.CHUNKED_UNENDED,
)  # fmt: skip
"""Faults of polls and files that a client survives which asks again after a broken answer."""
_PASSING: Final = (ProblemKind.LIMITED, ProblemKind.CRASHED, ProblemKind.UPSTREAM, ProblemKind.UNAVAILABLE)
"""Refusals that a client survives which asks again later."""


def _hostile(percent: float) -> tuple[Fault, ...]:
    """Return each fault that a good client survives, at so many percent of its calls."""

    def rows(point: FaultPoint, *kinds: ProblemKind | TransportFault, **own: Any) -> list[Fault]:
        """`own`: the members that these kinds take."""
        chance = min(percent, 100.0) / 100
        return [Fault(point, does, probability=chance, **own) for does in kinds]

    return (
        *rows(FaultPoint.CREATION, *_PASSING),
        *rows(FaultPoint.POLL, *_PASSING, *_HARMLESS, TransportFault.HTML, TransportFault.EMPTY),
        *rows(FaultPoint.POLL, TransportFault.TRUNCATED, TransportFault.MALFORMED),
        *rows(FaultPoint.POLL, TransportFault.SLICED, size=64),
        *rows(FaultPoint.POLL, TransportFault.STATUS, status=524),
        *rows(FaultPoint.FILE, *_PASSING, *_HARMLESS, TransportFault.RANGE_IGNORED, TransportFault.ETAG_CHANGED),
        *rows(FaultPoint.FILE, TransportFault.STATUS, status=504),
        *rows(FaultPoint.FILE, TransportFault.REDIRECT, status=307, location="here"),
    )


def _everywhere(seconds: float) -> tuple[Fault, ...]:
    return tuple(Fault(point, TransportFault.DELAYED, seconds=seconds) for point in ANSWERED)


ANSWERED: Final = (FaultPoint.CREATION, FaultPoint.POLL, FaultPoint.FILE)
"""The fault points at which we answer a client."""

FAULT_LISTS: Final[Mapping[str, Callable[[float], tuple[Fault, ...]]]] = {
    "limited-creation": _at_once(FaultPoint.CREATION, ProblemKind.LIMITED),
    "limited-polls": _at_polls(ProblemKind.LIMITED),
    "failing-polls": _at_polls(ProblemKind.CRASHED),
    "unauthorized-polls": lambda _: (Fault(FaultPoint.POLL, ProblemKind.UNAUTHENTICATED, first=2),),
    "dropped-creation": _at_once(FaultPoint.CREATION, TransportFault.DROPPED),
    "failed-creation": _at_once(FaultPoint.CREATION, ProblemKind.CRASHED, is_applied=True),
    "dropped-polls": _at_polls(TransportFault.DROPPED),
    "cut-polls": _at_polls(TransportFault.CUT),
    "silent-polls": _at_polls(TransportFault.SILENT),
    "html-polls": _at_polls(TransportFault.HTML),
    "slow-answers": _everywhere,
    "failing-file": _at_once(FaultPoint.FILE, ProblemKind.UNAVAILABLE),
    "cut-file": _at_once(FaultPoint.FILE, TransportFault.CUT),
    "hostile": _hostile,
}
