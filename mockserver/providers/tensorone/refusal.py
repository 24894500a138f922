"""TensorOne: refusals, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from typing import Final

from mockserver.domain.problem import Problem, ProblemKind, Violation
from mockserver.domain.quota import Standing
from mockserver.provider.call import Answer, Call
from mockserver.providers.tensorone.order import bucket_of
from mockserver.providers.tensorone.wire import instant

Details = Callable[[Problem, Call], dict[str, object]]

CARD_DECLINED: Final = "card-declined"
"""The scenario of an account whose card is declined."""
_WANTED: Final = {"requested": {"gpus": 8}, "available": {"gpus": 4}}
"""The values about a request that cannot be met; the page gives the two names and no values (ours)."""


def _invalid(problem: Problem, _call: Call) -> dict[str, object]:
    first = problem.violations[0]
    return {"field": first.field or "body", "reason": _reason(first)}


def _reason(broken: Violation) -> str:
    """Return why a field was refused, in one sentence (the words are ours, after the page's "Invalid GPU type
    specified").
    """
    name = broken.where
    if broken.rule == "required":
        return f"{name} is required"
    if broken.rule == "enum" and name in ("model", "stylePreset"):
        return f"Invalid {name} specified"
    return broken.sentence().partition(": ")[2].capitalize()


def _body(_problem: Problem, _call: Call) -> dict[str, object]:
    return {
        "field": "body",
        "reason": "The request body must be a JSON object of at most 1 MB sent as application/json",
    }


def _impossible(_problem: Problem, _call: Call) -> dict[str, object]:
    return dict(_WANTED)


def _detail(problem: Problem, _call: Call) -> dict[str, object]:
    return dict(problem.detail)


def _limited(_problem: Problem, call: Call) -> dict[str, object]:
    standing = call.standing
    if standing is None:
        return {}
    return {
        "limit": standing.limit.calls,
        "remaining": 0,
        "reset_at": instant(datetime.fromtimestamp(_reset(call, standing), UTC)),
        "retry_after": _seconds(call, standing),
    }


def _path(_problem: Problem, call: Call) -> dict[str, object]:
    return {"resource": "path", "id": call.path[:200]}


def _nothing(_problem: Problem, _call: Call) -> dict[str, object]:
    return {}


_TABLE: Final[dict[ProblemKind, tuple[int, str, str, Details]]] = {
    ProblemKind.MALFORMED: (400, "VALIDATION_ERROR", "Request validation failed", _body),
    ProblemKind.OVERSIZED: (400, "VALIDATION_ERROR", "Request validation failed", _body),
    ProblemKind.INVALID: (400, "VALIDATION_ERROR", "Request validation failed", _invalid),
    ProblemKind.REFUSED: (422, "SEMANTIC_ERROR", "Insufficient resources for requested configuration", _impossible),
    ProblemKind.UNAUTHENTICATED: (401, "UNAUTHORIZED", "Invalid or missing API key", _nothing),
    ProblemKind.FORBIDDEN: (403, "FORBIDDEN", "Insufficient permissions", _detail),
    ProblemKind.MISSING: (404, "RESOURCE_NOT_FOUND", "Video not found", _detail),
    ProblemKind.UNKNOWN_PATH: (404, "RESOURCE_NOT_FOUND", "Resource not found", _path),
    ProblemKind.UNKNOWN_METHOD: (404, "RESOURCE_NOT_FOUND", "Resource not found", _path),
    ProblemKind.CONFLICT: (409, "STATE_CONFLICT", "Video is not completed", _detail),
    ProblemKind.LIMITED: (429, "RATE_LIMIT_EXCEEDED", "API rate limit exceeded", _limited),
    ProblemKind.OUT_OF_CREDITS: (402, "INSUFFICIENT_CREDITS", "Insufficient credits", _nothing),
    ProblemKind.MODERATED: (422, "SEMANTIC_ERROR", "Insufficient resources for requested configuration", _impossible),
    ProblemKind.UPSTREAM: (502, "BAD_GATEWAY", "The upstream service is unavailable", _nothing),
    ProblemKind.UNAVAILABLE: (
        503,
        "SERVICE_UNAVAILABLE",
        "The service is temporarily overloaded or under maintenance",
        _nothing,
    ),
    ProblemKind.CRASHED: (500, "INTERNAL_ERROR", "An unexpected error occurred", _nothing),
}


def refuse(problem: Problem, call: Call) -> Answer:
    """Return the error envelope of the sheet's section 9, with request_id and timestamp except under `short-errors`."""
    status, word, message, details = _TABLE[problem.kind]
    if problem.detail.get("scenario") == CARD_DECLINED:
        word, message = "PAYMENT_METHOD_DECLINED", "Payment method declined"
    body: dict[str, object] = {"error": word, "message": message, "code": status}
    shown = details(problem, call)
    if shown:
        body["details"] = shown
    if "short-errors" not in call.profile:
        body["request_id"] = f"req_{call.sandbox.refusal_draw().text(0, 16, '0123456789abcdef')}"
        body["timestamp"] = instant(call.now)
    answer = Answer(status, body, problem=problem)
    if problem.kind is ProblemKind.LIMITED and call.standing is not None:
        answer.headers.append((b"retry-after", b"%d" % _seconds(call, call.standing)))
    return answer


def _seconds(call: Call, standing: Standing) -> int:
    """Return the whole seconds on the client's clock until the oldest call leaves the window, rounded up."""
    return call.sandbox.clock.whole_seconds(standing.reset)


def _reset(call: Call, standing: Standing) -> int:
    """Return the Unix second on the client's clock at which the oldest call has left the window."""
    return ceil((call.wall + call.sandbox.clock.told(standing.reset)).timestamp())


def add_headers(answer: Answer, call: Call) -> None:
    """Add the four X-RateLimit headers to every answer; Retry-After to a 429 only under `retry-after-always`."""
    standing = call.standing
    if standing is None:
        name, limit = bucket_of(call)
        standing = call.sandbox.stand(name, limit, call.now)
    answer.headers += [
        (b"x-ratelimit-limit", b"%d" % standing.limit.calls),
        (b"x-ratelimit-remaining", b"%d" % standing.remaining),
        (b"x-ratelimit-reset", b"%d" % _reset(call, standing)),
        (b"x-ratelimit-window", b"%d" % standing.limit.seconds),
    ]
    if "retry-after-always" in call.profile and answer.status != 429:
        answer.headers.append((b"retry-after", b"%d" % _seconds(call, standing)))
