"""The queue limit, the throttle and the spam filter."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mockserver.testing import MockServer
from tests.providers.modelslab.client import CAT, ENTERPRISE, V6, Client
from tests.sandbox_client import Answer

ClientOf = Callable[..., Client]
COUNT = "/api/v6/processing/request_count"
FULL = "Rate limit exceeded. Maximum 5 queued requests allowed."


def _sixth(client: Client) -> Answer:
    """The sixth of six requests, three on v6, two on enterprise; it asks for an instant response."""
    for path in (V6, ENTERPRISE, V6, ENTERPRISE, V6):
        client.make(f"{path}/text2video")
    return client.post(f"{V6}/text2video", **CAT)


@pytest.mark.fact("modelslab.limit.queue", "modelslab.limit.queue.account", "modelslab.limit.queue.retry-after")
@pytest.mark.parametrize("style", ["legacy", "documented"])
def test_the_sixth_unfinished_request_is_refused(client_of: ClientOf, style: str) -> None:
    answer = _sixth(client_of(style, limits="documented"))
    assert answer.status == 429
    assert list(answer.value) == ["status", "message", "retry_after"]
    assert (answer.value["status"], answer.value["message"]) == ("error", FULL)
    assert answer.headers["retry-after"] == str(answer.value["retry_after"])
    assert 1 <= answer.value["retry_after"] <= 4


@pytest.mark.fact("modelslab.limit.queue.freed")
def test_waiting_as_told_succeeds_and_a_second_less_does_not(client_of: ClientOf) -> None:
    client = client_of(limits="documented", timing="documented")
    wait = _sixth(client).value["retry_after"]
    client.advance(wait - 1)
    assert client.post(f"{ENTERPRISE}/text2video", **CAT).status == 429
    client.advance(1)
    assert client.post(f"{ENTERPRISE}/text2video", **CAT).value["status"] == "processing"
    assert client.post(f"{V6}/text2video", **CAT).status == 429


@pytest.mark.fact("modelslab.order.model-then-queue")
def test_an_unknown_model_is_told_before_a_full_queue(client_of: ClientOf) -> None:
    client = client_of("documented", limits="documented")
    assert _sixth(client).status == 429
    answer = client.post(f"{V6}/text2video", **{**CAT, "model_id": "no-such-model"})
    assert (answer.status, answer.value["message"]) == (400, "Model not found: no-such-model")


def test_limits_switched_on_later_count_what_is_unfinished(client_of: ClientOf) -> None:
    client = client_of(timing="documented")
    etas = sorted(client.make()["eta"] for _ in range(8))
    client.sandbox.configure(limits="documented")
    answer = client.post(f"{V6}/text2video", **CAT)
    assert answer.value["retry_after"] == etas[3]  # the fourth to end leaves four of eight
    client.advance(etas[3])
    assert client.post(f"{V6}/text2video", **CAT).status == 200


@pytest.mark.fact("modelslab.limit.queue.retry-30")
@pytest.mark.parametrize("scenario", ["success", "stuck-in-queue"])
def test_retry_30_sends_the_constant_of_the_page(client_of: ClientOf, scenario: str) -> None:
    answer = _sixth(client_of("retry-30", limits="documented", scenario=scenario))
    assert (answer.value["retry_after"], answer.headers["retry-after"]) == (30, "30")


def test_nothing_is_refused_by_default(client: Client) -> None:
    assert _sixth(client).status == 200
    assert {client.post(COUNT).status for _ in range(40)} == {200}


def test_the_count_is_of_unfinished_videos_of_both_surfaces(client: Client) -> None:
    client.make()
    client.make(f"{ENTERPRISE}/text2video")
    assert client.post(COUNT).value["processing_count"] == 2
    client.advance(5)
    assert client.post(COUNT).value["processing_count"] == 0


@pytest.mark.fact("modelslab.request-count.throttle", "modelslab.request-count.throttle.documented")
@pytest.mark.parametrize(
    ("style", "body"),
    [
        ("legacy", {"message": "Too Many Attempts."}),
        ("documented", {"status": "error", "message": "Too Many Attempts."}),
    ],
)
def test_the_count_may_be_asked_thirty_times_a_minute(client_of: ClientOf, style: str, body: dict[str, str]) -> None:
    client = client_of(style, limits="documented")
    assert {client.post(COUNT).status for _ in range(10)} == {200}
    client.advance(20)
    assert {client.post(COUNT).status for _ in range(20)} == {200}
    refused = client.post(COUNT)
    assert (refused.status, refused.value) == (429, body)
    assert refused.headers["retry-after"] == "40"
    assert (refused.headers["x-ratelimit-limit"], refused.headers["x-ratelimit-remaining"]) == ("30", "0")
    assert refused.headers["x-ratelimit-reset"].isdecimal()
    client.advance(39)
    assert client.post(COUNT).status == 429
    client.advance(1)
    assert client.post(COUNT).status == 200


@pytest.mark.parametrize("style", ["legacy", "documented"])
def test_the_spam_filter_refuses_the_same_request_for_thirty_seconds(client_of: ClientOf, style: str) -> None:
    client = client_of(style, "spam-filter")
    client.make()
    assert client.make(prompt="a dog")["status"] == "processing"
    again = client.post(f"{V6}/text2video", **CAT)
    assert (again.status, again.headers["retry-after"]) == (429, "30")
    assert list(again.value) == ["status", "message", "tips"]
    client.advance(29)
    assert client.post(f"{V6}/text2video", **CAT).status == 429
    client.advance(1)
    assert client.post(f"{V6}/text2video", **CAT).status == 200


@pytest.mark.fact("modelslab.limit.queue.plans")
@pytest.mark.parametrize(("plan", "most"), [("basic", 5), ("standard", 10), ("premium", 15)])
def test_the_plan_of_the_account_sets_the_queue(server: MockServer, plan: str, most: int) -> None:
    """Five, ten or fifteen videos may wait; the refusal of the next names the number."""
    sandbox = server.sandbox(f"modelslab plan {plan}")
    sandbox.reset()
    sandbox.freeze()
    sandbox.configure(limits="documented", tiers={"modelslab": plan})
    body = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a cat", "instant_response": True}
    answers = [
        server.request(
            "POST", "/api/v6/video/text2video", {"content-type": "application/json"}, json.dumps(body).encode()
        )
        for _ in range(most + 1)
    ]
    assert [status for status, _, _ in answers] == [200] * most + [429]
    assert f"Maximum {most} queued requests allowed" in json.loads(answers[-1][2])["message"]
