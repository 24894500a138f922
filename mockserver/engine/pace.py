"""How long a job takes under each `--timing`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from mockserver.domain.chance import Draw
from mockserver.domain.order import Lengths, Pace

LONGEST_HOLD: Final = 30.0
"""What holds a request ends after so many seconds of real time."""


def quick(chance: Draw) -> Lengths:
    """0.5 to 1.5 s waiting, then 1.5 to 2.5 s running: two to four seconds in all."""
    return _milliseconds(500, 1000, chance.share(40)), _milliseconds(1500, 1000, chance.share(44))


def instant(_chance: Draw) -> Lengths:
    """Over at once: the first poll finds it finished."""
    return timedelta(0), timedelta(0)


def between(waiting: tuple[float, float], running: tuple[float, float]) -> Pace:
    """A pace whose lengths in seconds lie evenly between two bounds each."""

    def pace(chance: Draw) -> Lengths:
        (low, high), (least, most) = waiting, running
        return (
            _milliseconds(low * 1000, (high - low) * 1000, chance.share(40)),
            _milliseconds(least * 1000, (most - least) * 1000, chance.share(44)),
        )

    return pace


def _milliseconds(least: float, spread: float, share: float) -> timedelta:
    # Whole milliseconds, given as microseconds by position: three times as fast as by name.
    return timedelta(0, 0, 1000 * int(least + spread * share))


def lengths(timing: str, documented: Pace, chance: Draw) -> Lengths:
    """The lengths of a job under a timing of `mockserver.timings`."""
    if timing == "quick":
        return quick(chance)
    return documented(chance) if timing == "documented" else instant(chance)
