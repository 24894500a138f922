"""A segment of a clock's life between two changes: what its hands do with the passing time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple


class ClockSegment(NamedTuple):
    """`base` is where the clock stood at the monotonic second `anchor`, `rate` what passes on it in a real second (0:
    it stands still).
    """

    base: datetime
    anchor: float
    rate: float

    def at(self, monotonic: float) -> datetime:
        """The clock's instant at a monotonic second, never before its base."""
        passed = (monotonic - self.anchor) * self.rate
        return self.base + timedelta(seconds=passed) if passed > 0 else self.base
