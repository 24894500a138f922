"""Prices are the pages'; what the server charges is what a reader of requests and answers finds in the same data."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from mockserver.data import contracts
from mockserver.prices import PriceList, no_prices, read_prices, shown
from mockserver.providers.aimlapi.request import LIP_SYNC, RATES, SPEAKING, price
from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox

PROVIDERS = ("tensorone", "modelslab", "aimlapi", "gately")
LISTS: dict[str, PriceList] = {name: read_prices(contracts() / name) for name in PROVIDERS}
MARKS = {"documented", "recorded", "inferred", "decided", "unknown"}


def cost(provider: str, operation: str, body: dict[str, Any], answer: Any = None) -> Decimal | None:
    prices = LISTS[provider]
    return prices.price(operation, prices.told(operation, body, answer)).amount


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_operation_that_makes_a_job_has_a_price_with_a_source_or_the_reason_why_there_is_none(name: str) -> None:
    data = json.loads((contracts() / name / "prices.json").read_bytes())
    assert data["failed"]["mark"] in MARKS
    for rule in data["prices"]:
        assert rule["source"]
        assert (rule["mark"] == "unknown") == (rule["amount"] is None)
        assert rule["mark"] in MARKS
    with MockServer.in_process() as server:
        (listed,) = [one for one in server.control("GET", "/providers")["providers"] if one["name"] == name]
    assert {rule["operation"] for rule in data["prices"]} <= set(listed["operations"])


@pytest.mark.parametrize(
    ("body", "dollars"),
    [
        ({}, "1.50"),
        ({"duration": 5}, "2.50"),
        ({"duration": 2.5, "width": 1024, "height": 576}, "1.25"),
        ({"duration": 4, "width": 576, "height": 1024}, "2.00"),
        ({"duration": 4, "width": 1280, "height": 720}, "4.00"),
        ({"duration": 12}, "3.60"),
    ],
)
def test_the_page_of_tensorone(body: dict[str, Any], dollars: str) -> None:
    """$0.50 a second up to 1024x576, $1.00 above, $0.30 beyond ten seconds."""
    assert shown(cost("tensorone", "createVideo", body) or Decimal(0)) == dollars


def test_what_is_not_told_has_no_price_and_says_why() -> None:
    assert cost("gately", "createVideo", {}) is None
    assert cost("modelslab", "text2video", {}) is None
    assert cost("modelslab", "text2videoUltra", {}) == Decimal("0.2")
    assert cost("tensorone", "upscaleVideo", {"videoId": "vid_1"}) is None
    assert "no page of Gately" in LISTS["gately"].price("createVideo", {}).source
    assert no_prices("toy").price("make", {}).mark == "unknown"


@pytest.mark.parametrize("model", [*RATES, LIP_SYNC])
@pytest.mark.parametrize("resolution", ["360p", "540p", "720p", "1080p"])
@pytest.mark.parametrize("seconds", [5, 8])
@pytest.mark.parametrize("speaks", [False, True])
def test_the_price_of_an_aimlapi_request_is_that_of_its_credits(
    model: str, resolution: str, seconds: int, speaks: bool
) -> None:
    """An answer that was lost tells no credits; the request tells the same price."""
    speaks = speaks and model in SPEAKING
    body: dict[str, Any] = {"model": model, "resolution": resolution, "duration": seconds}
    if speaks:
        body["lip_sync_tts_content"] = "Hello."
    credits_ = price(model, resolution, seconds, speaks=speaks)
    for name in ("credits_used", "tokens_used"):
        answer = {"meta": {"usage": {name: credits_}}}
        assert cost("aimlapi", "createVideo", body, answer) == cost("aimlapi", "createVideo", body)
    assert cost("aimlapi", "createVideo", body) == Decimal(credits_) / 2_000_000


def made(server: MockServer, sandbox: Sandbox, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {sandbox.key}", "Content-Type": "application/json"}
    status, _, content = server.request("POST", path, headers, json.dumps(body).encode())
    return status, json.loads(content)


VIDEO = ("/v2/ai/text-to-video", {"prompt": "a cat", "duration": 5})
CLIP = ("/v2/video/generations", {"model": "pixverse/v5/text-to-video", "prompt": "a cat"})


def test_spend_is_told_by_sandbox_operation_and_job_and_a_job_made_twice_shows_as_money() -> None:
    with MockServer.in_process(Settings(timing="instant")) as server:
        sandbox, other = server.sandbox(), server.sandbox()
        for _ in range(2):
            assert made(server, sandbox, *VIDEO)[0] == 200
        made(server, sandbox, "/v1/video_generation", {"model": "T2V-01", "prompt": "a cat"})
        made(server, other, *CLIP)
        spend = sandbox.spend()
        assert (spend["amount"], spend["made"], spend["unpriced"], spend["budget"]) == ("5.00", 3, 1, None)
        assert spend["repeated"] == {"amount": "2.50", "made": 1, "unpriced": 0}
        assert [(one["provider"], one["operation"], one["amount"]) for one in spend["operations"]] == [
            ("tensorone", "createVideo", "5.00"), ("gately", "createVideo", "0.00"),
        ]  # fmt: skip
        first, second, unpriced = spend["jobs"]
        assert (first["repeats"], second["repeats"], unpriced["amount"]) == (None, first["id"], None)
        assert (first["mark"], unpriced["mark"]) == ("documented", "unknown")
        assert server.control("GET", "/spend")["amount"] == "5.21"


def test_an_upscale_costs_by_the_seconds_of_its_video() -> None:
    with MockServer.in_process(Settings(timing="instant")) as server:
        sandbox = server.sandbox()
        _, video = made(server, sandbox, *VIDEO)
        made(server, sandbox, "/v2/ai/video-upscale", {"videoId": video["videoId"], "targetResolution": "4K"})
        assert [one["amount"] for one in sandbox.spend()["jobs"]] == ["2.50", "1.25"]


def test_the_balance_of_aimlapi_is_what_is_left_of_the_budget() -> None:
    with MockServer.in_process() as server:
        sandbox = server.sandbox()
        for budget, left in ((None, 10.07), (1, 0.79), (0.1, 0)):
            if budget == 1:
                made(server, sandbox, *CLIP)
            sandbox.configure(budget_usd=budget)
            _, _, body = server.request("GET", "/v2/billing", {"Authorization": f"Bearer {sandbox.key}"}, b"")
            assert json.loads(body)["current_balance"] == left


def test_a_failed_job_costs_nothing_where_its_page_says_so() -> None:
    with MockServer.in_process(Settings(timing="instant", scenario="fails-in-processing")) as server:
        sandbox = server.sandbox()
        made(server, sandbox, *VIDEO)
        made(server, sandbox, *CLIP)
        assert [one["amount"] for one in sandbox.spend()["jobs"]] == ["2.50", "0.00"]


@pytest.mark.parametrize(("path", "body", "status"), [(*VIDEO, 402), (*CLIP, 403)], ids=["tensorone", "aimlapi"])
def test_beyond_its_budget_a_sandbox_gets_the_providers_own_refusal(
    path: str, body: dict[str, Any], status: int
) -> None:
    """The same answer as under `out-of-credits`; more money, or a failed job that is not charged, lets it go on."""
    with MockServer.in_process() as server:
        sandbox = server.sandbox()
        sandbox.freeze()
        assert made(server, sandbox, path, body)[0] == 200
        price = float(sandbox.spend()["amount"])
        sandbox.configure(budget_usd=2 * price - 0.001)
        came, refusal = made(server, sandbox, path, body)
        assert came == status
        sandbox.configure(scenario="out-of-credits", budget_usd=None)
        assert made(server, sandbox, path, body)[0] == status
        assert sandbox.settings()["submissions"] == 1
        sandbox.configure(scenario="success", budget_usd=2 * price)
        assert made(server, sandbox, path, body)[0] == 200
        assert "budget" not in json.dumps(refusal)
        sandbox.configure(budget_usd=2 * price)
        if path == CLIP[0]:
            sandbox.fail(sandbox.jobs()[0]["id"])
            assert made(server, sandbox, path, body)[0] == 200
        assert made(server, sandbox, path, body)[0] == status
