"""The verbs: submit, find, turn. They know jobs, sandboxes and ports; no provider and no wire."""

from __future__ import annotations

from datetime import datetime

from mockserver.domain.job import Job, Timeline, Turn
from mockserver.domain.order import Order
from mockserver.domain.problem import Kind, Problem
from mockserver.engine.pace import lengths
from mockserver.engine.sandbox import Sandbox
from mockserver.engine.sandboxes import Sandboxes
from mockserver.ports import Courier


class Engine:
    """Jobs of all providers, over the sandboxes of one server."""

    def __init__(self, sandboxes: Sandboxes, courier: Courier) -> None:
        self.sandboxes = sandboxes
        self.courier = courier

    def submit(self, sandbox: Sandbox, order: Order, now: datetime) -> Job | Problem:
        """Decide a job's whole life and keep it; a problem when its fate, or a full store, turns it away."""
        fate = sandbox.scenario
        if fate.refuses is not None:
            return Problem(fate.refuses, f"scenario {fate.name}")
        if not self.sandboxes.make_room():
            text = f"the store holds {self.sandboxes.max_jobs} unfinished jobs, its most (--max-jobs)"
            return Problem(Kind.UNAVAILABLE, text)
        chance = sandbox.next_draw()
        names = order.name(chance)
        waiting, running = lengths(fate.timing or sandbox.timing, order.documented, chance)
        job = Job(
            id=names.id,
            alias=names.alias,
            provider=order.provider,
            kind=order.kind,
            n=chance.n,
            serial=self.sandboxes.next_serial(),
            created=now,
            timeline=fate.lived(Timeline(waiting, running, stages=order.stages)),
            request=order.request,
            seed=chance.integer(32, 4) if order.seed is None else order.seed,
            fate=fate,
        )
        self.sandboxes.add(sandbox, job)
        return job

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
