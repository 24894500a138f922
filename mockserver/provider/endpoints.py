"""The generic endpoints. A provider gives the pure functions, these put them together with the engine's verbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Final, cast

from mockserver.domain.alteration import FileChange, Sight, altered
from mockserver.domain.clip import ClipSpec
from mockserver.domain.fault import Place
from mockserver.domain.job import ZERO, Job, Snapshot, State, end_of, snapshot
from mockserver.domain.order import Order
from mockserver.domain.problem import Kind, Problem
from mockserver.domain.scenario import SUCCESS
from mockserver.engine.sandbox import Book
from mockserver.provider.call import Answer, Call, ClipBody, Hold, Look, Reply
from mockserver.provider.checks import within_own
from mockserver.provider.meeting import about, at_creation, refusal
from mockserver.provider.table import Endpoint, Operation

Parse = Callable[[Call], Order | Problem]
Find = Callable[[Call], Job | Problem]
Render = Callable[[Job, Snapshot, Call], Answer | Problem]
Film = Callable[[Job, Call], ClipSpec | Problem]
REMEMBERED: Final = 256

Patience = Callable[[Job, Call], timedelta]


def creates(parse: Parse, render: Render, *, hold: Patience | None = None, ended: Render | None = None) -> Endpoint:
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
        refused = refusal(call, job.fate)
        if refused is not None:  # the job is made all the same
            answer = call.provider.refuse(refused, call)
            answer.job = job.id
            return answer
        if job.fate is not None and job.fate.at_once:
            return told(job, snapshot(job, call.now), call, ended or render)
        length = hold(job, call) if hold is not None else ZERO
        return _held(job, call, length, render) if length else told(job, snapshot(job, call.now), call, render)

    return endpoint


def _held(job: Job, call: Call, length: timedelta, render: Render) -> Reply:
    """The creation's answer after a wait; what happened to the job in the meantime is seen in it."""

    def then(later: Call) -> Answer | Problem:
        current = later.sandbox.book.by_id(job.id) or job
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


def submit(call: Call, order: Order) -> Job | Problem:
    """Submit an order, and see to it that its webhooks are brought."""
    fate = call.scenario or call.sandbox.next_fate()
    refused = None if fate.faults is None else at_creation(call, fate)
    if refused is not None:
        return refused
    job = call.engine.submit(call.sandbox, order, call.now, fate)
    if not isinstance(job, Problem) and call.provider.herald is not None:
        _veil(call, job)
        herald = call.provider.herald(job, call)
        if herald is not None:
            call.engine.courier.expect(call.sandbox.digest, call.sandbox.clock, job, herald)
    return job


def polls(find: Find, render: Render) -> Endpoint:
    """Find the job, and answer with what it is now."""

    def endpoint(call: Call) -> Answer | Problem:
        job = find(call)
        if isinstance(job, Problem):
            return job
        refused = about(call, job, Place.POLL)
        if refused is not None:
            return refused
        if job.timeline.polls is not None:
            job = call.engine.polled(call.sandbox, job, call.now)
        return told(job, snapshot(job, call.now), call, render)

    return endpoint


def told(job: Job, seen: Snapshot, call: Call, render: Render) -> Answer | Problem:
    """What is answered about a job: rendered, then changed as its fate asks."""
    fate = job.fate
    _veil(call, job)
    answer = render(job, seen, call)
    if isinstance(answer, Problem):
        return answer
    answer.job = job.id
    if fate is None or fate is SUCCESS:
        return answer
    operation = call.operation.id if call.operation is not None else ""
    if fate.answers:
        fields = call.judge.fields(job.provider, call.profile)
        sight = Sight(seen, call.now - job.created, operation, fate.number or 0)
        answer.body = altered(answer.body, fate.answers, fields, sight)
    if fate.creation is not None and answer.status == 200 and operation == job.kind:
        answer.status = fate.creation
    return answer


def _veil(call: Call, job: Job) -> None:
    """Let the links told of a job begin so that nobody guesses them, where its fate asks for it; once a call."""
    if job.fate is None or not job.fate.is_opaque:
        return
    prefix = f"/~{blake2b(job.id.encode(), digest_size=8).hexdigest()}"
    if not call.base.endswith(prefix):
        call.base, call.files = call.base + prefix, call.files + prefix


def serves(find: Find, film: Film, *, before: Callable[[Job, Snapshot], Problem]) -> Endpoint:
    """The file of a finished job; `before` is the problem while it is not."""

    def endpoint(call: Call) -> Answer | Problem:
        job = find(call)
        if isinstance(job, Problem):
            return job
        refused = about(call, job, Place.FILE)
        if refused is not None:
            return refused
        seen = snapshot(job, call.now)
        change = file_change(job)
        if seen.state is not State.SUCCEEDED or not _is_there(seen, call, change):
            return before(job, seen)
        spec = _filmed(job, call, film)
        return spec if isinstance(spec, Problem) else Answer(200, ClipBody(spec, change=change), job=job.id)

    return endpoint


def _filmed(job: Job, call: Call, film: Film) -> ClipSpec | Problem:
    """The clip of a job as `film` describes it; described once for each link and profile, as clients fetch in parts."""
    films, key = call.sandbox.films, (job.id, call.path, call.profile)
    found = films.get(key)
    if found is not None:
        return found
    spec = film(job, call)
    if isinstance(spec, ClipSpec):
        if len(films) >= REMEMBERED:
            films.clear()
        films[key] = spec
    return spec


def file_change(job: Job) -> FileChange | None:
    """What a job's fate does to its files."""
    fate = job.fate
    return fate.file(fate.number or 0) if fate is not None and fate.file is not None else None


def _is_there(seen: Snapshot, call: Call, change: FileChange | None) -> bool:
    """Whether a link works yet, and still."""
    if change is None:
        return True
    age = (call.now - seen.since).total_seconds()
    return age >= change.lag_seconds and (change.expires_seconds is None or age < change.expires_seconds)


def by_name(
    name: Callable[[Call], str],
    provider: str,
    kinds: Sequence[str],
    resource: str,
    lookup: Callable[[Book, str], Job | None] = Book.find,
) -> Find:
    """Find a job of this provider and these kinds in the call's sandbox by its id or alias (or as `lookup` says)."""

    def find(call: Call) -> Job | Problem:
        wanted = name(call)
        job = lookup(call.sandbox.book, wanted)
        if job is None or job.provider != provider or job.kind not in kinds:
            text = f"this sandbox has no {resource} {wanted[:80]!r}"
            return Problem(Kind.MISSING, text, detail={"resource": resource, "id": wanted})
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
    return cast("Operation", call.operation).endpoint(call)
