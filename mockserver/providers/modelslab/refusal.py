"""ModelsLab: refusals. Two styles in one table: the HTTP codes of each, and the body."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any, Final

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.call import Answer, Call
from mockserver.providers.modelslab import wording
from mockserver.providers.modelslab.wire import FAILURE, UPSELL

Body = Callable[[Problem, Call], dict[str, object]]

BAD_REQUEST: Final = (
    "1. Make sure you are passing Content-Type: application/json in header. "
    "2. Make sure you are doing POST request with valid JSON. "
    "3. Make sure your JSON does not have error, use jsonlint to validate json array"
)
BAD_KEY: Final = f"{BAD_REQUEST}. 4. Make sure you have valid API key."
REPEATED: Final = (
    "you are sending same request multiple times, spam filter is enabled, please wait for 30 seconds and try again"
)


def _is_legacy(call: Call) -> bool:
    return "documented" not in call.profile


def _error(message: object) -> dict[str, object]:
    return {"status": "error", "message": message}


def _always(message: str) -> Body:
    def body(_problem: Problem, _call: Call) -> dict[str, object]:
        return _error(message)

    return body


def _unreadable(_problem: Problem, call: Call) -> dict[str, object]:
    told = _error("Invalid API Request")
    return {**told, "tip": BAD_REQUEST} if _is_legacy(call) else told


def _key(problem: Problem, call: Call) -> dict[str, object]:
    if _is_legacy(call):
        return {**_error("Invalid Api Key"), "tip": BAD_KEY}
    return _error("API key required" if problem.detail.get("missing") else "Invalid API key")


def _fields(problem: Problem, call: Call) -> dict[str, object]:
    found = wording.faults(problem, call)
    if not found:
        return _unreadable(problem, call)
    message = (wording.legacy if _is_legacy(call) else wording.documented)(found)
    return _picture(problem, call) if message is None else _error(message)


_picture = _always("Unable to fetch image from provided URL")


def _missing(problem: Problem, call: Call) -> dict[str, object]:
    if problem.detail.get("resource") == "file":
        return _no_route(problem, call)
    if not _is_legacy(call):
        return _error("Video not found")
    return {"status": "failed", "id": "", "message": "Request not found", "output": "", "tip": UPSELL}


def _route(call: Call) -> str:
    """Return the path as the framework names it: as it came, without its first slash."""
    return call.raw_path.removeprefix("/")


def _no_route(_problem: Problem, call: Call) -> dict[str, object]:
    return {"message": f"The route {_route(call)} could not be found."}


def _no_method(problem: Problem, call: Call) -> dict[str, object]:
    allowed = ", ".join(_allowed(problem))
    return {
        "message": f"The {call.method} method is not supported for route {_route(call)}. Supported methods: {allowed}."
    }


def _allowed(problem: Problem) -> list[str]:
    found: Any = problem.detail.get("allow", [])
    return list(found)


def _limited(problem: Problem, call: Call) -> dict[str, object]:
    detail = problem.detail
    if "queue" in detail:
        told = _error(f"Rate limit exceeded. Maximum {detail['queue']} queued requests allowed.")
        return {**told, "retry_after": detail["retry_after"]}
    if "repeated" in detail:
        return {**_error("Rate limit exceeded"), "tips": REPEATED}
    throttled = "Too Many Attempts."
    return {"message": throttled} if _is_legacy(call) else _error(throttled)


def _failed(_problem: Problem, _call: Call) -> dict[str, object]:
    return {"status": "failed", "id": "", "message": FAILURE, "output": ""}


_TABLE: Final[dict[ProblemKind, tuple[int, int, Body]]] = {
    # what was wrong: HTTP status in style legacy, in style documented, body
    ProblemKind.MALFORMED: (200, 400, _unreadable),
    ProblemKind.OVERSIZED: (200, 400, _unreadable),
    ProblemKind.UNAUTHENTICATED: (200, 401, _key),
    ProblemKind.INVALID: (200, 400, _fields),
    ProblemKind.REFUSED: (200, 400, _picture),
    ProblemKind.MISSING: (200, 404, _missing),
    ProblemKind.OUT_OF_CREDITS: (200, 402, _always("Insufficient credits. Please add more credits to continue.")),
    ProblemKind.FORBIDDEN: (200, 403, _always("This feature requires a premium subscription")),
    ProblemKind.MODERATED: (200, 200, _failed),
    ProblemKind.LIMITED: (429, 429, _limited),
    ProblemKind.UNKNOWN_PATH: (404, 404, _no_route),
    ProblemKind.UNKNOWN_METHOD: (405, 405, _no_method),
    ProblemKind.CONFLICT: (200, 404, _missing),
    ProblemKind.UPSTREAM: (500, 500, _always("Internal server error. Please try again.")),
    ProblemKind.CRASHED: (500, 500, _always("Internal server error. Please try again.")),
    ProblemKind.UNAVAILABLE: (503, 503, _always("Service temporarily unavailable. Please try again later.")),
}


def refuse(problem: Problem, call: Call) -> Answer:
    """Return the refusal of the sheet's table 9.3. A link that leads to nothing is 404 in both styles, as an unknown
    path.
    """
    legacy, documented, body = _TABLE[problem.kind]
    status = legacy if _is_legacy(call) else documented
    if problem.detail.get("resource") == "file":
        status = 404
    answer = Answer(status, body(problem, call), problem=problem)
    if problem.kind is ProblemKind.UNKNOWN_METHOD:
        answer.headers.append((b"allow", ", ".join(_allowed(problem)).encode("ascii")))
    if problem.kind is ProblemKind.LIMITED:
        answer.headers += _waits(problem, call)
    return answer


def _waits(problem: Problem, call: Call) -> list[tuple[bytes, bytes]]:
    """Return Retry-After; with the throttle also the framework's three X-RateLimit headers."""
    standing = call.standing
    if "retry_after" in problem.detail or standing is None:
        return [(b"retry-after", str(problem.detail.get("retry_after", 0)).encode())]
    clock = call.sandbox.clock
    return [
        (b"retry-after", b"%d" % clock.whole_seconds(standing.reset)),
        (b"x-ratelimit-limit", b"%d" % standing.limit.calls),
        (b"x-ratelimit-remaining", b"%d" % standing.remaining),
        (b"x-ratelimit-reset", b"%d" % ceil(clock.on_clients_clock(standing.reset).timestamp())),
    ]
