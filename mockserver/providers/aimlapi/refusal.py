"""AI/ML API: refusals in the envelope of either era, and the tracing headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from mockserver.domain.chance import NANOID
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.call import Answer, Call
from mockserver.providers.aimlapi import wire
from mockserver.providers.aimlapi.issues import issues
from mockserver.providers.aimlapi.order import WORDS_LONG, asked_for

PROBLEM_JSON: Final = "application/problem+json; charset=utf-8"
POLLS: Final = frozenset({"getVideo", "getVideoLegacy"})
INFERENCE: Final = POLLS | {"createVideo", "createVideoLegacy"}

_KEYS_PAGE: Final = "You can create a new API key on the Billing page: https://aimlapi.com/app/keys"
VALID: Final = f"This request requires a valid API key. {_KEYS_PAGE}"
EMPTY: Final = f"You provided an empty string instead of valid API key. {_KEYS_PAGE}"
EXHAUSTED: Final = (
    "You have exhausted the available [plan.rule:api_token] resource limit. Update your payment method to continue"
    " using the service. For more information please visit https://aimlapi.com/app/billing"
)
NO_CREDITS: Final = (
    "You've run out of credits. Please top up your balance or update your payment method to continue:"
    " https://aimlapi.com/app/billing/"
)
MISSING: Final = {
    "generation": "Inference not found", "video": "Inference not found", "file": "File not found",
    "model": "Model not found",
}  # fmt: skip
UPSTREAM: Final = {
    500: "Something wrong with the server. Please, try again later.",
    502: "Bad Gateway",
    503: "Service unavailable",
    504: "Generation timeout",
}

TITLES: Final = {
    400: ("Bad Request", "BadRequestException"),
    401: ("Unauthorized", "UnauthorizedException"),
    403: ("Forbidden", "ForbiddenException"),
    404: ("Not Found", "NotFoundException"),
    413: ("Payload Too Large", "PayloadTooLargeException"),
    429: ("Too Many Requests", "ThrottlerException"),
    500: ("Internal Server Error", "InternalServerErrorException"),
    502: ("Bad Gateway", "BadGatewayException"),
    503: ("Service Unavailable", "ServiceUnavailableException"),
    504: ("Gateway Timeout", "GatewayTimeoutException"),
}

Words = Callable[[Problem, Call], str]


def _always(text: str) -> Words:
    return lambda _problem, _call: text


def _invalid(problem: Problem, call: Call) -> str:
    """Return the invalid request's error: 2025-11 has every issue in a line of its own, 2026 beside the message."""
    if "2026" in call.profile:
        return "Invalid payload provided"
    if _is_query(call):
        return "Query validation error!"
    if "short-400" in call.profile:
        return "Body validation error!"
    return "\n".join(["Body validation error!", *(str(issue["message"]) for issue in issues(problem, _schemas(call)))])


def _key(_problem: Problem, call: Call) -> str:
    """Return the error about a key: a missing key counts as an empty one in 2026, and as a wrong one before."""
    return EMPTY if call.key == "" or (call.key is None and "2026" in call.profile) else VALID


def _missing(problem: Problem, _call: Call) -> str:
    return MISSING[str(problem.detail["resource"])]


def _route(_problem: Problem, call: Call) -> str:
    return f"Cannot {call.method} {call.raw_path}"


def _credits(_problem: Problem, call: Call) -> str:
    return NO_CREDITS if "2026" in call.profile else EXHAUSTED


_TABLE: Final[dict[ProblemKind, tuple[int, Words]]] = {
    ProblemKind.MALFORMED: (400, _invalid),
    ProblemKind.INVALID: (400, _invalid),
    ProblemKind.REFUSED: (400, _invalid),
    ProblemKind.OVERSIZED: (413, _always("request entity too large")),
    ProblemKind.UNAUTHENTICATED: (401, _key),
    ProblemKind.FORBIDDEN: (403, _always("Forbidden resource")),
    ProblemKind.MISSING: (404, _missing),
    ProblemKind.UNKNOWN_PATH: (404, _route),
    ProblemKind.UNKNOWN_METHOD: (404, _route),
    ProblemKind.LIMITED: (429, _always("Too Many Requests")),
    ProblemKind.OUT_OF_CREDITS: (403, _credits),
    ProblemKind.UNAVAILABLE: (503, _always(UPSTREAM[503])),
    ProblemKind.CRASHED: (500, _always("Internal server error")),
}


def refuse(problem: Problem, call: Call) -> Answer:
    """Return the error body of the style. An upstream's status is in the problem's detail; without one it is 502."""
    if problem.kind in _TABLE:
        status, words = _TABLE[problem.kind]
    else:
        status = int(str(problem.detail.get("status", 502)))
        words = _always(UPSTREAM[status])
    message = words(problem, call)
    if "2026" in call.profile:
        body, content_type = _problem_json(problem, call, status, message), PROBLEM_JSON
    else:
        body, content_type = _envelope(call, status, message), wire.JSON
    answer = Answer(status, body, content_type=content_type, problem=problem)
    if wire.is_traced(call.profile) and call.operation is not None and call.operation.id in POLLS:
        answer.headers += wire.inference(asked_for(call))
    return answer


def _envelope(call: Call, status: int, message: str) -> dict[str, object]:
    return {
        "requestId": request_id(call),
        "statusCode": status,
        "timestamp": _instant(call),
        "path": target(call),
        "message": message,
    }


def _problem_json(problem: Problem, call: Call, status: int, message: str) -> dict[str, object]:
    title, name = TITLES[status]
    january = "january" in call.profile
    # January's framework printed the question mark of an empty query too.
    instance = f"{call.raw_path}?{call.query_string}" if january else target(call)
    body: dict[str, object] = {"title": title, "status": status, "message": message, "instance": instance}
    if not january:
        body["requestId"] = request_id(call)
    body["timestamp"] = _instant(call)
    error: dict[str, object] = {"name": name, "message": message}
    if status == 400:
        error["data"] = issues(problem, _schemas(call))
    elif problem.kind is ProblemKind.OUT_OF_CREDITS:
        error["data"] = {"kind": "err_insufficent_credits"}  # spelled as it was sent
    body["error"] = error
    return body


def _is_query(call: Call) -> bool:
    return call.operation is not None and not call.operation.has_body


def _schemas(call: Call) -> Mapping[str, Mapping[str, object]]:
    if call.operation is None or _is_query(call):
        return {}
    return call.judge.properties(call.provider.name, call.operation.id, call.profile)


def request_id(call: Call) -> str:
    """Return the id of this call, the same in body and header."""
    return call.chance.text(0, WORDS_LONG, NANOID)


def target(call: Call) -> str:
    """Return the path and query of a call as they came."""
    return f"{call.raw_path}?{call.query_string}" if call.query_string else call.raw_path


def _instant(call: Call) -> str:
    """Return ISO 8601 in UTC with milliseconds and a Z."""
    return call.now.isoformat(timespec="milliseconds")[:23] + "Z"


_CLIENT_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


def add_headers(answer: Answer, call: Call) -> None:
    """Add the tracing headers, which depend only on the call."""
    if not wire.is_traced(call.profile):
        return
    answer.headers.append((b"x-request-id", request_id(call).encode("ascii")))
    if call.operation is None or call.operation.id not in INFERENCE:
        return
    named = call.headers.get(b"x-client-request-id", b"")
    if _CLIENT_ID.fullmatch(named):
        answer.headers.append((b"x-client-request-id", named))
    answer.headers.append((b"access-control-expose-headers", wire.EXPOSED))
