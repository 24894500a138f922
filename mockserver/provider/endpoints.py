"""The generic endpoints. A provider gives the pure functions, these put them together with the engine's verbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mockserver.domain.clip import ClipSpec
from mockserver.domain.job import Job, Snapshot, State, snapshot
from mockserver.domain.order import Order
from mockserver.domain.problem import Kind, Problem
from mockserver.provider.call import Answer, Call, ClipBody, Reply
from mockserver.provider.table import Endpoint, Operation

Parse = Callable[[Call], Order | Problem]
Find = Callable[[Call], Job | Problem]
Render = Callable[[Job, Snapshot, Call], Answer | Problem]
Film = Callable[[Job, Call], ClipSpec | Problem]


def creates(parse: Parse, render: Render) -> Endpoint:
    """Submit what was asked, and answer with the job's first snapshot."""

    def endpoint(call: Call) -> Answer | Problem:
        order = parse(call)
        if isinstance(order, Problem):
            return order
        job = submit(call, order)
        return job if isinstance(job, Problem) else render(job, snapshot(job, call.now), call)

    return endpoint


def submit(call: Call, order: Order) -> Job | Problem:
    """Submit an order, and see to it that its webhooks are brought."""
    job = call.engine.submit(call.sandbox, order, call.now)
    if not isinstance(job, Problem) and call.provider.herald is not None:
        herald = call.provider.herald(job, call)
        if herald is not None:
            call.engine.courier.expect(call.sandbox.digest, call.sandbox.clock, job, herald)
    return job


def polls(find: Find, render: Render) -> Endpoint:
    """Find the job, and answer with what it is now."""

    def endpoint(call: Call) -> Answer | Problem:
        job = find(call)
        return job if isinstance(job, Problem) else render(job, snapshot(job, call.now), call)

    return endpoint


def serves(find: Find, film: Film, *, before: Callable[[Job, Snapshot], Problem]) -> Endpoint:
    """The file of a finished job; `before` is the problem while it is not."""

    def endpoint(call: Call) -> Answer | Problem:
        job = find(call)
        if isinstance(job, Problem):
            return job
        seen = snapshot(job, call.now)
        if seen.state is not State.SUCCEEDED:
            return before(job, seen)
        spec = film(job, call)
        return spec if isinstance(spec, Problem) else Answer(200, ClipBody(spec))

    return endpoint


def by_name(name: Callable[[Call], str], provider: str, kinds: Sequence[str], resource: str) -> Find:
    """Find a job of this provider and these kinds in the call's sandbox by its id or alias."""

    def find(call: Call) -> Job | Problem:
        wanted = name(call)
        job = call.sandbox.book.find(wanted)
        if job is None or job.provider != provider or job.kind not in kinds:
            text = f"this sandbox has no {resource} {wanted[:80]!r}"
            return Problem(Kind.MISSING, text, detail={"resource": resource, "id": wanted})
        return job

    return find


def respond(call: Call, operation: Operation) -> Reply:
    """Run the provider's checks, then the endpoint."""
    for check in call.provider.checks:
        problem = check(call)
        if problem is not None:
            return problem
    return operation.endpoint(call)
