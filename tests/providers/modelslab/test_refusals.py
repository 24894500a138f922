"""What is said when a call is refused, in both styles."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.call import Answer, Call
from mockserver.providers.modelslab import PROVIDER
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.providers.modelslab.client import CAT, ENTERPRISE, V6, Client

ClientOf = Callable[..., Client]

STATUSES = {
    ProblemKind.MALFORMED: (200, 400),
    ProblemKind.OVERSIZED: (200, 400),
    ProblemKind.INVALID: (200, 400),
    ProblemKind.REFUSED: (200, 400),
    ProblemKind.UNAUTHENTICATED: (200, 401),
    ProblemKind.OUT_OF_CREDITS: (200, 402),
    ProblemKind.FORBIDDEN: (200, 403),
    ProblemKind.MISSING: (200, 404),
    ProblemKind.CONFLICT: (200, 404),
    ProblemKind.MODERATED: (200, 200),
    ProblemKind.LIMITED: (429, 429),
    ProblemKind.UNKNOWN_PATH: (404, 404),
    ProblemKind.UNKNOWN_METHOD: (405, 405),
    ProblemKind.UPSTREAM: (500, 500),
    ProblemKind.CRASHED: (500, 500),
    ProblemKind.UNAVAILABLE: (503, 503),
}


def _refused(problem: Problem, *words: str) -> Answer:
    call = Call("POST", f"{V6}/text2video", "", {}, b"")
    call.provider, call.operation, call.profile = PROVIDER, None, PROVIDER.profile(words)
    return PROVIDER.refuse(problem, call)


@pytest.mark.parametrize("kind", ProblemKind)
def test_every_kind_of_problem_has_its_status_in_both_styles(kind: ProblemKind) -> None:
    assert (_refused(Problem(kind)).status, _refused(Problem(kind), "documented").status) == STATUSES[kind]


def _error(message: str) -> dict[str, str]:
    return {"status": "error", "message": message}


@pytest.mark.fact("modelslab.error.plan")
def test_a_call_outside_the_plan() -> None:
    for words in ((), ("documented",)):
        assert _refused(Problem(ProblemKind.FORBIDDEN), *words).body == _error(
            "This feature requires a premium subscription"
        )


@pytest.mark.fact("modelslab.error.server")
@pytest.mark.parametrize("kind", [ProblemKind.UPSTREAM, ProblemKind.CRASHED])
def test_a_fault_of_the_server(kind: ProblemKind) -> None:
    for words in ((), ("documented",)):
        assert _refused(Problem(kind), *words).body == _error("Internal server error. Please try again.")


@pytest.mark.fact("modelslab.error.maintenance")
@pytest.mark.parametrize("style", ["legacy", "documented"])
def test_a_full_store_is_unavailable(style: str) -> None:
    settings = Settings(max_jobs=1, profiles={"modelslab": frozenset({style})})
    with MockServer(settings) as server:
        client = Client(server, "full", [style], timing="documented")
        client.make()
        answer = client.post(f"{ENTERPRISE}/text2video", **CAT)
    assert answer.status == 503
    assert answer.value == _error("Service temporarily unavailable. Please try again later.")


NULL, BIG = None, 2**53
WORDS: list[tuple[dict[str, Any], dict[str, list[str]], str]] = [
    ({"prompt": NULL}, {"prompt": ["The prompt field is required."]}, "prompt is required"),
    ({"model_id": NULL}, {}, "model_id is required"),
    ({"model_id": ""}, {}, "model_id is required"),
    ({"seed": "x"}, {"seed": ["The seed field must be an integer."]}, "seed must be an integer"),
    ({"seed": BIG}, {"seed": ["The seed field must be an integer."]}, "seed must be an integer"),
    ({"seed": 1.5}, {"seed": ["The seed field must be an integer."]}, "seed must be an integer"),
    ({"seed": True}, {"seed": ["The seed field must be an integer."]}, "seed must be an integer"),
    ({"height": "007"}, {"height": ["The height field must be an integer."]}, "height must be an integer"),
    ({"height": "64.5"}, {"height": ["The height field must be an integer."]}, "height must be an integer"),
    ({"height": "-3.5"}, {"height": ["The height field must be an integer."]}, "height must be an integer"),
    ({"height": "9" * 16}, {"height": ["The height field must be an integer."]}, "height must be an integer"),
    ({"height": "-3"}, {"height": ["The height field must be at least 1."]}, "height must be at least 1"),
    ({"height": NULL}, {"height": ["The height field must be an integer."]}, "height must be an integer"),
    (
        {"guidance_scale": "high"},
        {"guidance_scale": ["The guidance scale field must be a number."]},
        "guidance_scale must be a number",
    ),
    (
        {"guidance_scale": 1e300},
        {"guidance_scale": ["The guidance scale field must be a number."]},
        "guidance_scale must be a number",
    ),
    ({"temp": "maybe"}, {"temp": ["The temp field must be true or false."]}, "temp must be a boolean"),
    ({"temp": 1}, {"temp": ["The temp field must be true or false."]}, "temp must be a boolean"),
    ({"webhook": 5}, {"webhook": ["The webhook field must be a string."]}, "webhook must be a string"),
    ({"track_id": {}}, {"track_id": ["The track id field must be a string."]}, "track_id must be a string"),
    (
        {"negative_prompt": NULL},
        {"negative_prompt": ["The negative prompt field must be a string."]},
        "negative_prompt must be a string",
    ),
]


@pytest.mark.parametrize(("fields", "legacy", "documented"), WORDS)
def test_a_field_is_refused_in_the_words_of_the_style(
    client_of: ClientOf, fields: dict[str, Any], legacy: dict[str, list[str]], documented: str
) -> None:
    for path in (f"{V6}/text2video", f"{ENTERPRISE}/text2video"):
        answer = client_of().post(path, **{**CAT, **fields})
        assert (answer.status, answer.value) == (200, {"status": "error", "message": legacy or "Model id not found"})
        answer = client_of("documented").post(path, **{**CAT, **fields})
        assert (answer.status, answer.value) == (400, _error(documented))


def test_several_faults_all_in_legacy_and_the_first_by_stage_in_documented(client_of: ClientOf) -> None:
    fields = {"model_id": "x", "height": "tall", "width": 0, "output_type": "webm"}
    told = client_of().post(f"{V6}/text2video", **fields).value["message"]
    assert list(told) == ["prompt", "height", "width", "output_type"]
    documented = client_of("documented")
    messages = []
    for repaired in ({}, {"prompt": "a cat"}, {"height": 64}, {"width": 64}, {"output_type": "gif"}):
        fields |= repaired
        messages.append(documented.post(f"{V6}/text2video", **fields).value["message"])
    assert messages == [
        "prompt is required", "height must be an integer", "width must be at least 1",
        "output_type must be one of mp4, gif", "Model not found: x",
    ]  # fmt: skip


def test_the_ranges_of_strict_are_named_as_far_as_there_are_any(client_of: ClientOf) -> None:
    client = client_of("documented", "strict")
    for fields, message in (
        ({"height": 513}, "height must be between 1 and 512"),
        ({"height": "513"}, "height must be between 1 and 512"),
        ({"num_inference_steps": 51}, "num_inference_steps must be at most 50"),
        ({"upscale_strength": "-0.5"}, "upscale_strength must be between 0 and 1"),
        ({"webhook": "nowhere"}, "webhook must be a valid URL"),
    ):
        assert client.post(f"{V6}/text2video", **{**CAT, **fields}).value == _error(message)


@pytest.mark.parametrize("name", ["", "Safety Checker", "x" * 300, "é"])
def test_a_number_that_nobody_reads_is_ignored_in_an_unknown_field(client_of: ClientOf, name: str) -> None:
    assert client_of("documented").make(**{name: 1e300})["status"] == "processing"


def test_a_wrong_method_has_an_allow_header_that_is_true(client_of: ClientOf) -> None:
    client = client_of("get-fetch")
    closed = client_of(name="closed")
    rows = [
        (closed, "GET", f"{V6}/fetch/1", "POST"),
        (client, "PUT", f"{V6}/fetch/1", "POST, GET, HEAD"),
        (closed, "DELETE", f"{V6}/text2video", "POST"),
        (closed, "POST", "/generations/a.gif", "GET, HEAD"),
        (closed, "PATCH", "/api/v6/processing/request_count", "POST, GET, HEAD"),
    ]
    for one, method, path, allowed in rows:
        body = json.dumps({"key": one.key}).encode()
        status, headers, content = one.server.request(method, path, {"X-Mock-Sandbox": one.key}, body)
        assert (status, dict(headers)["allow"]) == (405, allowed)
        told = f"The {method} method is not supported for route {path[1:]}. Supported methods: {allowed}."
        assert json.loads(content) == {"message": told}


@pytest.mark.parametrize("path", ["/api/v6/video/text2videos", "/api/v6/video/fetch/", "/api/v1/enterprise/a%0Ab%20c"])
def test_an_unknown_path_is_named_as_it_came(client: Client, path: str) -> None:
    answer = client.post(path)
    assert (answer.status, answer.value) == (404, {"message": f"The route {path[1:]} could not be found."})


def test_a_body_can_be_refused_while_another_call_is_held() -> None:
    """A held call holds nobody else."""
    from tests.providers.modelslab.virtual import World, play

    async def scene(world: World) -> None:
        held = asyncio.create_task(world.post(f"{V6}/text2video", **CAT))
        await asyncio.sleep(0.1)
        assert await world.post(f"{V6}/text2video") == (
            0.0,
            {"status": "error", "message": {"prompt": ["The prompt field is required."]}},
        )
        assert (await held)[0] == 1.0

    play(scene, Settings())
