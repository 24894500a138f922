"""Gately: the requests. Key, limit and body are checked; a call becomes an order, a file or a problem."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from typing import Final

from mockserver.domain.chance import Draw
from mockserver.domain.job import Job, Snapshot, State, snapshot
from mockserver.domain.order import Names, Order
from mockserver.domain.problem import Problem, ProblemKind, Violation
from mockserver.domain.quota import Limit
from mockserver.engine.pace import between
from mockserver.provider.call import Answer, Call, Challenge, Reply
from mockserver.provider.checks import with_key
from mockserver.provider.defaults import with_defaults
from mockserver.provider.keys import bearer_key
from mockserver.provider.table import Endpoint
from mockserver.providers.gately import upstream, wire
from mockserver.providers.gately.picture import taken
from mockserver.providers.gately.request import MODELS, Video, read_video
from mockserver.providers.gately.ticket import file_in, read

NAME: Final = "gately"
PER_MINUTE: Final = Limit(300, timedelta(minutes=1))
CHALLENGE_SECONDS: Final = 3.0
LARGEST_BODY: Final = 32_000_000
documented: Final = between((10, 30), (50, 270))  # one to five minutes in all


def credential(call: Call) -> str | None:
    """Return the key in `Authorization: Bearer <key>`, without the gateway's prefix; a download link takes none."""
    if call.operation is not None and call.operation.owner is not None:
        return None
    key = bearer_key(call.headers.get(b"authorization"))
    return key.removeprefix(b"sk-").decode("latin-1") or None if key else None


def keyed(call: Call) -> Problem | None:
    """Check the key as usual; keys of a list may have the prefix too. An operation that is not implemented needs no
    key.
    """
    if (
        call.operation is not None
        and call.operation.id == "retrieveFileContent"
        and "retrieve-content" not in call.profile
    ):
        return None
    problem = with_key(call)
    if problem is None or not call.key or call.keys.grants is None:
        return problem
    return None if f"sk-{call.key}" in call.keys.grants else problem


def limit_of(call: Call) -> tuple[Hashable, Limit] | None:
    """Return the limit that a creation counts against: 300 in a minute for its model. Nothing else counts."""
    if call.operation is None or call.operation.id != "createVideo" or isinstance(call.value, Problem):
        return None
    model = call.value.get("model")
    return ((NAME, model), PER_MINUTE) if model in MODELS else None


def entitled(call: Call) -> Problem | None:
    """Check that a key of the list may use the models: it may be one that only reads, or without the scope `ai`."""
    if call.operation is None or call.operation.id != "createVideo" or call.keys.grants is None:
        return None
    grants = call.keys.grants
    grant = grants.get(call.key or "") or grants.get(f"sk-{call.key}")
    if grant is None or (grant.kind != "read" and "ai" in grant.scopes):
        return None
    return Problem(
        ProblemKind.FORBIDDEN, f"the key is {grant.kind}, with the scopes {', '.join(grant.scopes) or 'none'}"
    )


def _names(chance: Draw) -> Names:
    """Return two numbers of 15 digits: the task's and its file's."""
    return Names(_number(chance.integer(0, 8)), _number(chance.integer(8, 8)))


def _number(drawn: int) -> str:
    return str(10**14 + drawn % (9 * 10**14))


def creation(submit: Endpoint) -> Endpoint:
    """Return the endpoint that runs the upstream's rules, the picture, the challenge, then the task, in this order."""

    def endpoint(call: Call) -> Reply:
        body = call.members
        problem = upstream.broken(body, call.profile)
        if problem is not None:
            return problem
        url: str = body.get("callback_url", "") if "callbacks" in call.profile else ""
        then = _challenging(url, submit) if url else submit
        image: str = body.get("first_frame_image", "")
        return taken(image, call, then) if image else then(call)

    return endpoint


