"""The verbs: submit, poll, override, reset. They know jobs, sandboxes and ports; no provider and no wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from mockserver.domain.job import Job, Override, OverrideKind, State, Timeline
from mockserver.domain.order import Order
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.scenario import Scenario
from mockserver.engine.changes import NotLoaded
from mockserver.engine.pace import lengths
from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Conflict, Store, Webhooks

T = TypeVar("T")
R = TypeVar("R")


class Engine:
    """Jobs of all providers, over the sandboxes of one store.

    The verbs are parts of a unit of work, which `work` runs; nothing in it waits.
    """

    def __init__(self, store: Store[Sandbox], webhooks: Webhooks) -> None:
        self.store = store
        self.webhooks = webhooks
        store.on_close.append(webhooks.forget)

    async def work(self, sandbox: Sandbox, steps: Callable[[Sandbox], T]) -> T:
        """Run one unit of work on a sandbox and commit it; return what it gives.

        `steps` is run again on what it missed, or on fresh state when it met a conflict. Where it raises anything else,
        nothing of it is committed.
        """
        store = self.store
        while True:
            try:
                result = steps(sandbox)
                await store.commit(sandbox)
            except NotLoaded as missing:
                sandbox.undo()
                await store.fetch(sandbox, missing.table.value, missing.key)
            except Conflict:
                sandbox.undo()
                sandbox = await store.fresh(sandbox)
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
    ) -> Job[R] | Problem:
        """Decide a job's whole life and keep it; a problem when its scenario, or a full store, turns it away.

        `scenario` is its scenario; None: the sandbox's next. `profile` and `files` are kept on the job.
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
        )
        sandbox.put_job(job)
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
        return overridden

    def reset(self, sandbox: Sandbox) -> int:
        """Forget what a sandbox accumulated and start its clock anew; return how many jobs that were."""
        sandbox.after.append(partial(self.webhooks.forget, sandbox.digest))
        count = sandbox.forget()
        sandbox.moving().restart()
        return count


def _settle(sandbox: Sandbox) -> None:
    """Do what was to be done after a commit."""
    steps = sandbox.after[:]
    sandbox.after.clear()
    for step in steps:
        step()
