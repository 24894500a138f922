"""What the dispatcher keeps of one sandbox: the jobs it expects payloads of, what falls due when, and what was sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from mockserver.adapters.webhooks.pending import PendingAttempt
from mockserver.adapters.webhooks.target_queues import TargetQueues
from mockserver.domain.delivery import Delivery, Event, PayloadFunction, Record, untold
from mockserver.domain.job import AnyJob
from mockserver.ports import Clock


@dataclass(slots=True, eq=False)
class Expected:
    """A job whose events are told."""

    job: AnyJob
    webhook_payload: PayloadFunction
    coming: list[Event]
    """The events ahead, latest first."""
    told: int = 0
    """How many events are behind."""
    last: Event | None = None
    ticket: int = -1

    def reread(self, job: AnyJob) -> None:
        """Read the events ahead off a job's new life."""
        self.job, self.coming = job, untold(job, self.last)[::-1]

    def tell(self) -> Event:
        """Return the next event, which is now behind."""
        self.last = self.coming.pop()
        self.told += 1
        return self.last


@dataclass(slots=True, eq=False)
class Outbox:
    """The webhooks of one sandbox."""

    clock: Clock
    records: deque[Record]
    sandbox: str
    queues: TargetQueues
    gone: asyncio.Future[None]
    """Done when the sandbox was forgotten."""
    jobs: dict[str, Expected] = field(default_factory=dict)
    heap: list[tuple[datetime, int, int, int, int, Expected | PendingAttempt]] = field(default_factory=list)
    """What is ahead by (instant, job's n, event, attempt, ticket). An expected job has one entry, that of its next
    event; an entry whose ticket is no longer the job's is void.
    """
    tickets: Iterator[int] = field(default_factory=count)
    open: dict[PendingAttempt, None] = field(default_factory=dict)
    """The attempts that fell due and have not ended, in the order in which they fell due."""
    given_up: dict[PendingAttempt, None] = field(default_factory=dict)
    """Those of them for which a move of the clock has given up waiting: the next one does not wait again."""
    fresh: deque[PendingAttempt] = field(default_factory=deque)
    """The first attempts that fell due since the last call of `settled`."""
    replays: dict[str, int] = field(default_factory=dict)
    """How many replays of a delivery were asked for, by its id."""
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

    def hold(self, pending: PendingAttempt) -> None:
        """Put a pending attempt on the heap until it falls due."""
        heappush(self.heap, (pending.due, *pending.rank, pending.number, next(self.tickets), pending))

    def due(self) -> Iterator[Expected | PendingAttempt]:
        """Give all that has fallen due, oldest instant first; what is put on the heap meanwhile comes in its order."""
        now = self.clock.now()
        while self.heap and self.heap[0][0] <= now:
            *_, ticket, item = heappop(self.heap)
            if isinstance(item, PendingAttempt) or item.ticket == ticket:
                yield item

    def last_due(self, now: datetime) -> PendingAttempt | None:
        """Return the last open attempt that is due by an instant: those before it end sooner."""
        return next((one for one in reversed(self.open) if one.due <= now), None)

    def find(self, delivery: str) -> Delivery | None:
        """Return the delivery of this id among the records."""
        return next((one.delivery for one in reversed(self.records) if one.delivery.id == delivery), None)

    def next_replay(self, delivery: Delivery) -> int:
        """Return the number of a new replay: those of the plan come before it."""
        nth = self.replays[delivery.id] = self.replays.get(delivery.id, 0) + 1
        return len(delivery.plan) + nth
