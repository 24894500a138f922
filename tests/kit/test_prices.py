"""What the laws read off a transcript as the price of a job is what the server charges for it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from mockserver.kit.laws.providers import documented_prices, runs_of
from mockserver.kit.transcript import read
from mockserver.settings import Settings
from mockserver.testing import MockServer

CREATIONS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "tensorone": (
        "/v2/ai/text-to-video",
        [{"prompt": "a"}, {"prompt": "a", "duration": 7.5}, {"prompt": "a", "width": 1024, "height": 1024}],
    ),
    "aimlapi": (
        "/v2/video/generations",
        [
            {"model": "pixverse/v5/text-to-video", "prompt": "a"},
            {"model": "pixverse/v5.5/text-to-video", "prompt": "a", "resolution": "1080p", "duration": 5},
        ],
    ),
    "modelslab": ("/api/v6/video/text2video_ultra", [{"model_id": "wan2.2", "prompt": "a"}]),
    "gately": ("/v1/video_generation", [{"model": "T2V-01", "prompt": "a"}]),
}


@pytest.mark.parametrize("scenario", ["success", "dropped-creation"])
@pytest.mark.parametrize("provider", CREATIONS)
def test_the_price_in_a_transcript_is_the_one_that_was_charged(provider: str, scenario: str) -> None:
    """Also where the creation's answer was lost."""
    path, bodies = CREATIONS[provider]
    with MockServer.in_process(Settings(timing="instant")) as server:
        sandbox = server.sandbox()
        for body in bodies:
            sandbox.scenario.queue(scenario)
            headers = {**sandbox.headers, "Content-Type": "application/json"}
            try:
                server.request("POST", path, headers, json.dumps({**body, "key": sandbox.key}).encode())
            except ConnectionError:
                assert scenario == "dropped-creation"
        transcript = read(sandbox.journal.read())
        charged = [one["amount"] and Decimal(one["amount"]) for one in sandbox.spend()["jobs"]]
    assert len(charged) == len(bodies)
    costs = [documented_prices().cost(one) for one in transcript.exchanges]
    assert [one.amount for one in costs] == charged
    assert all(one.source for one in costs)
    assert all(run.prices is documented_prices() for run in runs_of(transcript))
