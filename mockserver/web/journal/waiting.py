"""Waiting for records: those that fit are counted as they come."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from heapq import heappop, heappush
from itertools import takewhile
from typing import cast

from mockserver.engine.journal import Journal
from mockserver.web.journal.filters import Filter, Record


class EndedRecords:
    """The number of records in a journal that fit a filter and have ended.

    Each record is looked at when it has come and, while it is under way, at each count; the others are not read again.
    """

    def __init__(self, journal: Journal, wanted: Filter) -> None:
        self._journal, self._wanted = journal, wanted
        self._entries: deque[Record] | None = None
        self._last = 0
        self._under_way: list[Record] = []
        self._ended: list[int] = []  # a heap of numbers

    def count(self) -> int:
        """Return how many there are now."""
        journal, entries = self._journal, cast("deque[Record]", self._journal.entries)
        if self._entries is not entries:  # the first count, or the journal was cleared
            self._entries, self._last, self._under_way, self._ended = entries, 0, [], []
        new = takewhile(lambda entry: entry.n > self._last, reversed(entries))
        waiting, self._under_way, self._last = [*self._under_way, *new], [], journal.last
        for entry in waiting:
            if not entry.is_over:
                self._under_way.append(entry)
            elif self._wanted.fits(entry):
                heappush(self._ended, entry.n)
        while self._ended and self._ended[0] < journal.first:
            heappop(self._ended)
        return len(self._ended)


async def wait_for(journal: Journal, wanted: Filter, count: int, timeout_seconds: float) -> None:
    """Return when so many records that fit have ended, or when the time has passed."""
    changed = asyncio.Event()
    ended = EndedRecords(journal, wanted)
    journal.watchers.append(changed.set)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while ended.count() < count:
                    await changed.wait()
                    changed.clear()
    finally:
        journal.watchers.remove(changed.set)
