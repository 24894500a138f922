"""Rate limits as the page documents them, on a clock moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest

from mockserver.adapters.clock import HandTime
from mockserver.kit.target import Response
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.providers.tensorone.client import CREATE, TINY, UPSCALE, Client, instant

START = datetime(2026, 1, 16, 14, 30, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def time() -> HandTime:
    return HandTime(START)


@pytest.fixture
def limited(time: HandTime) -> Iterator[Client]:
    """A client under the documented limits whose clock runs with the hand-moved time."""
    with MockServer(Settings(limits=True), time=time) as server:
        client = Client(server, "key")
        server.control("PATCH", f"{client.sandbox._path}/clock", {"frozen": False})
        yield client
        client.close()


def creation(client: Client) -> Response:
    return client.call("POST", CREATE, TINY)


def reset(answer: Response) -> int:
    return int(answer.header("x-ratelimit-reset") or "")


@pytest.mark.fact("tensorone.rate.reset-truth")
def test_the_reset_is_the_wall_clock_plus_what_is_left(limited: Client, time: HandTime) -> None:
    end = (START + timedelta(hours=1)).timestamp()
    assert reset(creation(limited)) == ceil(end)
    time.pass_seconds(1000.5)
    assert reset(creation(limited)) == ceil(end)
    assert reset(creation(limited)) >= time.wall().timestamp()


@pytest.mark.fact("tensorone.rate.reset-truth")
def test_the_reset_counts_real_seconds_whatever_the_sandboxs_clock_does(limited: Client, time: HandTime) -> None:
    clock = f"{limited.sandbox._path}/clock"
    limited.server.control("PATCH", clock, {"rate": 60, "advance_seconds": 86_400})
    assert reset(creation(limited)) == ceil((START + timedelta(minutes=1)).timestamp())
    time.pass_seconds(30)
    assert reset(creation(limited)) == ceil((START + timedelta(minutes=1)).timestamp())
    time.pass_seconds(30)
    assert creation(limited).header("x-ratelimit-remaining") == "18"


@pytest.mark.fact("tensorone.rate.limited")
def test_the_21st_creation_of_an_hour_is_refused(limited: Client) -> None:
    assert {creation(limited).status for _ in range(20)} == {200}
    answer = creation(limited)
    body = answer.json()
    assert answer.status == 429
    assert list(body) == ["error", "message", "code", "details", "request_id", "timestamp"]
    assert [body["error"], body["message"], body["code"]] == ["RATE_LIMIT_EXCEEDED", "API rate limit exceeded", 429]
    assert list(body["details"]) == ["limit", "remaining", "reset_at", "retry_after"]
    assert (body["details"]["limit"], body["details"]["remaining"]) == (20, 0)
    assert instant(body["details"]["reset_at"]) > START
    assert body["details"]["retry_after"] == 3600
    limit, remaining, window = (answer.header(f"x-ratelimit-{word}") for word in ("limit", "remaining", "window"))
    assert (limit, remaining, window) == ("20", "0", "3600")


@pytest.mark.fact("tensorone.rate.limited.retry-after")
@pytest.mark.parametrize("passed", [0.0, 0.5, 59.75, 3599.0, 3599.5])
def test_waiting_as_long_as_told_succeeds_and_a_second_less_does_not(
    limited: Client, time: HandTime, passed: float
) -> None:
    creation(limited)
    time.pass_seconds(passed)
    assert {creation(limited).status for _ in range(19)} == {200}
    answer = creation(limited)
    told = int(answer.header("retry-after") or "")
    assert answer.status == 429
    assert told == answer.json()["details"]["retry_after"] == ceil(3600 - passed)
    time.pass_seconds(told - 1)
    assert creation(limited).status == 429
    time.pass_seconds(1)
    assert creation(limited).status == 200
    if passed > 1:
        assert creation(limited).status == 429  # only the first one has left the window


@pytest.mark.fact("tensorone.rate.limited.reset-at")
@pytest.mark.parametrize("passed", [0.0, 0.5, 0.75, 10.3])
def test_the_two_clocks_of_a_429_name_one_instant(limited: Client, time: HandTime, passed: float) -> None:
    creation(limited)
    time.pass_seconds(passed)
    for _ in range(20):
        answer = creation(limited)
    assert instant(answer.json()["details"]["reset_at"]).timestamp() == reset(answer)


@pytest.mark.fact("tensorone.rate.tiers")
@pytest.mark.parametrize(
    ("tier", "reads", "writes"), [("free", 100, 20), ("pro", 1000, 200), ("enterprise", 10_000, 2000)]
)
def test_polls_and_upscales_follow_the_tier(limited: Client, tier: str, reads: int, writes: int) -> None:
    limited.sandbox.configure(tiers={"tensorone": tier})
    poll = limited.call("GET", "/v2/ai/videos/vid_abc123_def456/status")
    assert (poll.status, poll.header("x-ratelimit-limit")) == (404, str(reads))
    upscale = {"videoId": "vid_abc123_def456", "targetResolution": "4K"}
    answers = [limited.call("POST", UPSCALE, upscale) for _ in range(21)]
    assert {answer.header("x-ratelimit-limit") for answer in answers} == {str(writes)}
    assert answers[-1].status == (429 if writes == 20 else 404)


@pytest.mark.fact("tensorone.rate.smaller-wins")
@pytest.mark.parametrize("tier", ["free", "pro", "enterprise"])
def test_the_smaller_of_two_limits_counts(limited: Client, tier: str) -> None:
    limited.sandbox.configure(tiers={"tensorone": tier})
    assert {creation(limited).header("x-ratelimit-limit") for _ in range(20)} == {"20"}
    assert creation(limited).status == 429


def test_another_key_has_limits_of_its_own(limited: Client) -> None:
    for _ in range(21):
        answer = creation(limited)
    assert answer.status == 429
    other = Client(limited.server, "other")
    assert creation(other).status == 200
    other.close()
