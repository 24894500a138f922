"""A rate limit as a pure value: a sliding log of the instants at which calls were admitted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` admitted calls in any stretch of `window`."""

    calls: int
    window: timedelta

    @property
    def seconds(self) -> int:
        """The window in whole seconds."""
        return int(self.window.total_seconds())


class Standing(NamedTuple):
    """How a key stands against a limit: what is left, and whole seconds until the oldest call leaves the window."""

    limit: Limit
    remaining: int
    reset_seconds: int
    is_admitted: bool


@dataclass(slots=True)
class Log:
    """The admitted instants of one key at one limit, oldest first; never more than the limit's number."""

    admitted: deque[datetime] = field(default_factory=deque)


def stand(log: Log, limit: Limit, now: datetime) -> Standing:
    """How a key stands at `now`, without a call."""
    admitted, edge = log.admitted, now - limit.window
    while admitted and admitted[0] <= edge:
        admitted.popleft()
    left = limit.calls - len(admitted)
    seconds = ceil((admitted[0] - edge).total_seconds()) if admitted else 0
    return Standing(limit, max(left, 0), seconds, left > 0)


def admit(log: Log, limit: Limit, now: datetime) -> Standing:
    """Admit a call at `now` if the limit allows it, and say how the key stands afterwards.

    A call leaves the window exactly `window` after it was admitted. A refused call is not logged, so waiting the whole
    `reset_seconds` always succeeds.
    """
    admitted, edge = log.admitted, now - limit.window
    while admitted and admitted[0] <= edge:
        admitted.popleft()
    left = limit.calls - len(admitted)
    if left > 0:
        admitted.append(now)
    return Standing(limit, max(left - 1, 0), ceil((admitted[0] - edge).total_seconds()), left > 0)
