"""Gately: refusals in two styles, and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.quota import Standing
from mockserver.provider.call import Answer, Call, ClipBody
from mockserver.providers.gately.order import PER_MINUTE, not_implemented
from mockserver.providers.gately.upstream import INVALID, NO_PROMPT, missing
from mockserver.providers.gately.wire import base_resp

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
QUOTA: Final = "key-quota-used-up"
"""The scenario of a key whose own quota is used up."""

NO_KEY: Final = "login fail: Please carry the API secret key in the 'Authorization' field of the request header"
CHINESE: Final = {
    "missing": "未提供令牌",
    "wrong": "无效的令牌",
    "quota": "该令牌额度已用尽",
    "forbidden": "该令牌无权访问模型 {model}",
    "channel": "当前分组 default 下对于模型 {model} 无可用渠道",
    "limited": "您已达到请求数限制：{minutes}分钟内最多请求{calls}次",
}
_FILES: Final = ("downloadFile", "retrieveFileContent")
_FIELD: Final = re.compile(r"[a-z_]+")

Speaks = Callable[[Problem, Call], str]


def request_id(call: Call) -> str:
    """Return the id of a call: its instant, nanoseconds without leading zeros, and eight letters or digits."""
    now = call.now
    clock = f"{now.year:04}{now.month:02}{now.day:02}{now.hour:02}{now.minute:02}{now.second:02}"
    return f"{clock}{now.microsecond * 1000}{call.chance.text(0, 8, LETTERS)}"


def add_headers(answer: Answer, call: Call) -> None:
    """Add the gateway's id of the call to every answer; in the style `minimax` also the upstream's, but not
    to files.
    """
    answer.headers.append((b"x-oneapi-request-id", request_id(call).encode("ascii")))
    if "minimax" in call.profile and not isinstance(answer.body, ClipBody):
        answer.headers.append((b"trace-id", call.chance.digest[16:32].hex().encode("ascii")))


def _model(call: Call) -> str:
    """Return the model that a creation names."""
    value = call.value
    return str(value.get("model")) if isinstance(value, dict) else ""


def _says(english: str, chinese: str = "") -> Speaks:
    """Return a text of the gateway's own, which has a Chinese form under `chinese`."""

    def speaks(_problem: Problem, call: Call) -> str:
        text = CHINESE[chinese] if chinese and "chinese" in call.profile else english
        return text.format(model=_model(call)) if "{" in text else text

    return speaks


_MISSING_KEY: Final = _says("Invalid or missing API key", "missing")
_WRONG_KEY: Final = _says("Invalid or missing API key", "wrong")
_SPENT_KEY: Final = _says("API key quota used up", "quota")
_NO_CHANNEL: Final = _says("No available channel for model {model} under group default", "channel")
_FAULT: Final = _says("Internal Server Error - Contact support")


def _key(problem: Problem, call: Call) -> str:
    if problem.detail.get("scenario") == QUOTA:
        return _SPENT_KEY(problem, call)
    return (_MISSING_KEY if problem.detail.get("missing") else _WRONG_KEY)(problem, call)


