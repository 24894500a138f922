"""The webhook dispatcher: what falls due on the sandboxes' clocks becomes pending attempts, and each of these one
attempt at its target.

Nothing here decides an instant. They are `events(job)`, and the payload of an event is written when it falls due, so it
says what a poll at that instant sees. A sandbox has one waiting task while anything is ahead, however many jobs it has.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from mockserver.adapters.webhooks.address import Allowed, NoAddress, address_of
from mockserver.adapters.webhooks.attempts import Attempts
from mockserver.adapters.webhooks.outbox import Expected, Outbox
from mockserver.adapters.webhooks.pending import PendingAttempt
from mockserver.adapters.webhooks.planning import pending_attempt, plan_attempts, plan_retry
from mockserver.adapters.webhooks.target_queues import TargetQueues
from mockserver.domain.delivery import (
    Attempt,
    Delivery,
    Payload,
    PayloadFunction,
    Record,
    Undeliverable,
    UnderWay,
    delivery_id,
)
from mockserver.domain.job import AnyJob, State
from mockserver.domain.webhook_message import message
from mockserver.domain.webhook_plan import ONCE, Plan, Try
from mockserver.domain.webhook_signature import key_of
from mockserver.engine.events import Events, EventType
from mockserver.engine.journal import Journal
from mockserver.ports import Clock, Time

PATIENCE_SECONDS: Final = 30.0
KEPT: Final = 1000
CLOSE_SECONDS: Final = 0.5
"""Real time for which a closing dispatcher waits for its tasks."""

log = logging.getLogger("mockserver")


class WebhookDispatcher:
    """The port `Webhooks`."""

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
        """`allow`: the hosts beside loopback to which webhooks may go. `kept`: how many records a sandbox keeps.
        `plan`: the attempts at a delivery whose job's scenario says nothing. `events` tells of attempts. The rest is
        for `Attempts`.
        """
        self._allow, self._kept, self._plan, self._events = allow, kept, plan, events or Events()
        self._keys: dict[str, tuple[bytes, ...]] = {}
        self._attempts = Attempts(time, patience_seconds, journal, lambda sandbox: self._keys.get(sandbox, ()))
        self._outboxes: dict[str, Outbox] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def expect(self, sandbox: str, clock: Clock, job: AnyJob, webhook_payload: PayloadFunction) -> None:
        """Take on the payloads of a job's events; needs a running loop. Raises nothing: the log has what fails."""
        if self._is_closed:
            return
        try:
            outbox = self._outboxes.get(sandbox)
            if outbox is None:
                outbox = self._outboxes[sandbox] = self._new_outbox(sandbox, clock)
            expected = outbox.jobs[job.id] = Expected(job, webhook_payload, [])
            self._read(outbox, expected, job)
        except Exception:
            log.exception("webhooks of job %s cannot be sent", job.id)

    def sign(self, sandbox: str, secrets: Sequence[str]) -> None:
        """Sign the attempts of a sandbox with these secrets from now on; none: sign them no more."""
        self._keys[sandbox] = tuple(map(key_of, secrets))

    def _new_outbox(self, sandbox: str, clock: Clock) -> Outbox:
        async def make(pending: PendingAttempt) -> None:
            await self._attempt(outbox, pending)

        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        outbox = Outbox(clock, deque(maxlen=self._kept), sandbox, TargetQueues(make, self._tasks), gone)
        return outbox

    def overridden(self, sandbox: str, job: AnyJob) -> None:
        """Read the later events of an overridden job anew. Raises nothing."""
        outbox = self._outboxes.get(sandbox)
        expected = outbox.jobs.get(job.id) if outbox is not None else None
        if outbox is None or expected is None:
            return
        try:
            self._read(outbox, expected, job)
        except Exception:
            log.exception("webhooks of job %s cannot be sent", job.id)

    def _read(self, outbox: Outbox, expected: Expected, job: AnyJob) -> None:
        expected.reread(job)
        outbox.schedule(expected)
        self._deliver(outbox)

    def forget(self, sandbox: str) -> None:
        """Drop all that is expected, on its way and recorded of a sandbox, in one step whatever its number."""
        self._keys.pop(sandbox, None)
        outbox = self._outboxes.pop(sandbox, None)
        if outbox is not None:
            outbox.gone.set_result(None)
            outbox.heap, outbox.open, outbox.given_up = [], {}, {}
            if outbox.waiting is not None:
                outbox.waiting.cancel()
            outbox.queues.cancel()

    def records(self, sandbox: str) -> Sequence[Record]:
        """The latest attempts that ended and deliveries that cannot be, oldest first."""
        outbox = self._outboxes.get(sandbox)
        return () if outbox is None else tuple(outbox.records)

    def under_way(self, sandbox: str) -> int:
        """How many attempts fell due and have not ended."""
        outbox = self._outboxes.get(sandbox)
        return 0 if outbox is None else len(outbox.given_up) + len(outbox.open)

    def attempts_under_way(self, sandbox: str) -> Sequence[UnderWay]:
        """The attempts that fell due and have not ended, in the order in which they fell due."""
        outbox = self._outboxes.get(sandbox)
        found = () if outbox is None else (*outbox.given_up, *outbox.open)
        return tuple(UnderWay(one.delivery, one.number, one.due) for one in found)

    async def settled(self, sandbox: str, within_seconds: float) -> list[str]:
        """Wait until every attempt that is due by now was made and recorded, at most so much real time: repeats, late
        ones, and the retries of those that fail meanwhile are among them.

        Returns the ids of the deliveries whose first attempt fell due since the last call and was made, in the order in
        which they fell due. To be called after every move of a clock and every override of a job; what one call gave up
        waiting for does not delay the next. Where more than `kept` fell due between two calls, the oldest that were
        made are no longer listed.
        """
        outbox = self._outboxes.get(sandbox)
        if outbox is None:
            return []
        self._deliver(outbox)
        fresh, outbox.fresh = outbox.fresh, deque()
        await self._made_by(outbox, outbox.clock.now(), within_seconds)
        return [pending.delivery.id for pending in fresh if pending.made.done() and not outbox.gone.done()]

    async def made_due(self, sandbox: str, within_seconds: float) -> None:
        """Wait as `settled` does; what fell due stays to be listed by it."""
        outbox = self._outboxes.get(sandbox)
        if outbox is not None:
            self._deliver(outbox)
            await self._made_by(outbox, outbox.clock.now(), within_seconds)

    async def _made_by(self, outbox: Outbox, now: datetime, within_seconds: float) -> None:
        """Wait until all that is due by an instant was made, or give up waiting for it."""
        try:
            async with asyncio.timeout(within_seconds):
                while not outbox.gone.done() and (pending := outbox.last_due(now)) is not None:
                    await asyncio.wait((pending.made, outbox.gone), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            outbox.given_up.update(outbox.open)
            outbox.open.clear()

    async def replay(self, sandbox: str, delivery: str, within_seconds: float) -> Attempt | None:
        """Make one more attempt at a recorded delivery now, as its provider would send it, and wait for its end at most
        so much real time: None where it is still under way. KeyError: no such delivery is recorded; NoAddress: it
        cannot be delivered.
        """
        outbox = self._outboxes.get(sandbox)
        found = outbox.find(delivery) if outbox is not None else None
        if outbox is None or found is None:
            raise KeyError(delivery)
        address = address_of(found.payload.url, self._allow)
        pending = pending_attempt(outbox.next_replay(found), found, Try(), outbox.clock.now(), address, (0, 0))
        pending.is_replay = True
        outbox.open[pending] = None
        outbox.queues.put(pending)
        await asyncio.wait((pending.made, outbox.gone), timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
        return pending.record

    async def aclose(self) -> None:
        """End all workers and all waiting at once; a task that does not end is left behind, and told of."""
        self._is_closed = True
        for sandbox in list(self._outboxes):
            self.forget(sandbox)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            _, left = await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
            if left:
                log.warning("%d tasks of webhooks do not end", len(left))

    def _deliver(self, outbox: Outbox) -> None:
        """Hand out all that has fallen due, and wait for what is next."""
        for item in outbox.due():
            if isinstance(item, Expected):
                self._tell(outbox, item)
                continue
            outbox.open[item] = None
            if item.number == 1:
                self._note(outbox, item)
            outbox.queues.put(item)
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
        """Write the payload of a job's next event, if it has one, and schedule the event after it."""
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
                delivery = Delivery(id_, job.id, at, payload, self._planned(job, seen.state))
                self._plan_attempts(outbox, delivery, job, expected.told)
        except Exception as error:
            log.exception("the payload of job %s cannot be written", job.id)
            why = f"the payload cannot be written: {type(error).__name__}: {error}"
            outbox.records.append(Undeliverable(Delivery(id_, job.id, at, Payload("", None)), why))

    def _planned(self, job: AnyJob, state: State) -> Plan:
        """The attempts at a webhook about a job: its scenario's, else those at every delivery."""
        plan = None if job.scenario is None else job.scenario.webhook_plan(state)
        return self._plan if plan is None else plan

    def _plan_attempts(self, outbox: Outbox, delivery: Delivery, job: AnyJob, told: int) -> None:
        """Plan the attempts at a delivery, or record why there are none."""
        try:
            address = address_of(delivery.payload.url, self._allow)
        except NoAddress as error:
            log.info("webhook %s of job %s is undeliverable: %s", delivery.id, delivery.job, error.rule)
            outbox.records.append(Undeliverable(delivery, str(error)))
            return
        if not delivery.plan:
            scenario = "" if job.scenario is None else job.scenario.name
            outbox.records.append(Undeliverable(delivery, f"lost: scenario {scenario} makes no attempt"))
            return
        message(delivery, (), (), 0)  # a payload that is no JSON is told of once, now
        plan_attempts(outbox, delivery, address, (job.n, told))

    async def _attempt(self, outbox: Outbox, pending: PendingAttempt) -> None:
        """Make one attempt, record it, and plan the retry that follows where it failed."""
        try:
            pending.record = record = await self._attempts.make(outbox.sandbox, outbox.clock, pending)
            outbox.records.append(record)
            self._publish(outbox.sandbox, record)
            if not record.is_received and not pending.is_replay:
                plan_retry(outbox, pending)
        finally:
            outbox.open.pop(pending, None)
            outbox.given_up.pop(pending, None)
            self._deliver(outbox)

    def _publish(self, sandbox: str, attempt: Attempt) -> None:
        """Publish the event of an attempt that has ended."""
        delivery = attempt.delivery
        told = {"delivery": delivery.id, "job": delivery.job, "attempt": attempt.number, "status": attempt.status}
        self._events.publish(EventType.DELIVERY_ATTEMPTED, sandbox, attempt.ended.at, told)
