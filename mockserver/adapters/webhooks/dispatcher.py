"""The post: what falls due on the sandboxes' clocks becomes pending attempts, and each pending attempt one attempt at
its target.

Nothing here decides an instant. They are `events(job)`, and the payload of an event is written when it falls due, so it
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
from mockserver.adapters.webhooks.outbox import Expected, Outbox, PendingAttempt
from mockserver.adapters.webhooks.sending import Unanswered, headers_for, post
from mockserver.adapters.webhooks.target_queues import TargetQueues
from mockserver.domain.delivery import (
    Attempt,
    Delivery,
    Moment,
    Payload,
    PayloadFunction,
    Record,
    Undeliverable,
    delivery_id,
)
from mockserver.domain.job import AnyJob, State
from mockserver.domain.journal import Dispatch
from mockserver.domain.webhook_plan import ONCE, Plan
from mockserver.engine.events import Events, EventType
from mockserver.engine.journal import Journal
from mockserver.ports import Clock, Time

PATIENCE_SECONDS: Final = 30.0
KEPT: Final = 1000

log = logging.getLogger("mockserver")


class WebhookDispatcher:
    """The port `Webhooks`. `patience_seconds` is the real time that an attempt may take, `kept` how many records a
    sandbox keeps, `allow` the hosts beside loopback to which webhooks may go, `plan` the attempts at every delivery,
    `journal` the one of a sandbox in which attempts are noted (None: in none), `events` tells of them.
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
        events: Events | None = None,
    ) -> None:
        self._time, self._allow, self._patience, self._kept = time, allow, patience_seconds, kept
        self._plan, self._journal, self._events = plan, journal, events or Events()
        self._outboxes: dict[str, Outbox] = {}
        self._queues = TargetQueues(self._attempt)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def expect(self, sandbox: str, clock: Clock, job: AnyJob, webhook_payload: PayloadFunction) -> None:
        """Take on the payloads of a job's events; needs a running loop. Raises nothing: the log has what fails."""
        if self._is_closed:
            return
        try:
            outbox = self._outboxes.get(sandbox)
            if outbox is None:
                outbox = self._outboxes[sandbox] = Outbox(clock, deque(maxlen=self._kept), sandbox)
            expected = outbox.jobs[job.id] = Expected(job, webhook_payload, [])
            self._read(outbox, expected, job)
        except Exception:
            log.exception("webhooks of job %s cannot be brought", job.id)

    def overridden(self, sandbox: str, job: AnyJob) -> None:
        """Read the later events of a turned job anew. Raises nothing."""
        outbox = self._outboxes.get(sandbox)
        expected = outbox.jobs.get(job.id) if outbox is not None else None
        if outbox is None or expected is None:
            return
        try:
            self._read(outbox, expected, job)
        except Exception:
            log.exception("webhooks of job %s cannot be brought", job.id)

    def _read(self, outbox: Outbox, expected: Expected, job: AnyJob) -> None:
        expected.reread(job)
        outbox.schedule(expected)
        self._deliver(outbox)

    def forget(self, sandbox: str) -> None:
        """Drop all that is expected, on its way and recorded of a sandbox, in one step whatever its number."""
        outbox = self._outboxes.pop(sandbox, None)
        if outbox is not None:
            outbox.is_gone, outbox.heap = True, []
            if outbox.waiting is not None:
                outbox.waiting.cancel()
            self._queues.break_off(outbox)

    def records(self, sandbox: str) -> Sequence[Record]:
        """The latest attempts that ended and deliveries that cannot be, oldest first."""
        outbox = self._outboxes.get(sandbox)
        return () if outbox is None else tuple(outbox.records)

    def under_way(self, sandbox: str) -> int:
        """How many deliveries fell due whose first attempt has not ended."""
        outbox = self._outboxes.get(sandbox)
        return 0 if outbox is None else len(outbox.unmade)

    async def settled(self, sandbox: str, within_seconds: float) -> list[str]:
        """Wait until the first attempt of all that fell due since the last call was made, at most so much real time.

        The ids of those that were made, in the order in which they fell due. To be called after every move of a clock
        and every turn of a job; what one call gave up waiting for does not delay the next. Where more than `kept` fell
        due between two calls, the oldest that were made are no longer listed.
        """
        outbox = self._outboxes.get(sandbox)
        if outbox is None:
            return []
        self._deliver(outbox)
        fresh, outbox.fresh = outbox.fresh, deque()
        if fresh:
            await asyncio.wait([pending.made for pending in fresh], timeout=within_seconds)
        return [pending.delivery.id for pending in fresh if pending.made.done() and not outbox.is_gone]

    async def aclose(self) -> None:
        """End all workers and all waiting at once."""
        self._is_closed = True
        for sandbox in list(self._outboxes):
            self.forget(sandbox)
        await self._queues.aclose()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _deliver(self, outbox: Outbox) -> None:
        """Hand out all that has fallen due, and wait for what is next."""
        for item in outbox.due():
            if isinstance(item, Expected):
                self._tell(outbox, item)
                continue
            if item.number == 1:
                outbox.unmade.add(item)
                self._note(outbox, item)
            self._queues.put(item)
        first = outbox.first
        if first is not None and (outbox.waits_for is None or first < outbox.waits_for):
            if outbox.waiting is not None:
                outbox.waiting.cancel()
            outbox.waits_for = first
            outbox.waiting = asyncio.create_task(self._wait(outbox))
            self._tasks.add(outbox.waiting)
            outbox.waiting.add_done_callback(self._tasks.discard)

    def _note(self, outbox: Outbox, pending: PendingAttempt) -> None:
        """Remember a first attempt for the next call of `settled`, which may never come."""
        outbox.fresh.append(pending)
        while len(outbox.fresh) > self._kept and outbox.fresh[0].made.done():
            outbox.fresh.popleft()

    async def _wait(self, outbox: Outbox) -> None:
        """Wait for each due instant in turn, while there is one."""
        while (first := outbox.first) is not None:
            outbox.waits_for = first
            await outbox.clock.wait_until(first)
            self._deliver(outbox)
        outbox.waiting = outbox.waits_for = None

    def _tell(self, outbox: Outbox, expected: Expected) -> None:
        """Pack the payload of a job's next event, if it has one, and schedule the event after it."""
        number = expected.told
        at, seen = expected.tell()
        job = expected.job
        if seen.state.is_terminal:
            del outbox.jobs[job.id]
        else:
            outbox.schedule(expected)
        id_ = delivery_id(job, number)
        try:
            payload = expected.webhook_payload(job, seen)
            if payload is not None:
                self._pack(outbox, expected, Delivery(id_, job.id, at, payload, self._planned(job, seen.state)))
        except Exception as error:
            log.exception("the payload of job %s cannot be written", job.id)
            why = f"the payload cannot be written: {type(error).__name__}: {error}"
            outbox.records.append(Undeliverable(Delivery(id_, job.id, at, Payload("", None)), why))

    def _planned(self, job: AnyJob, state: State) -> Plan:
        """The attempts at a webhook about a job: its scenario's, else those at every delivery."""
        plan = None if job.scenario is None else job.scenario.webhook_plan(state)
        return self._plan if plan is None else plan

    def _pack(self, outbox: Outbox, expected: Expected, delivery: Delivery) -> None:
        try:
            address = address_of(delivery.payload.url, self._allow)
        except NoAddress as error:
            log.info("webhook %s of job %s is undeliverable: %s", delivery.id, delivery.job, error.rule)
            outbox.records.append(Undeliverable(delivery, str(error)))
            return
        if not delivery.plan:
            outbox.records.append(
                Undeliverable(delivery, f"lost: scenario {_scenario_of(expected.job)} makes no attempt")
            )
            return
        body = orjson.dumps(delivery.payload.body)
        for number, planned in enumerate(delivery.plan, 1):
            made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            pending = PendingAttempt(outbox, delivery, number, delivery.at + planned.after, address, body, made)
            outbox.hold(pending, expected)

    async def _attempt(self, pending: PendingAttempt) -> None:
        outbox, address, body = pending.outbox, pending.address, pending.body
        headers = headers_for(address, body)
        started = Moment(outbox.clock.now(), self._time.monotonic())
        dispatch = Dispatch(pending.delivery, pending.number, pending.due, started, headers, body)
        journal = self._journal(outbox.sandbox)
        if journal is not None:
            journal.begin(dispatch)
        status, error = None, ""
        try:
            status = await post(address, headers, body, self._patience)
        except Unanswered as unanswered:
            error = str(unanswered)
        ended = Moment(outbox.clock.now(), self._time.monotonic())
        log.info("webhook %s of job %s: %s", pending.delivery.id, pending.delivery.job, status or error)
        delivery, number, due = pending.delivery, pending.number, pending.due
        dispatch.attempt = attempt = Attempt(delivery, number, due, started, ended, headers, body, status, error)
        outbox.records.append(attempt)
        outbox.unmade.discard(pending)
        if journal is not None:
            journal.wake()
        told = {"delivery": delivery.id, "job": delivery.job, "attempt": number, "status": status}
        self._events.publish(EventType.DELIVERY_ATTEMPTED, outbox.sandbox, ended.at, told)


def _scenario_of(job: AnyJob) -> str:
    return "" if job.scenario is None else job.scenario.name
