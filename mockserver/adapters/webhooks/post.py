"""The post: what falls due on the sandboxes' clocks becomes parcels, and each parcel one attempt at its target.

Nothing here decides an instant. They are `events(job)`, and the letter of an event is written when it falls due, so it
says what a poll at that instant sees. A sandbox has one waiting task while anything is ahead, however many jobs it has.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import orjson

from mockserver.adapters.webhooks.address import Allowed, NoAddress, address_of
from mockserver.adapters.webhooks.box import Box, Expected, Parcel
from mockserver.adapters.webhooks.lanes import Lanes
from mockserver.adapters.webhooks.sending import Unanswered, headers_for, post
from mockserver.domain.delivery import (
    ONCE,
    Attempt,
    Delivery,
    Herald,
    Letter,
    Moment,
    Plan,
    Record,
    Undeliverable,
    delivery_id,
)
from mockserver.domain.job import Job, State
from mockserver.domain.journal import Dispatch
from mockserver.engine.journal import Journal
from mockserver.ports import Clock, Time

PATIENCE_SECONDS: Final = 30.0
KEPT: Final = 1000

log = logging.getLogger("mockserver")


class Post:
    """The port `Courier`. `patience_seconds` is the real time that an attempt may take, `kept` how many records a
    sandbox keeps, `allow` the hosts beside loopback to which webhooks may go, `plan` the attempts at every delivery,
    `journal` the one of a sandbox in which attempts are noted (None: in none).
    """

    def __init__(
        self,
        time: Time,
        *,
        allow: Allowed = frozenset(),
        patience_seconds: float = PATIENCE_SECONDS,
        kept: int = KEPT,
        plan: Plan = ONCE,
        journal: Callable[[str], Journal | None] = lambda _sandbox: None,
    ) -> None:
        self._time, self._allow, self._patience, self._kept = time, allow, patience_seconds, kept
        self._plan, self._journal = plan, journal
        self._boxes: dict[str, Box] = {}
        self._lanes = Lanes(self._attempt)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def expect(self, sandbox: str, clock: Clock, job: Job, herald: Herald) -> None:
        """Take on the letters of a job's events; needs a running event loop. Raises nothing: the log has what fails."""
        if self._is_closed:
            return
        try:
            box = self._boxes.get(sandbox)
            if box is None:
                box = self._boxes[sandbox] = Box(clock, deque(maxlen=self._kept), sandbox)
            expected = box.jobs[job.id] = Expected(job, herald, [])
            self._read(box, expected, job)
        except Exception:
            log.exception("webhooks of job %s cannot be brought", job.id)

    def turned(self, sandbox: str, job: Job) -> None:
        """Read the later events of a turned job anew. Raises nothing."""
        box = self._boxes.get(sandbox)
        expected = box.jobs.get(job.id) if box is not None else None
        if box is None or expected is None:
            return
        try:
            self._read(box, expected, job)
        except Exception:
            log.exception("webhooks of job %s cannot be brought", job.id)

    def _read(self, box: Box, expected: Expected, job: Job) -> None:
        expected.reread(job)
        box.schedule(expected)
        self._deliver(box)

    def forget(self, sandbox: str) -> None:
        """Drop all that is expected, on its way and recorded of a sandbox, in one step whatever its number."""
        box = self._boxes.pop(sandbox, None)
        if box is not None:
            box.is_gone, box.heap = True, []
            if box.waiting is not None:
                box.waiting.cancel()
            self._lanes.break_off(box)

    def records(self, sandbox: str) -> Sequence[Record]:
        """The latest attempts that ended and deliveries that cannot be, oldest first."""
        box = self._boxes.get(sandbox)
        return () if box is None else tuple(box.records)

    def under_way(self, sandbox: str) -> int:
        """How many deliveries fell due whose first attempt has not ended."""
        box = self._boxes.get(sandbox)
        return 0 if box is None else len(box.unmade)

    async def settled(self, sandbox: str, within_seconds: float) -> list[str]:
        """Wait until the first attempt of all that fell due since the last call was made, at most so much real time.

        The ids of those that were made, in the order in which they fell due. To be called after every move of a clock
        and every turn of a job; what one call gave up waiting for does not delay the next. Where more than `kept` fell
        due between two calls, the oldest that were made are no longer listed.
        """
        box = self._boxes.get(sandbox)
        if box is None:
            return []
        self._deliver(box)
        fresh, box.fresh = box.fresh, deque()
        if fresh:
            await asyncio.wait([parcel.made for parcel in fresh], timeout=within_seconds)
        return [parcel.delivery.id for parcel in fresh if parcel.made.done() and not box.is_gone]

    async def aclose(self) -> None:
        """End all workers and all waiting at once."""
        self._is_closed = True
        for sandbox in list(self._boxes):
            self.forget(sandbox)
        await self._lanes.aclose()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _deliver(self, box: Box) -> None:
        """Hand out all that has fallen due, and wait for what is next."""
        for item in box.due():
            if isinstance(item, Expected):
                self._tell(box, item)
                continue
            if item.number == 1:
                box.unmade.add(item)
                self._note(box, item)
            self._lanes.put(item)
        first = box.first
        if first is not None and (box.waits_for is None or first < box.waits_for):
            if box.waiting is not None:
                box.waiting.cancel()
            box.waits_for = first
            box.waiting = asyncio.create_task(self._wait(box))
            self._tasks.add(box.waiting)
            box.waiting.add_done_callback(self._tasks.discard)

    def _note(self, box: Box, parcel: Parcel) -> None:
        """Remember a first attempt for the next call of `settled`, which may never come."""
        box.fresh.append(parcel)
        while len(box.fresh) > self._kept and box.fresh[0].made.done():
            box.fresh.popleft()

    async def _wait(self, box: Box) -> None:
        """Wait for each due instant in turn, while there is one."""
        while (first := box.first) is not None:
            box.waits_for = first
            await box.clock.wait_until(first)
            self._deliver(box)
        box.waiting = box.waits_for = None

    def _tell(self, box: Box, expected: Expected) -> None:
        """Pack the letter of a job's next event, if it has one, and schedule the event after it."""
        number = expected.told
        at, seen = expected.tell()
        job = expected.job
        if seen.state.is_terminal:
            del box.jobs[job.id]
        else:
            box.schedule(expected)
        id_ = delivery_id(job, number)
        try:
            letter = expected.herald(job, seen)
            if letter is not None:
                self._pack(box, expected, Delivery(id_, job.id, at, letter, self._planned(job, seen.state)))
        except Exception as error:
            log.exception("the letter of job %s cannot be written", job.id)
            why = f"the letter cannot be written: {type(error).__name__}: {error}"
            box.records.append(Undeliverable(Delivery(id_, job.id, at, Letter("", None)), why))

    def _planned(self, job: Job, state: State) -> Plan:
        """The attempts at a webhook about a job: its scenario's, else those at every delivery."""
        fate = job.fate
        return self._plan if fate is None or fate.webhooks is None else fate.webhooks(state, fate.number or 0)

    def _pack(self, box: Box, expected: Expected, delivery: Delivery) -> None:
        try:
            address = address_of(delivery.letter.url, self._allow)
        except NoAddress as error:
            log.info("webhook %s of job %s is undeliverable: %s", delivery.id, delivery.job, error.rule)
            box.records.append(Undeliverable(delivery, str(error)))
            return
        if not delivery.plan:
            box.records.append(Undeliverable(delivery, f"lost: scenario {_fate_of(expected.job)} makes no attempt"))
            return
        body = orjson.dumps(delivery.letter.body)
        for number, planned in enumerate(delivery.plan, 1):
            made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            parcel = Parcel(box, delivery, number, delivery.at + planned.after, address, body, made)
            box.hold(parcel, expected)

    async def _attempt(self, parcel: Parcel) -> None:
        box, address, body = parcel.box, parcel.address, parcel.body
        headers = headers_for(address, body)
        started = Moment(box.clock.now(), self._time.monotonic())
        dispatch = Dispatch(parcel.delivery, parcel.number, parcel.due, started, headers, body)
        journal = self._journal(box.sandbox)
        if journal is not None:
            journal.begin(dispatch)
        status, error = None, ""
        try:
            status = await post(address, headers, body, self._patience)
        except Unanswered as unanswered:
            error = str(unanswered)
        ended = Moment(box.clock.now(), self._time.monotonic())
        log.info("webhook %s of job %s: %s", parcel.delivery.id, parcel.delivery.job, status or error)
        delivery, number, due = parcel.delivery, parcel.number, parcel.due
        dispatch.attempt = attempt = Attempt(delivery, number, due, started, ended, headers, body, status, error)
        box.records.append(attempt)
        box.unmade.discard(parcel)
        if journal is not None:
            journal.wake()


def _fate_of(job: Job) -> str:
    return "" if job.fate is None else job.fate.name
