"""The verbs: submit, find, turn. They know jobs, sandboxes and ports; no provider and no wire."""

from __future__ import annotations

from datetime import datetime

from mockserver.domain.job import Job, Override, OverrideKind, State, Timeline
from mockserver.domain.order import Order
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.scenario import Scenario
from mockserver.engine.pace import lengths
from mockserver.engine.sandbox import Sandbox
from mockserver.engine.sandboxes import Sandboxes
from mockserver.ports import Webhooks


class Engine:
    """Jobs of all providers, over the sandboxes of one server."""

    def __init__(self, sandboxes: Sandboxes, webhooks: Webhooks) -> None:
        self.sandboxes = sandboxes
        self.webhooks = webhooks
        sandboxes.on_close.append(webhooks.forget)

    def submit(
        self,
        sandbox: Sandbox,
        order: Order,
        now: datetime,
        scenario: Scenario | None = None,
        *,
        profile: frozenset[str] = frozenset(),
        files: str = "",
    ) -> Job | Problem:
        """Decide a job's whole life and keep it; a problem when its scenario, or a full store, turns it away.

        `scenario` is its scenario; None: the sandbox's next. `profile` and `files` are kept on the job.
        """
        if scenario is None:
            scenario = sandbox.next_scenario()
        refused = scenario.refuses or (scenario.judged if order.is_judged_first else None)
        if refused is not None:
            return Problem(refused, f"scenario {scenario.name}", detail={"scenario": scenario.name})
        if not self.sandboxes.make_room():
            text = f"the store holds {self.sandboxes.max_jobs} unfinished jobs, its most (--max-jobs)"
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
            serial=self.sandboxes.next_serial(),
            created=now,
            timeline=scenario.apply_to(Timeline(waiting, running, end, stages=order.stages, why=order.fails)),
            request=order.request,
            seed=chance.integer(32, 4) if order.seed is None else order.seed,
            scenario=scenario,
            profile=profile,
            files=files,
        )
        self.sandboxes.add(sandbox, job)
        return job

    def polled(self, sandbox: Sandbox, job: Job, now: datetime) -> Job:
        """Count a poll of a job that lives by its polls; the one that reaches the number is a fact with its instant."""
        counted = job._replace(polls=job.polls + 1)
        sandbox.job_store.add(counted)
        if counted.polls < (job.timeline.polls or 0) or job.overrides:
            return counted
        kind = OverrideKind.COMPLETED if job.timeline.end is State.SUCCEEDED else OverrideKind.FAILED
        return self.turn(sandbox, counted, Override(now, kind, job.timeline.why))

    def turn(self, sandbox: Sandbox, job: Job, turn: Override) -> Job:
        """Append a fact to a job's life."""
        overridden = job.overridden(turn)
        sandbox.job_store.add(overridden)
        self.webhooks.overridden(sandbox.digest, overridden)
        return overridden

    def reset(self, sandbox: Sandbox) -> int:
        """Forget what a sandbox accumulated and start its clock anew; how many jobs that were."""
        self.webhooks.forget(sandbox.digest)
        count = self.sandboxes.reset(sandbox)
        sandbox.clock.restart()
        return count
