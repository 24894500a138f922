"""The envelopes of both eras, for every kind of refusal, kept by the document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest

from mockserver.adapters.clock import HandTime, SandboxClock
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.engine.sandbox import Sandbox
from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS
from mockserver.provider.call import Answer, Call
from mockserver.providers.aimlapi import PROVIDER
from tests.providers.aimlapi.client import CAT, UNIVERSAL, Client

NOW = datetime(2026, 1, 22, 7, 20, 46, 273_999, tzinfo=UTC)
ERAS = [("2025-11",), ("2026",), ("2026", "january"), ("2025-11", "headers")]


def _refused(problem: Problem, words: tuple[str, ...], operation: str = "createVideo") -> Answer:
    """What the provider makes of a problem, without a server."""
    one = next(one for one in PROVIDER.operations if one.id == operation)
    call = Call(one.method, one.path, "", {}, b"")
    call.provider, call.operation, call.profile, call.now = PROVIDER, one, frozenset(words), NOW
    call.sandbox = Sandbox("sb_000000000000", SandboxClock(HandTime(NOW)), 0, 0, {}, "quick")
    return PROVIDER.refuse(problem, call)


def _keeps(body: object, words: tuple[str, ...], component: str) -> bool:
    """Whether a body is what the document of a profile says of a component, keys in that order."""
    name = f"error.problem-{component}" if "2026" in words else f"error.{component}"
    schema = promise.schema(promise.load(PROVIDERS / "aimlapi").under(words), name)
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(body)
    assert isinstance(body, dict)
    return list(body) == [key for key in schema["properties"] if key in body]


@pytest.mark.parametrize("words", ERAS)
@pytest.mark.parametrize("operation", ["createVideo", "getVideo"])
@pytest.mark.parametrize(
    ("problem", "status", "message", "component"),
    [
        pytest.param(Problem(ProblemKind.LIMITED), 429, "Too Many Requests", "limited",
                     marks=pytest.mark.fact("aimlapi.errors.limited")),
        pytest.param(Problem(ProblemKind.CRASHED), 500, "Internal server error", "server",
                     marks=pytest.mark.fact("aimlapi.errors.server")),
        pytest.param(Problem(ProblemKind.UPSTREAM, detail={"status": 500}), 500,
                     "Something wrong with the server. Please, try again later.", "server",
                     marks=pytest.mark.fact("aimlapi.errors.server")),
        pytest.param(Problem(ProblemKind.UPSTREAM), 502, "Bad Gateway", "bad-gateway",
                     marks=pytest.mark.fact("aimlapi.errors.gateway")),
        pytest.param(Problem(ProblemKind.UNAVAILABLE), 503, "Service unavailable", "unavailable",
                     marks=pytest.mark.fact("aimlapi.errors.gateway")),
        pytest.param(Problem(ProblemKind.UPSTREAM, detail={"status": 504}), 504, "Generation timeout", "timeout",
                     marks=pytest.mark.fact("aimlapi.errors.gateway")),
    ],
)  # fmt: skip
def test_what_only_happens_on_demand(
    words: tuple[str, ...], operation: str, problem: Problem, status: int, message: str, component: str
) -> None:
    answer = _refused(problem, words, operation)
    assert answer.status == status
    assert isinstance(answer.body, dict)
    assert answer.body["message"] == message
    assert answer.body["timestamp"] == "2026-01-22T07:20:46.273Z"
    assert _keeps(answer.body, words, component)
    assert b"retry-after" not in dict(answer.headers)


@pytest.mark.fact("aimlapi.errors.server", "aimlapi.errors.gateway")
@pytest.mark.parametrize(
    ("scenario", "status", "component"),
    [("server-error", 500, "server"), ("bad-gateway", 502, "bad-gateway"), ("overloaded", 503, "unavailable")],
)
@pytest.mark.parametrize("words", ERAS[:2])
def test_a_creation_that_meets_a_fault(
    client_of: Callable[..., Client], words: tuple[str, ...], scenario: str, status: int, component: str
) -> None:
    answer = client_of(*words, scenario=scenario).call("POST", UNIVERSAL, CAT)
    assert answer.status == status
    assert _keeps(answer.json(), words, component)


@pytest.mark.parametrize(
    "call",
    [
        ("POST", UNIVERSAL, {}, "invalid-body"),
        ("POST", UNIVERSAL, [], "invalid-body"),
        ("POST", UNIVERSAL, {**CAT, "seed": 2**60, "style": 3}, "invalid-body"),
        ("GET", UNIVERSAL, None, "invalid-query"),
        ("GET", f"{UNIVERSAL}?generation_id=a&generation_id=b", None, "invalid-query"),
        ("GET", f"{UNIVERSAL}?generation_id=%2F", None, "unknown-generation"),
        ("GET", "/model/x", None, "unknown-model"),
        ("GET", "/v2/video", None, "unknown-route"),
        ("PATCH", UNIVERSAL, None, "unknown-route"),
    ],
)
@pytest.mark.parametrize("words", ERAS)
def test_a_refusal_keeps_the_document(
    client_of: Callable[..., Client], words: tuple[str, ...], call: tuple[str, str, Any, str]
) -> None:
    method, path, value, component = call
    answer = client_of(*words).call(method, path, value)
    assert _keeps(answer.json(), words, component)


@pytest.mark.fact("aimlapi.headers.request-id.body")
@pytest.mark.parametrize(("method", "path"), [("POST", UNIVERSAL), ("GET", UNIVERSAL), ("DELETE", UNIVERSAL)])
@pytest.mark.parametrize("words", [("2026",), ("headers",)])
def test_the_request_id_is_the_same_in_body_and_header(
    client_of: Callable[..., Client], words: tuple[str, ...], method: str, path: str
) -> None:
    answer = client_of(*words).call(method, path, {} if method == "POST" else None)
    assert answer.header("x-request-id") == answer.json()["requestId"]


def test_a_poll_without_a_key_is_refused_in_the_style_of_its_generation(client_of: Callable[..., Client]) -> None:
    client = client_of("2026")
    identifier = client.create()
    answer = client.call("GET", f"{UNIVERSAL}?generation_id={identifier}", headers={"Authorization": None})
    assert (answer.status, answer.json()["title"]) == (401, "Unauthorized")


def test_the_path_is_told_as_it_came(client_of: Callable[..., Client]) -> None:
    client = client_of("2026")
    path = "/panda/pixverse%2Fmp4%2Fmedia%2Fweb%2Fori%2FtKPwdgHZmANBxqWuFuWYH_seed1.mp4?x=%20"
    assert client.call("GET", path).json()["instance"] == path
