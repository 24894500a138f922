"""The journal of a sandbox: a ring bounded in count and bytes, and the bound on the bytes of all rings together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from mockserver.domain.journal import Entry, Exchange
from mockserver.domain.redaction import Print

KEPT: Final = 1000
KEPT_BYTES: Final = 4_000_000
ALL_BYTES: Final = 64_000_000
STRAYS: Final = 64


class Budget:
    """The bytes that all journals of a server take together. Beyond `most`, the journals written to longest ago give
    up theirs, until a tenth is free.
    """

    def __init__(self, most: int = ALL_BYTES) -> None:
        self.most, self.used = most, 0
        self._journals: dict[Journal, None] = {}
        self._serial = 0

    def join(self, journal: Journal) -> None:
        """Count a journal's bytes from now on."""
        self._journals[journal] = None

    def leave(self, journal: Journal) -> None:
        """Count them no longer."""
        self._journals.pop(journal, None)

    def stamp(self) -> int:
        """A number that grows with every record."""
        self._serial += 1
        return self._serial

    def shed(self) -> None:
        """Bring all down to nine tenths of the bound."""
        for journal in sorted(self._journals, key=lambda one: one.stamp):
            while self.used > self.most * 0.9 and journal.shed():
                pass
            if self.used <= self.most * 0.9:
                return


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
        self.strays: dict[Print, None] = {}
        self.first, self.last, self.used = 1, 0, 0
        self.epoch = self.stamp = 0
        self._polls: dict[tuple[str, str], int] = {}
        self.budget.join(self)

    def begin(self, entry: Entry) -> None:
        """Give a record its number and keep it."""
        self.last += 1
        entry.n, entry.epoch, entry.size = self.last, self.epoch, 0
        self.entries.append(entry)
        if len(self.entries) > self.kept:
            self.shed()

    def end(self, entry: Entry) -> None:
        """A record is complete: weigh it, make room for it, and tell those who wait."""
        if entry.epoch == self.epoch and entry.n >= self.first:
            entry.size = size = entry.weight
            self.used += size
            self.budget.used += size
            self.stamp = self.budget.stamp()
            while self.used > self.kept_bytes:
                self.shed()
            if self.budget.used > self.budget.most:
                self.budget.shed()
        if self.watchers:
            self._tell()

    def shed(self) -> bool:
        """Drop the oldest record; whether there was one."""
        if not self.entries:
            return False
        gone = self.entries.popleft()
        self.first = gone.n + 1
        self.used -= gone.size
        self.budget.used -= gone.size
        if isinstance(gone, Exchange) and gone.nth:
            key = (gone.job, gone.operation)
            if self._polls.get(key) == gone.nth:
                del self._polls[key]
        return True

    def counted(self, job: str, operation: str) -> int:
        """The how-manieth exchange of an operation about a job this one is. Begins anew when none of them is kept."""
        key = (job, operation)
        self._polls[key] = count = self._polls.get(key, 0) + 1
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
        self.entries, self.strays, self._polls = deque(), {}, {}
        self.first, self.last, self.used = 1, 0, 0
        self.epoch += 1
        self._tell()

    def close(self) -> None:
        """Clear it for good."""
        self.clear()
        self.budget.leave(self)

    def _tell(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()
