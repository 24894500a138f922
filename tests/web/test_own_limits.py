"""Rate limits of the tester's own: the 429 in the middle of polling, at every provider, in its own words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.testing import MockServer, Sandbox
from mockserver.testing.control import ControlRefused

KEY = "own-limits"
BEARER = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
CALLS: dict[str, tuple[str, str, str, Any]] = {
    "tensorone": ("createVideo", "POST", "/v2/ai/text-to-video", {"prompt": "a cat"}),
    "modelslab": (
        "text2video",
        "POST",
        "/api/v6/video/text2video",
        {"key": KEY, "model_id": "cogvideox", "prompt": "a cat", "instant_response": True},
    ),
    "aimlapi": (
        "createVideoLegacy",
        "POST",
        "/v2/generate/video/pixverse/generation",
        {"model": "pixverse/v5/text-to-video", "prompt": "a cat"},
    ),
    "gately": ("createVideo", "POST", "/v1/video_generation", {"model": "T2V-01", "prompt": "a cat"}),
}


@pytest.fixture
def sandbox(server: MockServer) -> Sandbox:
    made = server.sandbox(KEY)
    made.reset(configuration=True)
    made.freeze()
    return made


def status(server: MockServer, provider: str) -> int:
    _, method, path, body = CALLS[provider]
    return server.request(method, path, BEARER, json.dumps(body).encode())[0]


@pytest.mark.parametrize("provider", CALLS)
def test_an_own_limit_refuses_in_the_providers_words_until_its_window_has_passed(
    provider: str, server: MockServer, sandbox: Sandbox
) -> None:
    """Two calls in ten seconds are taken, the third is 429, and one more exactly ten seconds after the first."""
    sandbox.configure(limits={CALLS[provider][0]: {"calls": 2, "seconds": 10}})
    assert [status(server, provider) for _ in range(3)] == [200, 200, 429]
    sandbox.advance(9)
    assert status(server, provider) == 429
    sandbox.advance(1)
    assert status(server, provider) == 200
    sandbox.configure(limits="off")
    assert [status(server, provider) for _ in range(3)] == [200, 200, 200]


WHERE_CREATE_VIDEO_IS = {
    "tensorone": CALLS["tensorone"],
    "gately": CALLS["gately"],
    "aimlapi": ("createVideo", "POST", "/v2/video/generations", CALLS["aimlapi"][3]),
}


def created(server: MockServer, provider: str) -> int:
    _, method, path, body = WHERE_CREATE_VIDEO_IS[provider]
    return server.request(method, path, BEARER, json.dumps(body).encode())[0]


def test_each_provider_counts_for_itself_under_a_limit_by_a_bare_operation_id(
    server: MockServer, sandbox: Sandbox
) -> None:
    """One createVideo a minute is one at each provider that has it; the next one is refused at each."""
    sandbox.limits.set(createVideo=(1, 60))
    assert {name: created(server, name) for name in WHERE_CREATE_VIDEO_IS} == dict.fromkeys(WHERE_CREATE_VIDEO_IS, 200)
    assert {name: created(server, name) for name in WHERE_CREATE_VIDEO_IS} == dict.fromkeys(WHERE_CREATE_VIDEO_IS, 429)


@pytest.mark.parametrize("limits", [
    {"gately.createVideo": {"calls": 1, "seconds": 60}},
    {"gately": {"createVideo": {"calls": 1, "seconds": 60}}},
    {"gately.createVideo": {"calls": 1, "seconds": 60}, "createVideo": {"calls": 2, "seconds": 60}},
])  # fmt: skip
def test_a_limit_by_provider_and_operation_holds_at_that_provider_alone(
    limits: Any, server: MockServer, sandbox: Sandbox
) -> None:
    """The full name, or a table in a table, limits one provider; beside a bare id it wins there."""
    sandbox.configure(limits=limits)
    assert [created(server, "gately") for _ in range(2)] == [200, 429]
    assert [created(server, "tensorone") for _ in range(2)] == [200, 200]
    assert sandbox.limits.now["gately.createVideo"] == {"calls": 1, "seconds": 60}  # type: ignore[index]  # not `off`


def test_the_faults_of_a_creation_are_counted_at_each_provider_for_itself(server: MockServer, sandbox: Sandbox) -> None:
    """The first creation at each provider is refused, the second taken."""
    sandbox.configure(scenario="limited-creation=1")
    assert {name: created(server, name) for name in WHERE_CREATE_VIDEO_IS} == dict.fromkeys(WHERE_CREATE_VIDEO_IS, 429)
    assert {name: created(server, name) for name in WHERE_CREATE_VIDEO_IS} == dict.fromkeys(WHERE_CREATE_VIDEO_IS, 200)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"createVido": {"calls": 1, "seconds": 1}}, "did you mean createVideo?"),
        ({"gatly.createVideo": {"calls": 1, "seconds": 1}}, "did you mean gately?"),
        ({"gately.createVido": {"calls": 1, "seconds": 1}}, "did you mean createVideo?"),
        ({"modelslab": {"createVideo": {"calls": 1, "seconds": 1}}}, "modelslab has no operation 'createVideo'"),
        ({"createVideo": {"calls": 1}}, "expected"),
        ({"createVideo": {"calls": 0, "seconds": 1}}, "whole number from 1"),
        ({"createVideo": {"calls": 1.5, "seconds": 1}}, "whole number from 1"),
        ({"createVideo": {"calls": 1, "seconds": 1e-7}}, "seconds a number from 0.000001"),
        ("docmented", "did you mean documented?"),
    ],
)
def test_a_wrong_limit_is_told(limits: Any, told: str, sandbox: Sandbox) -> None:
    """What is wrong with a limit is said with the nearest spelling, and nothing changes."""
    with pytest.raises(ControlRefused, match=told.replace("?", r"\?")):
        sandbox.configure(limits=limits)


@pytest.mark.fact("tensorone.rate.tiers")
def test_the_tier_of_the_account_sets_the_limits(server: MockServer, sandbox: Sandbox) -> None:
    """Polls and upscales are limited by the tier: 100, 1,000 and 10,000 reads, 20, 200 and 2,000 writes an hour."""
    for tier, reads, writes in (("free", 100, 20), ("pro", 1000, 200), ("enterprise", 10_000, 2000)):
        sandbox.configure(tiers={"tensorone": tier})
        assert status_of(server, "GET", "/v2/ai/videos/x/status") == reads
        assert status_of(server, "POST", "/v2/ai/video-upscale") == writes


@pytest.mark.fact("tensorone.rate.smaller-wins")
def test_the_endpoints_limit_is_smaller_in_every_tier(server: MockServer, sandbox: Sandbox) -> None:
    """Creations are limited to 20 an hour whatever the tier."""
    for tier in ("free", "pro", "enterprise"):
        sandbox.configure(tiers={"tensorone": tier})
        assert status_of(server, "POST", "/v2/ai/text-to-video") == 20


def status_of(server: MockServer, method: str, path: str) -> int:
    _, headers, _ = server.request(method, path, BEARER, b"{}" if method == "POST" else b"")
    return int(dict(headers)["x-ratelimit-limit"])


def test_an_unknown_tier_is_told(sandbox: Sandbox) -> None:
    """A tier that a provider does not have is refused with the nearest spelling."""
    with pytest.raises(ControlRefused, match=r"did you mean free\?"):
        sandbox.configure(tiers={"tensorone": "fre"})
