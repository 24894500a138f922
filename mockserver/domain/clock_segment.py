"""A clock as values: what its hands do between two changes, and all that it is at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple


class ClockSegment(NamedTuple):
    """What the hands of a clock do between two changes."""

    base: datetime
    """Where the clock stood at the monotonic second `anchor`."""
    anchor: float
    """The monotonic second of the last change."""
    rate: float
    """What passes on the clock in a real second; 0: it stands still."""

    def at(self, monotonic: float) -> datetime:
        """Return the clock's instant at a monotonic second, never before its base."""
        passed = (monotonic - self.anchor) * self.rate
        return self.base + timedelta(seconds=passed) if passed > 0 else self.base


class ClockState(NamedTuple):
    """All that a clock is."""

    base: datetime
    """Where it stood at the monotonic second `anchor`."""
    anchor: float
    """The monotonic second of the last change."""
    rate: float
    """How many of its seconds pass in a real one, once it is not frozen."""
    is_frozen: bool
    """Whether it stands still."""
    start: datetime | None
    """The instant at which a reset makes it begin anew; None: the wall's."""
    began: datetime
    """The instant at which it began: when it was made, or last reset."""

    def to_json(self, epoch: datetime) -> dict[str, Any]:
        """Return the JSON form; `epoch` is the wall's instant at monotonic second 0 of this process."""
        return {
            "base": self.base.isoformat(),
            "anchor": (epoch + timedelta(seconds=self.anchor)).isoformat(),
            "rate": self.rate,
            "frozen": self.is_frozen,
            "start": None if self.start is None else self.start.isoformat(),
            "began": self.began.isoformat(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], epoch: datetime) -> ClockState:
        """Return the state in its JSON form, in a process whose monotonic second 0 was at `epoch`.

        A live clock has gone on between the two processes, a frozen one stands where it stood.
        """
        anchor = (datetime.fromisoformat(data["anchor"]) - epoch).total_seconds()
        start = None if data["start"] is None else datetime.fromisoformat(data["start"])
        return cls(
            datetime.fromisoformat(data["base"]),
            anchor,
            data["rate"],
            data["frozen"],
            start,
            datetime.fromisoformat(data["began"]),
        )
