"""The verbs: submit, find, turn. They know jobs, sandboxes and ports; no provider and no wire."""

from __future__ import annotations

from datetime import datetime

from mockserver.domain.job import Job, State, Timeline, Turn, Turning
from mockserver.domain.order import Order
from mockserver.domain.problem import Kind, Problem
from mockserver.domain.scenario import Scenario
from mockserver.engine.pace import lengths
from mockserver.engine.sandbox import Sandbox
from mockserver.engine.sandboxes import Sandboxes
from mockserver.ports import Courier


class Engine:
    """Jobs of all providers, over the sandboxes of one server."""

    def __init__(self, sandboxes: Sandboxes, courier: Courier) -> None:
        self.sandboxes = sandboxes
        self.courier = courier
        sandboxes.on_close.append(courier.forget)

    def submit(self, sandbox: Sandbox, order: Order, now: datetime, fate: Scenario | None = None) -> Job | Problem:
        """Decide a job's whole life and keep it; a problem when its fate, or a full store, turns it away.

        `fate` is its scenario; None: the sandbox's next.
        """
        if fate is None:
            fate = sandbox.next_fate()
        refused = fate.refuses or (fate.judged if order.is_judged_first else None)
        if refused is not None:
            return Problem(refused, f"scenario {fate.name}", detail={"scenario": fate.name})
        if not self.sandboxes.make_room():
            text = f"the store holds {self.sandboxes.max_jobs} unfinished jobs, its most (--max-jobs)"
            return Problem(Kind.UNAVAILABLE, text)
        chance = sandbox.next_draw()
        names = order.name(chance.more("unguessable") if fate.is_opaque else chance)
        waiting, running = lengths(fate.timing or order.timing or sandbox.timing, order.documented, chance)
        end = State.FAILED if order.fails else State.SUCCEEDED
        job = Job(
            id=names.id,
            alias=names.alias,
            provider=order.provider,
            kind=order.kind,
            n=chance.n,
            serial=self.sandboxes.next_serial(),
            created=now,
            timeline=fate.lived(Timeline(waiting, running, end, stages=order.stages, why=order.fails)),
            request=order.request,
            seed=chance.integer(32, 4) if order.seed is None else order.seed,
            fate=fate,
        )
        self.sandboxes.add(sandbox, job)
        return job

    def polled(self, sandbox: Sandbox, job: Job, now: datetime) -> Job:
        """Count a poll of a job that lives by its polls; the one that reaches the number is a fact with its instant."""
        counted = job._replace(polls=job.polls + 1)
        sandbox.book.add(counted)
        if counted.polls < (job.timeline.polls or 0) or job.turns:
            return counted
        turning = Turning.COMPLETED if job.timeline.end is State.SUCCEEDED else Turning.FAILED
        return self.turn(sandbox, counted, Turn(now, turning, job.timeline.why))

    def turn(self, sandbox: Sandbox, job: Job, turn: Turn) -> Job:
        """Append a fact to a job's life."""
        turned = job.turned(turn)
        sandbox.book.add(turned)
        self.courier.turned(sandbox.digest, turned)
        return turned

    def reset(self, sandbox: Sandbox) -> int:
        """Forget what a sandbox accumulated and start its clock anew; how many jobs that were."""
        self.courier.forget(sandbox.digest)
        count = self.sandboxes.reset(sandbox)
        sandbox.clock.restart()
        return count