def _challenging(url: str, submit: Endpoint) -> Endpoint:
    """Return the endpoint that first asks the receiver of the reports whether it listens."""

    def endpoint(call: Call) -> Reply:
        challenge = call.chance.uuid(32)

        def then(later: Call, came: object | Problem) -> Reply:
            if isinstance(came, dict) and came.get("challenge") == challenge:
                return submit(later)
            why = came.text if isinstance(came, Problem) else "another value came back"
            return upstream.refused("invalid params", f"callback_url did not confirm its challenge: {why}")

        return Challenge(url, {"challenge": challenge}, CHALLENGE_SECONDS, then)

    return endpoint


def ordered(call: Call) -> Order[Video]:
    """Return the order in a body that keeps the document and the upstream's rules."""
    video = read_video(with_defaults(call), call.profile, call.picture)
    return Order(NAME, "createVideo", video, _names, documented, stages=(2, 1), is_judged_first=True)


def _named(call: Call, parameter: str) -> str | Problem:
    value = call.query.get(parameter, "")
    return value or Problem(ProblemKind.INVALID, violations=(Violation((parameter,), "required", True),))


def polled(call: Call) -> Job[Video] | Problem:
    """Return the job whose task the query names."""
    name = _named(call, "task_id")
    if isinstance(name, Problem):
        return name
    job = call.sandbox.job(name)
    return job if job is not None and job.provider == NAME else _unknown("task", name)


def filed(call: Call) -> Job[Video] | Problem:
    """Return the finished job whose file the query names."""
    name = _named(call, "file_id")
    return name if isinstance(name, Problem) else _finished(name, call)


def _finished(name: str, call: Call) -> Job[Video] | Problem:
    job = call.sandbox.job_by_alias(name)
    is_there = job is not None and job.provider == NAME and snapshot(job, call.now).state is State.SUCCEEDED
    return job if job is not None and is_there else _unknown("file", name)


def _unknown(resource: str, name: str) -> Problem:
    return Problem(ProblemKind.MISSING, f"this sandbox has no {resource} {name[:80]!r}", detail={"resource": resource})


def missing(job: Job[Video], _seen: Snapshot) -> Problem:
    """Return the problem of a file that is named by its id and does not exist now."""
    return _unknown("file", job.alias)


def not_implemented(_call: Call) -> Answer:
    """Refuse a route of the gateway that is not implemented."""
    return Answer(501, {"error": {
        "message": "API not implemented", "type": "new_api_error", "param": "", "code": "api_not_implemented",
    }})  # fmt: skip


def only_under(word: str, endpoint: Endpoint) -> Endpoint:
    """Return the endpoint of a route that is implemented under a profile word."""
    return lambda call: endpoint(call) if word in call.profile else not_implemented(call)


def _link(call: Call) -> tuple[str, str]:
    """Return the ticket and the file name in a link, whose last slash may be escaped."""
    params = call.params
    if "link" in params:
        ticket, _, name = params["link"].partition("/")
        return ticket, name
    return params["ticket"], params["name"]


def owned(call: Call) -> str:
    """Return the file that a link speaks of."""
    return file_in(_link(call)[0])


def linked(call: Call) -> Job[Video] | Problem:
    """Return the job behind a link, until the instant at which the link ends."""
    text, name = _link(call)
    ticket = read(text, call.sandbox.seed)
    if ticket is None or name != wire.FILENAME:
        return Problem(ProblemKind.UNKNOWN_PATH, "no retrieve made this link")
    if call.now >= ticket.ends:
        return Problem(ProblemKind.UNKNOWN_PATH, f"the link ended at {ticket.ends.isoformat()}")
    job = _finished(str(ticket.file), call)
    return Problem(ProblemKind.UNKNOWN_PATH, job.text) if isinstance(job, Problem) else job


def gone(job: Job[Video], _seen: Snapshot) -> Problem:
    """Return the problem of a link whose file does not exist now."""
    return Problem(ProblemKind.UNKNOWN_PATH, f"file {job.alias} is not there now")
