"""A rate limit as a pure value: a sliding log of the instants at which calls were admitted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

_NONE: Final = timedelta(0)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` admitted calls in any span of `window`."""

    calls: int
    window: timedelta

    @property
    def seconds(self) -> int:
        """The window in whole seconds, rounded up."""
        return -(-self.window // _SECOND)


class Standing(NamedTuple):
    """How a key stands against a limit: what is left, and the exact length until the oldest call leaves the window.

    It is rounded where it is told, once, after the clock has made it a length of the client's.
    """

    limit: Limit
    remaining: int
    reset: timedelta
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
    return Standing(limit, max(left, 0), admitted[0] - edge if admitted else _NONE, left > 0)


def admit(log: Log, limit: Limit, now: datetime) -> Standing:
    """Admit a call at `now` if the limit allows it, and say how the key stands afterwards.

    A call leaves the window exactly `window` after it was admitted. A refused call is not logged, so waiting for
    the whole `reset` always succeeds.
    """
    admitted, edge = log.admitted, now - limit.window
    while admitted and admitted[0] <= edge:
        admitted.popleft()
    left = limit.calls - len(admitted)
    if left > 0:
        admitted.append(now)
    return Standing(limit, max(left - 1, 0), admitted[0] - edge, left > 0)
