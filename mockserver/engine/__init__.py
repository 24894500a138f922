"""The verbs: submit, poll, override, reset. They know jobs, sandboxes and ports; no provider and no wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar

from mockserver.domain.job import AnyJob, Job, Override, OverrideKind, State, Timeline, snapshot
from mockserver.domain.order import Order
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.scenario import Scenario
from mockserver.engine.changes import MemberChange, NotLoaded
from mockserver.engine.endings import Endings
from mockserver.engine.events import Events, EventType, Subscription
from mockserver.engine.pace import lengths
from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Conflict, Store, Webhooks

T = TypeVar("T")
R = TypeVar("R")


class Engine:
    """Jobs of all providers, over the sandboxes of one store.

    The verbs are parts of a unit of work, which `work` runs; nothing in it waits.
    """

    def __init__(self, store: Store[Sandbox], webhooks: Webhooks, events: Events | None = None) -> None:
        """Keep jobs in a store; `webhooks` sends them, `events` tells of what happens (None: nobody listens)."""
        self.store = store
        self.webhooks = webhooks
        self.events = events or Events()
        self._endings = Endings(self._current, self._ended)
        store.on_close.append(self._closed)
        self.events.on_shut.append(self._endings.clear)

    async def work(
        self, sandbox: Sandbox, steps: Callable[[Sandbox], T], again: Callable[[Sandbox], None] | None = None
    ) -> T:
        """Run one unit of work on a sandbox and commit it; return what it gives.

        `steps` is run again on what it missed, or on fresh state when it met a conflict; `again` is called before that.
        Where it raises anything else, nothing of it is committed.
        """
        while True:
            try:
                result = steps(sandbox)
                if sandbox.changes:
                    await self.store.commit(sandbox)
            except (NotLoaded, Conflict) as error:
                sandbox.undo()
                if isinstance(error, NotLoaded):
                    await self.store.fetch(sandbox, error.table.value, error.key)
                else:
                    sandbox = await self.store.fresh(sandbox)
                if again is not None:
                    again(sandbox)
            except BaseException:
                sandbox.undo()
                raise
            else:
                if sandbox.after:
                    _settle(sandbox)
                return result

    def submit(
        self,
        sandbox: Sandbox,
        order: Order[R],
        now: datetime,
        scenario: Scenario | None = None,
        *,
        profile: frozenset[str] = frozenset(),
        files: str = "",
        price: Decimal | None = None,
    ) -> Job[R] | Problem:
        """Decide a job's whole life and keep it; a problem when its scenario, or a full store, turns it away.

        `scenario` is its scenario; None: the sandbox's next. `profile`, `files` and `price` are kept on the job.
        """
        if scenario is None:
            scenario = sandbox.next_scenario()
        refused = scenario.refuses or (scenario.judged if order.is_judged_first else None)
        if refused is not None:
            return Problem(refused, f"scenario {scenario.name}", detail={"scenario": scenario.name})
        shared = sandbox.shared
        if shared is not None and not shared.make_room():
            text = f"the store holds {shared.max_jobs} unfinished jobs, its most (--max-jobs)"
            return Problem(ProblemKind.UNAVAILABLE, text)
        chance = sandbox.next_draw()
        names = order.name(chance.more("unguessable") if scenario.is_opaque else chance)
        waiting, running = lengths(scenario.timing or order.timing or sandbox.timing, order.documented, chance)
        end = State.FAILED if order.fails else State.SUCCEEDED
        job = Job(
            id=names.id,
            alias=names.alias,
            provider=order.provider,
            kind=order.kind,
            n=chance.n,
            serial=0 if shared is None else shared.next_serial(),
            created=now,
            timeline=scenario.apply_to(Timeline(waiting, running, end, stages=order.stages, why=order.fails)),
            request=order.request,
            seed=chance.integer(32, 4) if order.seed is None else order.seed,
            scenario=scenario,
            profile=profile,
            files=files,
            price=price,
        )
        sandbox.put_job(job)
        if self.events.is_open:
            told = {"job": job.id, "provider": job.provider, "operation": job.kind, "scenario": scenario.name}
            self._tell(sandbox, EventType.JOB_CREATED, told)
            sandbox.after.append(partial(self._endings.expect, sandbox.digest, sandbox.clock, job))
        return job

    def polled(self, sandbox: Sandbox, job: Job[R], now: datetime) -> Job[R]:
        """Count a poll of a job that lives by its polls; the one that reaches the number is a fact with its instant."""
        counted = job._replace(polls=job.polls + 1)
        sandbox.put_job(counted)
        if counted.polls < (job.timeline.polls or 0) or job.overrides:
            return counted
        kind = OverrideKind.COMPLETED if job.timeline.end is State.SUCCEEDED else OverrideKind.FAILED
        return self.override(sandbox, counted, Override(now, kind, job.timeline.why))

    def override(self, sandbox: Sandbox, job: Job[R], override: Override) -> Job[R]:
        """Append a fact to a job's life; return the job with it."""
        overridden = job.overridden(override)
        sandbox.put_job(overridden)
        sandbox.after.append(partial(self.webhooks.overridden, sandbox.digest, overridden))
        if self.events.is_open:
            told = {"job": job.id, "provider": job.provider, "override": override.kind.value, "why": override.why}
            self._tell(sandbox, EventType.JOB_OVERRIDDEN, told)
            sandbox.after.append(partial(self._endings.expect, sandbox.digest, sandbox.clock, overridden))
        return overridden

    def configure(self, sandbox: Sandbox, changes: Iterable[Callable[[Sandbox], None]]) -> None:
        """Make changes of what a sandbox is set to."""
        noted = len(sandbox.changes)
        for change in changes:
            change(sandbox)
        if self.events.is_open:
            members = [one.member for one in sandbox.changes[noted:] if isinstance(one, MemberChange)]
            told = ["journal" if one == "keeps_journal" else one for one in dict.fromkeys(members)]
            self._tell(sandbox, EventType.SANDBOX_CONFIGURED, {"members": told})

    def reset(self, sandbox: Sandbox) -> int:
        """Forget what a sandbox accumulated and start its clock anew; return how many jobs that were."""
        sandbox.after.append(partial(self.webhooks.forget, sandbox.digest))
        count = sandbox.forget()
        sandbox.moving().restart()
        if self.events.is_open:
            self._tell(sandbox, EventType.SANDBOX_RESET, {"jobs_forgotten": count})
            sandbox.after.append(partial(self._endings.forget, sandbox.digest))
        return count

    # ---- events

    def _tell(self, sandbox: Sandbox, type: EventType, data: Mapping[str, object]) -> None:  # noqa: A002
        """Publish an event once the unit of work is committed."""
        sandbox.after.append(partial(self.events.publish, type, sandbox.digest, sandbox.clock.now(), data))

    def _closed(self, digest: str) -> None:
        self.webhooks.forget(digest)
        if self.events.is_open:
            self._endings.forget(digest)
            self.events.publish(EventType.SANDBOX_CLOSED, digest, None, {})

    async def listen(self, sandbox: str | None = None, after: int | None = None) -> Subscription:
        """Return a subscription to the events of a sandbox (None: of all); see `Events.subscribe`."""
        was_open = self.events.is_open
        subscription = self.events.subscribe(sandbox, after)
        if not was_open:
            await self._expect_all()
        return subscription

    async def _expect_all(self) -> None:
        """Have the ends of all jobs told that are there already."""
        for sandbox in await self.store.listed():
            for job in await self.work(sandbox, lambda box: list(box.unfinished(box.clock.now()))):
                self._endings.expect(sandbox.digest, sandbox.clock, job)

    async def _current(self, digest: str, name: str) -> AnyJob | None:
        sandbox = await self.store.find(digest)
        return None if sandbox is None else await self.work(sandbox, lambda box: box.job(name))

    def _ended(self, digest: str, job: AnyJob, end: datetime) -> None:
        seen = snapshot(job, end)
        told = {"job": job.id, "provider": job.provider, "state": seen.state.value, "why": seen.why}
        self.events.publish(EventType.JOB_ENDED, digest, end, told)


def _settle(sandbox: Sandbox) -> None:
    """Do what was to be done after a commit."""
    steps = sandbox.after[:]
    sandbox.after.clear()
    for step in steps:
        step()
