"""The laws of every documented rate limit, as a client sees them on its own clock, at any rate of the sandbox's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime
from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox

START = datetime(2026, 1, 16, 14, 30, 0, 250_000, tzinfo=UTC)
KEY = "limited"
RATES = st.sampled_from([1 / 60, 0.1, 0.3, 1 / 3, 0.5, 1.0, 1.5, 7.0, 60.0, 1000.0])
GAPS = st.lists(st.integers(0, 1000), min_size=1, max_size=12)
"""Thousandths of what lies between two calls when they come evenly, doubled."""


@dataclass(frozen=True)
class Row:
    """A limit of `calls` in `seconds`, and the call that counts against it. `told` finds the whole seconds to wait in
    an answer (None: this provider tells none).
    """

    method: str
    path: str
    body: dict[str, Any]
    calls: int
    seconds: int
    told: str | None = "retry-after"
    profile: tuple[str, ...] = ()
    tiers: tuple[tuple[str, str], ...] = ()
    own: bool = False


VIDEO = {"prompt": "a cat", "model_id": "cogvideox", "instant_response": True}
STATUS = "/v2/ai/videos/vid_abc123_def456/status"
ROWS = {
    "tensorone-create": Row("POST", "/v2/ai/text-to-video", {"prompt": "a cat"}, 20, 3600),
    "tensorone-free-reads": Row("GET", STATUS, {}, 100, 3600, tiers=(("tensorone", "free"),)),
    "gately-create": Row("POST", "/v1/video_generation", {"model": "T2V-01", "prompt": "a cat"}, 300, 60, None),
    "modelslab-count": Row("POST", "/api/v6/processing/request_count", {}, 30, 60),
    "own": Row("POST", "/v2/ai/text-to-video", {"prompt": "a cat"}, 3, 7, own=True),
}


@pytest.fixture(scope="module")
def time() -> HandTime:
    return HandTime(START)


@pytest.fixture(scope="module")
def stop(time: HandTime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """A server whose time is moved by hand."""
    told = Settings(limits=True, timing="documented", cache=tmp_path_factory.mktemp("clips"))
    with MockServer.in_process(told, time=time) as server:
        yield server


def fresh(server: MockServer, rate: float, **configuration: Any) -> Sandbox:
    sandbox = server.sandbox(KEY)
    sandbox.reset(configuration=True)
    sandbox.configure(**configuration)
    sandbox.clock.rate = rate
    return sandbox


def caller(server: MockServer, row: Row) -> Callable[[], tuple[int, int]]:
    """Makes the row's call: its status, and the whole seconds that the client is told to wait (0: it is told none)."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    body = b"" if row.method == "GET" else json.dumps({**row.body, "key": KEY}).encode()

    def call() -> tuple[int, int]:
        status, sent, _ = server.request(row.method, row.path, headers, body)
        return status, int(dict(sent).get(row.told or "", 0)) if status == 429 else 0

    return call


@pytest.mark.parametrize("name", ROWS)
@example(rate=1 / 60, gaps=[0, 1000])
@settings(deadline=None, max_examples=15, derandomize=True)
@given(rate=RATES, gaps=GAPS)
def test_a_limit_holds_in_every_window_and_is_told_to_the_second(
    stop: MockServer, time: HandTime, name: str, rate: float, gaps: list[int]
) -> None:
    """Never more than N admitted in any window, never one refused under it; after a refusal the told seconds are enough
    and one less is not, unless the sandbox's clock, which reads whole microseconds, reads the very instant already.
    """
    row = ROWS[name]
    own = {"createVideo": {"calls": row.calls, "seconds": row.seconds}} if row.own else "documented"
    sandbox = fresh(stop, rate, limits=own, tiers=dict(row.tiers))
    call, window = caller(stop, row), timedelta(seconds=row.seconds)
    admitted: list[datetime] = []
    for index in range(row.calls + len(gaps)):
        time.pass_seconds(2 * gaps[index % len(gaps)] / 1000 * row.seconds / row.calls / rate)
        now = sandbox.clock.now
        status, told = call()
        inside = sum(now - window < at <= now for at in admitted)
        assert (status == 429) is (inside == row.calls), (index, inside)
        if status != 429:
            admitted.append(now)
        elif row.told:
            due = admitted[-row.calls] + window
            time.pass_seconds(told - 1)
            early = call()[0]
            assert (early == 429) is (sandbox.clock.now < due)
            time.pass_seconds(1)
            assert early != 429 or call()[0] != 429
            return


@settings(deadline=None, max_examples=25, derandomize=True)
@given(rate=RATES, gaps=GAPS)
def test_the_instant_of_a_reset_is_enough_and_a_second_before_it_is_not(
    stop: MockServer, time: HandTime, rate: float, gaps: list[int]
) -> None:
    """X-RateLimit-Reset is a second on the client's own clock: a client that waits for it is admitted, one that comes a
    second early is not.
    """
    fresh(stop, rate, limits={"createVideo": {"calls": 3, "seconds": 7}})
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    for index in range(3 + len(gaps)):
        time.pass_seconds(gaps[index % len(gaps)] / 1000 / rate)
        status, sent, _ = stop.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt": "a cat"}')
        if status == 429:
            reset = int(dict(sent)["x-ratelimit-reset"])
            time.pass_seconds(reset - 1 - time.wall().timestamp())
            assert stop.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt": "a cat"}')[0] == 429
            time.pass_seconds(reset - time.wall().timestamp())
            assert stop.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt": "a cat"}')[0] == 200
            return


@settings(deadline=None, max_examples=25, derandomize=True)
@given(rate=RATES, passed=st.integers(0, 100_000))
def test_an_eta_is_enough_and_a_second_less_is_not(stop: MockServer, time: HandTime, rate: float, passed: int) -> None:
    """A client of ModelsLab that waits for `eta` of its seconds finds its video, one second earlier it does not."""
    fresh(stop, rate, limits="off")
    time.pass_seconds(passed / 1000)

    def ask(path: str, **fields: object) -> Any:
        body = json.dumps({**fields, "key": KEY}).encode()
        return json.loads(stop.request("POST", f"/api/v6/video/{path}", {"Content-Type": "application/json"}, body)[2])

    made = ask("text2video", **VIDEO)
    time.pass_seconds(made["eta"] - 1)
    assert ask(f"fetch/{made['id']}")["status"] == "processing"
    time.pass_seconds(1)
    assert ask(f"fetch/{made['id']}")["status"] == "success"


@pytest.mark.parametrize(("plan", "most"), [("basic", 5), ("standard", 10), ("premium", 15)])
@settings(deadline=None, max_examples=20, derandomize=True)
@given(rate=RATES, gaps=GAPS)
def test_a_queue_holds_at_every_instant_and_is_told_to_the_second(
    stop: MockServer, time: HandTime, plan: str, most: int, rate: float, gaps: list[int]
) -> None:
    """Never more than N unfinished, never one refused under it; the told seconds free a place, one less does not."""
    sandbox = fresh(stop, rate, tiers={"modelslab": plan})
    call = caller(stop, Row("POST", "/api/v6/video/text2video", VIDEO, most, 0))
    for index in range(most + len(gaps)):
        time.pass_seconds(gaps[index % len(gaps)] / 100 / rate)
        unfinished = sum(job["remaining_seconds"] > 0 for job in sandbox.jobs())
        status, told = call()
        assert (status == 429) is (unfinished == most), (index, unfinished)
        if status == 429:
            time.pass_seconds(told - 1)
            assert call()[0] == 429
            time.pass_seconds(1)
            assert call()[0] != 429
            return
