"""The events of a server: what happened, told to whoever listens.

A subscriber has a bounded queue. One that does not keep up loses the oldest events and is told which; it never holds up
anybody. While nobody listens nothing is made, numbered or kept.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import dropwhile
from typing import Final

KEPT: Final = 1000
"""How many events are kept for subscribers that come back, and at most for each that lags."""
LINGER_SECONDS: Final = 30.0
"""How long events are still kept, in real time, after the last subscriber has left: it may come back."""


class EventType(Enum):
    """What happened."""

    JOB_CREATED = "job.created"
    JOB_OVERRIDDEN = "job.overridden"
    JOB_ENDED = "job.ended"
    DELIVERY_ATTEMPTED = "delivery.attempted"
    EXCHANGE_RECORDED = "exchange.recorded"
    SANDBOX_CONFIGURED = "sandbox.configured"
    SANDBOX_RESET = "sandbox.reset"
    SANDBOX_CLOSED = "sandbox.closed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a sandbox."""

    id: int
    """Its number on this server; later events have higher ones."""
    type: EventType
    """What happened."""
    sandbox: str
    """The digest of the sandbox."""
    at: datetime | None
    """The sandbox's instant; None where the sandbox is gone."""
    data: Mapping[str, object]
    """What more there is to tell, as JSON values; no key is in it."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Events that a subscriber does not get."""

    first: int
    """The number of the first."""
    last: int
    """The number of the last; those between may belong to other sandboxes."""
    count: int | None
    """How many there were; None where nobody knows, because nobody listened or they are no longer kept."""


class Subscription:
    """The events of one sandbox, or of all, for one subscriber. Close it when it is not read any more."""

    def __init__(self, leave: Callable[[Subscription], None], sandbox: str | None, most: int) -> None:
        """`leave` is called when it is closed; `sandbox` None: of all; `most` bounds what waits to be read."""
        self._leave, self._sandbox, self._most = leave, sandbox, most
        self._queue: deque[Event] = deque()
        self._missed: Missed | None = None
        self._changed = asyncio.Event()
        self.is_closed = False

    def offer(self, event: Event) -> None:
        """Put an event into the queue, if it is of this sandbox; the oldest leaves where it is full."""
        if self._sandbox is not None and event.sandbox != self._sandbox:
            return
        if len(self._queue) >= self._most:
            gone, before = self._queue.popleft().id, self._missed
            counted = None if before is not None and before.count is None else (before.count or 0 if before else 0) + 1
            self._missed = Missed(gone if before is None else before.first, gone, counted)
        self._queue.append(event)
        self._changed.set()

    def miss(self, missed: Missed) -> None:
        """Tell of events that were missed before the first."""
        self._missed = missed
        self._changed.set()

    def take(self) -> Event | Missed | None:
        """Return the next event, or first what was missed before it; None when there is none yet."""
        if self._missed is not None:
            missed, self._missed = self._missed, None
            return missed
        return self._queue.popleft() if self._queue else None

    async def wait(self) -> None:
        """Return when there is something to take, or when the subscription is closed."""
        while not (self._queue or self._missed is not None or self.is_closed):
            self._changed.clear()
            await self._changed.wait()

    def close(self) -> None:
        """Leave. Whoever waits returns."""
        if not self.is_closed:
            self.is_closed = True
            self._changed.set()
            self._leave(self)


@dataclass(slots=True)
class Events:
    """The one stream of a server. Lives in one event loop."""

    kept: int = KEPT
    """How many events are kept, and how many wait for a subscriber at most."""
    is_open: bool = False
    """Whether somebody listens, or did a moment ago. Look here before you make the data of an event."""
    last: int = 0
    """The number of the last event."""
    on_shut: list[Callable[[], None]] = field(default_factory=list)
    """Called when the last one has been gone for a while."""
    _recent: deque[Event] = field(default_factory=deque)
    _subscribers: list[Subscription] = field(default_factory=list)
    _shutting: asyncio.TimerHandle | None = None

    def publish(self, type: EventType, sandbox: str, at: datetime | None, data: Mapping[str, object]) -> None:  # noqa: A002
        """Tell all who listen that something happened; does nothing while nobody does."""
        if not self.is_open:
            return
        self.last += 1
        event = Event(self.last, type, sandbox, at, data)
        self._recent.append(event)
        if len(self._recent) > self.kept:
            self._recent.popleft()
        for subscriber in self._subscribers:
            subscriber.offer(event)

    def subscribe(self, sandbox: str | None = None, after: int | None = None) -> Subscription:
        """Return a subscription to the events of a sandbox (None: of all) from now on.

        `after` is the number of the last event that the subscriber has seen: those since then that are still kept come
        first, and it is told of those that are not.
        """
        made = Subscription(self._leave, sandbox, self.kept)
        if self._shutting is not None:
            self._shutting.cancel()
            self._shutting = None
        if not self.is_open:
            self._open()
        if after is not None:
            self._catch_up(made, after)
        self._subscribers.append(made)
        return made

    def close(self) -> None:
        """End every subscription at once: the server stops."""
        for subscriber in self._subscribers[:]:
            subscriber.close()
        if self._shutting is not None:
            self._shutting.cancel()
        self._shut()

    def _open(self) -> None:
        self.is_open = True
        self.last += 1  # a number that no event has: whoever saw an earlier one has missed what nobody counted

    def _catch_up(self, made: Subscription, after: int) -> None:
        first = self._recent[0].id if self._recent else self.last + 1
        if after > self.last:  # a number of another run of this server
            made.miss(Missed(1, self.last, None))
        elif after < first - 1:
            made.miss(Missed(after + 1, first - 1, None))
        for event in dropwhile(lambda one: one.id <= after, list(self._recent)):
            made.offer(event)

    def _leave(self, subscriber: Subscription) -> None:
        self._subscribers.remove(subscriber)
        if not self._subscribers and self.is_open:
            self._shutting = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._shut)

    def _shut(self) -> None:
        self._shutting = None
        if self.is_open:
            self.is_open = False
            self._recent.clear()
            for told in self.on_shut:
                told()
