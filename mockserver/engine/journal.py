"""The journal of a sandbox: a ring bounded in count and bytes, and the bound on the bytes of all rings together.

Records come by the thousand and most are dropped unread. So one that has ended is only put down, and settled (made what
is kept of it, and weighed) when somebody reads, or a moment later if the ring still has it by then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from mockserver.domain.redaction import Fingerprint

KEPT: Final = 1000
KEPT_BYTES: Final = 4_000_000
ALL_BYTES: Final = 64_000_000
STRAYS: Final = 64
SHARED: Final = 64
_NEVER: Final = (0, 0)


class Entry(Protocol):
    """A record as the ring sees it: its number, and the bytes that it takes (0: it is not settled)."""

    n: int
    size: int

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        ...

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
    """The numbered sequence of one sandbox, from 1 after every reset. `entries` are the latest, `last` is the number of
    the youngest. `watchers` are called whenever one has ended.
    """

    def __init__(
        self, budget: Budget | None = None, *, is_on: bool = True, kept: int = KEPT, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self.budget, self.is_on, self.kept, self.kept_bytes = budget or Budget(), is_on, kept, kept_bytes
        self.watchers: list[Callable[[], None]] = []
        self.entries: deque[Entry] = deque(maxlen=kept)
        self.other_keys: dict[Fingerprint, None] = {}
        self.last = self.used = self.stamp = self._unsettled = 0
        self._alike: dict[bytes, bytes] = {}
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    @property
    def first(self) -> int:
        """The number of the oldest record that is kept; one beyond the last where there is none."""
        return self.last - len(self.entries) + 1

    def begin(self, entry: Entry) -> None:
        """Give a record its number and keep it; the oldest leaves."""
        self.last = entry.n = self.last + 1
        self.entries.append(entry)

    def end(self, size: int) -> bool:
        """A record of so many bytes has ended. Whether it is the first since all were settled: see to it that they are
        settled again.
        """
        if self.watchers:
            self.wake()
        before, self._unsettled = self._unsettled, self._unsettled + size + 1
        if self._unsettled > self.kept_bytes:
            self.settle()
            return False
        return not before

    def shared(self, text: bytes) -> bytes:
        """A text of a record that has ended, as an earlier one holds it that is not settled yet.

        Clients say the same again and again: a thousand copies would push out of the processor's cache what each call
        needs.
        """
        found = self._alike.get(text)
        if found is None:
            if len(self._alike) >= SHARED:
                self._alike.clear()
            found = self._alike[text] = text
        return found

    def settle(self, most: int = KEPT) -> bool:
        """Settle at most so many of the records that have ended, oldest first; whether all are settled."""
        for entry in self.entries:
            if not entry.size and entry.is_over:
                if not most:
                    return False
                entry.size = entry.settle()
                most -= 1
        self._unsettled = 0
        self._alike.clear()
        self._weigh()
        while self.used > self.kept_bytes:
            self.shed()
        if self.entries:
            self.budget.journals.add(self)
            self.budget.stamp = self.stamp = self.budget.stamp + 1
        if self.budget.used > self.budget.most:
            self.budget.shed()
        return True

    def _weigh(self) -> None:
        used = sum(entry.size for entry in self.entries)
        self.budget.used += used - self.used
        self.used = used

    def shed(self) -> bool:
        """Drop the oldest record; whether there was one."""
        if not self.entries:
            return False
        gone = self.entries.popleft()
        self.used -= gone.size
        self.budget.used -= gone.size
        return True

    def counted(self, n: int, job: str, operation: str) -> int:
        """Count record `n` as an exchange of an operation about a job; return its number among them, from 1.

        The count starts again when none of them is kept. What left the ring before it was settled is not counted.
        """
        counts, key = self._counts, (job, operation)
        count, at = counts.get(key, _NEVER)
        count = count + 1 if at >= self.first else 1
        counts[key] = (count, n)
        if len(counts) > 2 * self.kept:
            self._counts = {key: one for key, one in counts.items() if one[1] >= self.first}
        return count

    def stray(self, prints: tuple[Fingerprint, ...]) -> None:
        """Remember how a key looks that stood where it does not belong: what echoes it later must not show it."""
        for one in prints:
            self.other_keys[one] = None
        while len(self.other_keys) > STRAYS:
            del self.other_keys[next(iter(self.other_keys))]

    def clear(self) -> None:
        """Forget everything in one step; the next number is 1 again. What is under way is in no journal any more."""
        self.budget.used -= self.used
        self.budget.journals.discard(self)
        self.entries, self.other_keys, self._counts, self._alike = deque(maxlen=self.kept), {}, {}, {}
        self.last = self.used = self._unsettled = 0
        self.wake()

    def wake(self) -> None:
        """Tell those who wait that something has ended."""
        for watcher in tuple(self.watchers):
            watcher()