def _too_many(problem: Problem, call: Call) -> str:
    """Return the gateway's sentence, which counts in minutes; a shorter window counts as one."""
    if "chinese" not in call.profile:
        return "Rate limit exceeded"
    standing = problem.detail.get("standing")
    limit = standing.limit if isinstance(standing, Standing) else PER_MINUTE
    return CHINESE["limited"].format(minutes=max(1, limit.seconds // 60), calls=limit.calls)


def _unreadable(problem: Problem, _call: Call) -> str:
    return f"Invalid request, {problem.text or 'the body is not a JSON object'}"


def _wrong(problem: Problem, _call: Call) -> str:
    first = problem.violations[0]
    # A field of no schema can be wrong too (a number beyond 2^53), and may be called anything.
    field = first.field if _FIELD.fullmatch(first.field) else "body"
    reason = "is required" if first.rule == "required" else f"is not valid, {first.sentence()}"
    return f"Check your request parameters: {field} {reason}"


def _unavailable(problem: Problem, call: Call) -> str:
    return problem.text if _is_file(call) else _NO_CHANNEL(problem, call)


def _gone(problem: Problem, _call: Call) -> str:
    return "File not found" if problem.detail.get("resource") == "file" else "Task not found"


_GATEWAY: Final[dict[ProblemKind, tuple[int, Speaks]]] = {
    ProblemKind.MALFORMED: (400, _unreadable),
    ProblemKind.OVERSIZED: (400, _unreadable),
    ProblemKind.INVALID: (400, _wrong),
    ProblemKind.UNAUTHENTICATED: (401, _key),
    ProblemKind.FORBIDDEN: (403, _says("This API key may not use the model {model}", "forbidden")),
    ProblemKind.LIMITED: (429, _too_many),
    ProblemKind.UNAVAILABLE: (503, _unavailable),
    ProblemKind.UPSTREAM: (500, _FAULT),
    ProblemKind.CRASHED: (500, _FAULT),
}
"""The refusals of the gateway itself."""


_SAID_TO_BE_MISSING: Final = ("", "model", "prompt", "first_frame_image")
"""What the upstream calls missing also where it came, and is empty or of a wrong type."""


def _badly(problem: Problem, call: Call) -> tuple[int, str]:
    """Return the upstream's words for a request that breaks its schema."""
    first = problem.violations[0]
    is_given = first.rule != "required" and first.field not in _SAID_TO_BE_MISSING
    if is_given or first.rule not in ("required", "type", "minLength"):
        return INVALID, "invalid params"
    if first.path == ("prompt",) and first.rule != "type" and _model(call).startswith("T2V-"):
        return INVALID, NO_PROMPT
    return INVALID, missing(first.field or "body")


def _login(problem: Problem, _call: Call) -> tuple[int, str]:
    if problem.detail.get("scenario") == QUOTA:
        return 1008, "insufficient balance"
    return (1004, NO_KEY) if problem.detail.get("missing") else (2049, "invalid api key")


def _coded(code: int, text: str) -> Callable[[Problem, Call], tuple[int, str]]:
    def codes(problem: Problem, _call: Call) -> tuple[int, str]:
        return code, str(problem.detail.get("status_msg", text))

    return codes


_UPSTREAM: Final[dict[ProblemKind, Callable[[Problem, Call], tuple[int, str]]]] = {
    ProblemKind.REFUSED: _coded(INVALID, "invalid params"),
    ProblemKind.MISSING: _coded(INVALID, "invalid params"),
    ProblemKind.CONFLICT: _coded(INVALID, "invalid params"),
    ProblemKind.OUT_OF_CREDITS: _coded(1008, "insufficient balance"),
    ProblemKind.MODERATED: _coded(1026, "input new_sensitive"),
}
"""The refusals of the upstream, in both styles."""

_MINIMAX: Final = {
    **_UPSTREAM,
    ProblemKind.MALFORMED: _coded(INVALID, "invalid params"),
    ProblemKind.OVERSIZED: _coded(INVALID, "invalid params"),
    ProblemKind.INVALID: _badly,
    ProblemKind.UNAUTHENTICATED: _login,
    ProblemKind.FORBIDDEN: _coded(1004, "not authorized"),
    ProblemKind.LIMITED: _coded(1002, "rate limit exceeded(RPM)"),
    ProblemKind.UNAVAILABLE: _coded(1024, "internal error"),
    ProblemKind.UPSTREAM: _coded(1024, "internal error"),
    ProblemKind.CRASHED: _coded(1024, "internal error"),
}
"""The answers with HTTP 200 of the style `minimax`: all but those about unknown routes."""

_ABOUT_A_CREATION: Final = (1008, 1026, INVALID)


def refuse(problem: Problem, call: Call) -> Answer:
    """Return a problem in the words of the layer that it arises in."""
    kind, profile = problem.kind, call.profile
    is_upstream = "minimax" in profile
    if kind is ProblemKind.OVERSIZED and call.operation is not None and call.operation.endpoint is not_implemented:
        return not_implemented(call)  # whatever the body
    if kind in (ProblemKind.UNKNOWN_PATH, ProblemKind.UNKNOWN_METHOD):
        return _no_route(problem, call, is_upstream=is_upstream)
    if kind is ProblemKind.MISSING and "unknown-404" in profile:
        return _error(404, _gone(problem, call), problem, call)
    # A clip that cannot be made stays a 5xx: the bytes come from a storage, not from the upstream.
    codes = (_MINIMAX if is_upstream and not (_is_file(call) and _is_fault(kind)) else _UPSTREAM).get(kind)
    if codes is None:
        status, speaks = _GATEWAY[kind]
        return _error(status, speaks(problem, call), problem, call)
    code, text = codes(problem, call)
    body: dict[str, object] = {"base_resp": base_resp(code, text)}
    if is_upstream and code in _ABOUT_A_CREATION and call.operation is not None and call.operation.id == "createVideo":
        body = {"task_id": "", **body}
    return Answer(200, body, problem=problem)


def _is_file(call: Call) -> bool:
    return call.operation is not None and call.operation.id in _FILES


def _is_fault(kind: ProblemKind) -> bool:
    return kind in (ProblemKind.UNAVAILABLE, ProblemKind.UPSTREAM, ProblemKind.CRASHED)


def _error(status: int, text: str, problem: Problem, call: Call) -> Answer:
    message = f"{text} (request id: {request_id(call)})"
    return Answer(status, {"error": {"message": message, "type": "new_api_error"}}, problem=problem)


def _no_route(problem: Problem, call: Call, *, is_upstream: bool) -> Answer:
    if is_upstream:
        return Answer(404, b"404 page not found", content_type="text/plain", problem=problem)
    method = "GET" if call.method == "HEAD" else call.method  # HEAD is GET without a body, down to its length
    message = f"Invalid URL ({method} {call.path})"
    error = {"message": message, "type": "invalid_request_error", "param": "", "code": ""}
    return Answer(404, {"error": error}, problem=problem)
