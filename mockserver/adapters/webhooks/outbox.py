"""What the dispatcher keeps of one sandbox: the jobs it expects payloads of, what falls due when, and what was sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from mockserver.adapters.webhooks.address import Address, Target
from mockserver.domain.delivery import Delivery, Event, PayloadFunction, Record, untold
from mockserver.domain.job import AnyJob
from mockserver.ports import Clock


@dataclass(slots=True, eq=False)
class PendingAttempt:
    """One attempt at a delivery, packed. `made` is done when the attempt has ended, however it did."""

    outbox: Outbox
    delivery: Delivery
    number: int
    due: datetime
    address: Address
    body: bytes
    made: asyncio.Future[None]


@dataclass(slots=True, eq=False)
class Expected:
    """A job whose events are told: `coming` are those ahead, latest first, `told` counts those behind."""

    job: AnyJob
    webhook_payload: PayloadFunction
    coming: list[Event]
    told: int = 0
    last: Event | None = None
    ticket: int = -1

    def reread(self, job: AnyJob) -> None:
        """Read the events ahead off a job's new life."""
        self.job, self.coming = job, untold(job, self.last)[::-1]

    def tell(self) -> Event:
        """The next event, which is now behind."""
        self.last = self.coming.pop()
        self.told += 1
        return self.last


@dataclass(slots=True, eq=False)
class Outbox:
    """A sandbox's post. `heap` holds what is ahead by (instant, job's n, event, attempt, ticket); an expected job has
    one entry there, that of its next event, and an entry whose ticket is no longer the job's is void. `unmade` are the
    first attempts that fell due and have not ended, `fresh` those that fell due since the last call of `settled`.
    """

    clock: Clock
    records: deque[Record]
    sandbox: str
    jobs: dict[str, Expected] = field(default_factory=dict)
    heap: list[tuple[datetime, int, int, int, int, Expected | PendingAttempt]] = field(default_factory=list)
    tickets: Iterator[int] = field(default_factory=count)
    unmade: set[PendingAttempt] = field(default_factory=set)
    fresh: deque[PendingAttempt] = field(default_factory=deque)
    sending: set[Target] = field(default_factory=set)
    is_gone: bool = False
    waiting: asyncio.Task[None] | None = None
    waits_for: datetime | None = None

    @property
    def first(self) -> datetime | None:
        """The earliest instant at which something falls due."""
        return self.heap[0][0] if self.heap else None

    def schedule(self, expected: Expected) -> None:
        """Put a job's next event on the heap, in the place of what stood there for it."""
        expected.ticket = next(self.tickets)
        if expected.coming:
            at = expected.coming[-1][0]
            heappush(self.heap, (at, expected.job.n, expected.told, 0, expected.ticket, expected))

    def hold(self, pending: PendingAttempt, expected: Expected) -> None:
        """Put a pending attempt on the heap until it falls due."""
        key = (pending.due, expected.job.n, expected.told, pending.number, next(self.tickets))
        heappush(self.heap, (*key, pending))

    def due(self) -> Iterator[Expected | PendingAttempt]:
        """All that has fallen due, oldest instant first; what is put on the heap meanwhile comes in its turn."""
        now = self.clock.now()
        while self.heap and self.heap[0][0] <= now:
            *_, ticket, item = heappop(self.heap)
            if isinstance(item, PendingAttempt) or item.ticket == ticket:
                yield item
