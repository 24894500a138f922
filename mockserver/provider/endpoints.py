"""The generic endpoints. A provider gives the pure functions, these put them together with the engine's verbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar

from mockserver.domain.alteration import AlterationContext, altered, no_output
from mockserver.domain.builtin_scenarios import SUCCESS
from mockserver.domain.clip import ClipSpec
from mockserver.domain.fault import FaultPoint
from mockserver.domain.file_change import FileChange
from mockserver.domain.job import ZERO, AnyJob, Job, Snapshot, State, end_of, snapshot
from mockserver.domain.order import Order
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.engine.sandbox import Sandbox
from mockserver.provider.call import AfterWebhooks, Answer, Call, ClipBody, Hold, Look, Reply
from mockserver.provider.checks import within_own
from mockserver.provider.fault_selection import about, at_creation, beside_jobs, file_change, gone, lags_behind, refusal
from mockserver.provider.links import link_prefix
from mockserver.provider.signed_links import WORD, link_problem
from mockserver.provider.spending import beyond_budget, price_of
from mockserver.provider.table import Endpoint

R = TypeVar("R")
"""The provider's own frozen value of a request."""

Parse = Callable[[Call], Order[R] | Problem]
"""Reads the order in a call that passed the checks, or the problem with it."""
Find = Callable[[Call], Job[R] | Problem]
"""Finds the job that a call is about, or the problem that there is none."""
Render = Callable[[Job[R], Snapshot, Call], Answer | Problem]
"""Writes what is answered about a job, given what a poll sees of it."""
DescribeClip = Callable[[Job[R], Call], ClipSpec | Problem]
"""Describes the file that a call asks for."""
REMEMBERED: Final = 256
"""How many clips a sandbox remembers the description of."""

Patience = Callable[[Job[R], Call], timedelta]
"""Says how long the answer to a creation is held."""


def creates(
    parse: Parse[R], render: Render[R], *, hold: Patience[R] | None = None, ended: Render[R] | None = None
) -> Endpoint:
    """Submit what was asked, and answer with the job's first snapshot.

    With `hold` the answer is kept back for the length that it gives, or until the job's end where that comes first.
    `ended` renders a creation that is answered with the job's end (scenario `finished-at-once`); None: as any other.
    """

    def endpoint(call: Call) -> Reply:
        order = parse(call)
        if isinstance(order, Problem):
            return order
        job = submit(call, order)
        if isinstance(job, Problem):
            return job
        return AfterWebhooks(partial(answer, job)) if _has_early_webhook(job, call) else answer(job, call)

    def answer(job: Job[R], call: Call) -> Reply:
        refused = None if call.fault is None else refusal(call, job.scenario)
        if refused is not None:  # the job is made all the same
            refusing = call.provider.refuse(refused, call)
            refusing.job = job.id
            return refusing
        if job.scenario is not None and job.scenario.at_once:
            return told(job, snapshot(job, call.now), call, ended or render)
        length = hold(job, call) if hold is not None else ZERO
        return _held(job, call, length, render) if length else told(job, snapshot(job, call.now), call, render)

    return endpoint


def _has_early_webhook(job: AnyJob, call: Call) -> bool:
    """Whether the creation's answer waits for a webhook that is due now."""
    plan = None if job.scenario is None else job.scenario.webhook_plan(snapshot(job, call.now).state)
    return plan is not None and any(one.before_answer for one in plan)


def _held(job: Job[R], call: Call, length: timedelta, render: Render[R]) -> Reply:
    """Return the creation's answer after a wait; what happened to the job in the meantime is seen in it."""

    def then(later: Call) -> Answer | Problem:
        current = later.sandbox.job(job.id) or job
        return told(current, snapshot(current, later.now), later, render)

    end = end_of(job)
    until = call.now + length
    return Hold(until if end is None else min(until, end), then)


def starts_from(picture: Callable[[Call], str | bytes | Problem], endpoint: Endpoint) -> Endpoint:
    """Take in the picture that a call brings (its bytes, or an http(s) URL), then go on; see `Call.picture`."""

    def then(call: Call, digest: str | Problem) -> Reply:
        if isinstance(digest, Problem):
            return digest
        call.picture = digest
        return endpoint(call)

    def looking(call: Call) -> Reply:
        source = picture(call)
        return source if isinstance(source, Problem) else Look(source, then)

    return looking


def submit(call: Call, order: Order[R]) -> Job[R] | Problem:
    """Submit an order, and see to it that its webhooks are brought."""
    price = price_of(call, order.kind, order.request)
    broke = beyond_budget(call, price)
    if broke is not None:
        return broke
    scenario = call.scenario or call.sandbox.next_scenario()
    refused = at_creation(call, scenario) if scenario.faults else None
    if refused is not None:
        return refused
    job = call.engine.submit(
        call.sandbox, order, call.now, scenario, profile=call.profile, files=call.files, price=price
    )
    if not isinstance(job, Problem):
        _expect_webhooks(call, job)
    return job


def _expect_webhooks(call: Call, job: AnyJob) -> None:
    """Have the webhooks about a job sent, where its provider sends any and the client named a URL."""
    url_of, payload = call.provider.webhook_url, call.provider.webhook_payload
    if url_of is not None and payload is not None and url_of(job):
        sandbox, expect = call.sandbox, call.engine.webhooks.expect
        if sandbox.webhook_secrets:
            sandbox.after.append(partial(call.engine.webhooks.sign, sandbox.digest, sandbox.webhook_secrets))
        sandbox.after.append(partial(expect, sandbox.digest, sandbox.clock, job, payload))


