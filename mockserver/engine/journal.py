"""The journal of a sandbox: a ring bounded in count and bytes, and the bound on the bytes of all rings together.

Records come by the thousand and are seldom read. So one that has ended is only put on a pile, and the pile is settled
(each record made what is kept of it, weighed and given room) when it is high enough, when somebody reads, or, which is
up to whoever ends a record, a moment later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from mockserver.domain.redaction import Print

KEPT: Final = 1000
KEPT_BYTES: Final = 4_000_000
ALL_BYTES: Final = 64_000_000
PILE: Final = 32
STRAYS: Final = 64
_NEVER: Final = (0, 0)


class Entry(Protocol):
    """A record as the ring sees it: its number, the `epoch` of the journal in which it began, its bytes."""

    n: int
    epoch: int
    size: int

    def settle(self) -> int:
        """Make it what is kept of it, once it has ended; about how many bytes that takes."""
        ...


class Budget:
    """The bytes that all journals of a server take together. Beyond `most`, the journals written to longest ago give
    up theirs, until a tenth is free.
    """

    def __init__(self, most: int = ALL_BYTES) -> None:
        self.most, self.used, self.stamp = most, 0, 0
        self.journals: set[Journal] = set()

    def shed(self) -> None:
        """Bring all down to nine tenths of the bound."""
        for journal in sorted(self.journals, key=lambda one: one.stamp):
            while self.used > self.most * 0.9 and journal.shed():
                pass


class Journal:
    """The numbered sequence of one sandbox, from 1 after every reset. `entries` are the latest, `first` the number of
    the oldest that is kept, `last` that of the youngest. `watchers` are called whenever one has ended.
    """

    def __init__(
        self, budget: Budget | None = None, *, is_on: bool = True, kept: int = KEPT, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self.budget, self.is_on, self.kept, self.kept_bytes = budget or Budget(), is_on, kept, kept_bytes
        self.watchers: list[Callable[[], None]] = []
        self.entries: deque[Entry] = deque()
        self.pile: list[Entry] = []
        self.strays: dict[Print, None] = {}
        self.first, self.last, self.used = 1, 0, 0
        self.epoch = self.stamp = 0
        self._told: dict[tuple[str, str], tuple[int, int]] = {}

    def begin(self, entry: Entry) -> None:
        """Give a record its number and keep it."""
        self.last = entry.n = self.last + 1
        entry.epoch, entry.size = self.epoch, 0
        self.entries.append(entry)

    def end(self, entry: Entry) -> bool:
        """A record has ended. Returns whether the pile begins with it: `settle` is to be called before long."""
        pile = self.pile
        pile.append(entry)
        if self.watchers:
            self._tell()
        if len(pile) < PILE:
            return len(pile) == 1
        self.settle()
        return False

    def settle(self) -> None:
        """Settle what has ended, oldest first, and make room."""
        pile, self.pile = self.pile, []
        for entry in pile:
            if entry.epoch == self.epoch and entry.n >= self.first:
                entry.size = entry.settle()
                self.used += entry.size
                self.budget.used += entry.size
        while len(self.entries) > self.kept or self.used > self.kept_bytes:
            self.shed()
        if self.entries:
            self.budget.journals.add(self)
            self.budget.stamp = self.stamp = self.budget.stamp + 1
        if self.budget.used > self.budget.most:
            self.budget.shed()

    def shed(self) -> bool:
        """Drop the oldest record; whether there was one."""
        if not self.entries:
            return False
        gone = self.entries.popleft()
        self.first += 1
        self.used -= gone.size
        self.budget.used -= gone.size
        return True

    def counted(self, n: int, job: str, operation: str) -> int:
        """The how-manieth exchange of an operation about a job record `n` is; counted anew when none of them is kept."""
        told, key = self._told, (job, operation)
        count, at = told.get(key, _NEVER)
        count = count + 1 if at >= self.first else 1
        told[key] = (count, n)
        if len(told) > 2 * self.kept:
            self._told = {key: one for key, one in told.items() if one[1] >= self.first}
        return count

    def stray(self, prints: tuple[Print, ...]) -> None:
        """Remember how a key looks that stood where it does not belong: what echoes it later must not show it."""
        for one in prints:
            self.strays[one] = None
        while len(self.strays) > STRAYS:
            del self.strays[next(iter(self.strays))]

    def clear(self) -> None:
        """Forget everything in one step; the next number is 1 again. What is under way is in no journal any more."""
        self.budget.used -= self.used
        self.budget.journals.discard(self)
        self.entries, self.pile, self.strays, self._told = deque(), [], {}, {}
        self.first, self.last, self.used = 1, 0, 0
        self.epoch += 1
        self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()