def polls(find: Find[R], render: Render[R]) -> Endpoint:
    """Find the job, and answer with what it is now."""

    def endpoint(call: Call) -> Answer | Problem:
        job = find(call)
        if isinstance(job, Problem):
            return job
        refused = about(call, job, FaultPoint.POLL) if has_faults(job) else None
        if refused is not None:
            return refused
        if job.timeline.polls is not None:
            job = call.engine.polled(call.sandbox, job, call.now)
        return told(job, snapshot(job, call.now), call, render)

    return endpoint


def has_faults(job: AnyJob) -> bool:
    """Return whether calls about a job may meet a fault."""
    return job.scenario is not None and bool(job.scenario.faults)


def told(job: Job[R], seen: Snapshot, call: Call, render: Render[R]) -> Answer | Problem:
    """What is answered about a job: rendered, then changed as its scenario asks."""
    scenario = job.scenario
    if scenario is not None and scenario.is_opaque:
        _make_links_opaque(call, job)
    answer = render(job, seen, call)
    if isinstance(answer, Problem):
        return answer
    answer.job = job.id
    if scenario is None or scenario is SUCCESS:
        return answer
    operation = call.operation_id
    changes = scenario.alterations()
    if seen.state is State.SUCCEEDED and lags_behind(call, job):
        changes = (*changes, no_output)
    if changes:
        fields = call.judge.fields(job.provider, call.profile)
        sight = AlterationContext(seen, call.now - job.created, operation, scenario.number or 0)
        answer.body = altered(answer.body, changes, fields, sight)
    if scenario.creation is not None and answer.status == 200 and operation == job.kind:
        answer.status = scenario.creation
    return answer


def _make_links_opaque(call: Call, job: AnyJob) -> None:
    """Let the links told of a job begin so that nobody guesses them; once a call."""
    prefix = link_prefix(job)
    if not call.base.endswith(prefix):
        call.base, call.files = call.base + prefix, call.files + prefix


def serves(find: Find[R], clip_spec: DescribeClip[R], *, before: Callable[[Job[R], Snapshot], Problem]) -> Endpoint:
    """Return the file of a finished job; `before` is the problem while it is not."""

    def endpoint(call: Call) -> Answer | Problem:
        denied = link_problem(call) if WORD in call.profile else None
        if denied is not None:
            return denied
        job = find(call)
        if isinstance(job, Problem):
            return job
        refused = about(call, job, FaultPoint.FILE) if has_faults(job) else None
        if refused is not None:
            return refused
        seen = snapshot(job, call.now)
        change = file_change(call, job)
        if change is not None and seen.state is State.SUCCEEDED and (refused := gone(call, job, seen, change)):
            return refused
        if seen.state is not State.SUCCEEDED or not _is_there(seen, call, change):
            return before(job, seen)
        spec = _clip_spec_of(job, call, clip_spec)
        return spec if isinstance(spec, Problem) else Answer(200, ClipBody(spec, change=change), job=job.id)

    return endpoint


def _clip_spec_of(job: Job[R], call: Call, clip_spec: DescribeClip[R]) -> ClipSpec | Problem:
    """Return the clip of a job as `clip_spec` describes it; described once for each link and profile, as clients fetch
    in parts.
    """
    clip_specs, key = call.sandbox.clip_specs, (job.id, call.path, call.profile)
    found = clip_specs.get(key)
    if found is not None:
        return found
    spec = clip_spec(job, call)
    if isinstance(spec, ClipSpec):
        if len(clip_specs) >= REMEMBERED:
            clip_specs.clear()
        clip_specs[key] = spec
    return spec


def _is_there(seen: Snapshot, call: Call, change: FileChange | None) -> bool:
    """Return whether a link works yet, and still."""
    if change is None:
        return True
    age = (call.now - seen.since).total_seconds()
    return age >= change.lag_seconds and not change.is_gone(age, change.fetch)


def by_name(
    name: Callable[[Call], str],
    provider: str,
    kinds: Sequence[str],
    resource: str,
    lookup: Callable[[Sandbox, str], AnyJob | None] = Sandbox.find_job,
) -> Find[Any]:
    """Find a job of this provider and these kinds in the call's sandbox by its id or alias (or as `lookup` says)."""

    def find(call: Call) -> AnyJob | Problem:
        wanted = name(call)
        job = lookup(call.sandbox, wanted)
        if job is None or job.provider != provider or job.kind not in kinds:
            text = f"this sandbox has no {resource} {wanted[:80]!r}"
            return Problem(ProblemKind.MISSING, text, detail={"resource": resource, "id": wanted})
        return job

    return find


def respond(call: Call) -> Reply:
    """Run the provider's checks, then the endpoint of the call's operation."""
    if call.sandbox.own_limits and (problem := within_own(call)) is not None:
        return problem
    for check in call.provider.checks:
        problem = check(call)
        if problem is not None:
            return problem
    operation = call.operation
    if operation is None:
        raise ValueError(f"{call.method} {call.path} has no operation")
    reply = operation.endpoint(call)
    return beside_jobs(call, reply) if call.sandbox.scenario.faults else reply
