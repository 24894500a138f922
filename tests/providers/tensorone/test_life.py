"""What the wire says of a job's life fits its timeline."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from mockserver.adapters.clock import HandTime
from mockserver.domain.builtin_scenarios import CORE
from mockserver.kit.promise import PROVIDERS
from mockserver.kit.promise.conformance import unpromised
from mockserver.kit.target import parse_json
from mockserver.settings import Settings
from mockserver.testing import MockServer
from mockserver.timings import TIMINGS
from tests.providers.tensorone.client import CREATE, TINY, Client, instant

DOCUMENT = parse_json((PROVIDERS / "tensorone" / "generated" / "document.json").read_bytes())
LIVED = [one.name for one in CORE if not (one.refuses or one.answers or one.creation or one.at_once or one.faults)]
"""The scenarios that keep to the documents."""
UNITS = {"seconds": 1000, "minutes": 60_000}


def stated_ms(text: str) -> tuple[int, int]:
    """The bounds of an `estimatedCompletionTime` in milliseconds."""
    found = re.fullmatch(r"(\d+)-(\d+) (seconds|minutes)", text)
    assert found is not None, text
    return int(found[1]) * UNITS[found[3]], int(found[2]) * UNITS[found[3]]


@pytest.mark.fact("tensorone.created.estimate-truth")
@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize("duration", [3.0, 10.0])
def test_the_estimate_is_true_at_every_poll(client: Client, timing: str, duration: float) -> None:
    client.sandbox.configure(timing=timing)
    end = client.end_ms(duration=duration)
    client.again()
    for at, body in client.life(100, end, duration=duration):
        if body["status"] == "completed":
            assert at == end
            assert "estimatedCompletionTime" not in body
        else:
            low, high = stated_ms(body["estimatedCompletionTime"])
            assert low <= end - at <= high, (at, body)


@pytest.mark.fact("tensorone.created.estimate-truth")
def test_the_estimate_is_that_of_the_clients_clock() -> None:
    time = HandTime(datetime(2026, 1, 16, 14, 30, tzinfo=UTC))
    with MockServer(Settings(timing="documented"), time=time) as server:
        client = Client(server, "key")
        server.control("PATCH", f"{client.sandbox._path}/clock", {"frozen": False, "rate": 60})
        job = client.create()["videoId"]
        bounds = []
        while "estimatedCompletionTime" in (body := client.poll(job)):
            bounds.append(stated_ms(body["estimatedCompletionTime"]))
            time.pass_seconds(0.25)
        client.close()
    assert 2_000 <= len(bounds) * 250 <= 5_250  # two to five minutes, sixty times as fast
    for back, (low, high) in enumerate(reversed(bounds)):
        # The end lies within the last quarter of a second.
        assert low <= (back + 1) * 250
        assert back * 250 <= high


@pytest.mark.fact("tensorone.poll.progress.never-falls")
@pytest.mark.parametrize("timing", ["quick", "documented"])
def test_progress_never_falls_and_is_below_100_until_completion(client: Client, timing: str) -> None:
    client.sandbox.configure(timing=timing)
    end = client.end_ms()
    client.again()
    polls = [body for _, body in client.life(200, end)]
    assert polls[-1]["status"] == "completed"
    assert all("progress" in body for body in polls if body["status"] == "processing")
    progress = [body["progress"] for body in polls if "progress" in body]
    assert len(progress) > 50
    assert progress == sorted(progress)
    assert progress[0] < 5
    assert 95 <= progress[-1] < 100


@pytest.mark.fact("tensorone.poll.completed.generation-time-truth")
@pytest.mark.parametrize("timing", TIMINGS)
def test_generation_time_is_that_from_created_to_completed(client: Client, timing: str) -> None:
    client.sandbox.configure(timing=timing)
    for _ in range(20):
        body = client.finished()
        took = instant(body["completedAt"]) - instant(body["createdAt"])
        assert abs(body["metadata"]["generationTime"] - took.total_seconds()) <= 1
    end = client.end_ms()
    client.again()
    assert client.finished()["metadata"]["generationTime"] == round(end / 1000, 1)


@pytest.mark.fact("tensorone.poll.words")
@pytest.mark.parametrize("scenario", LIVED)
def test_no_other_status_word_is_ever_seen(client: Client, scenario: str) -> None:
    client.sandbox.configure(scenario=scenario)
    created, *polls = [body for _, body in client.life(60, 30_000)]
    assert unpromised(created, "createVideo", DOCUMENT) == []
    assert [found for body in polls for found in unpromised(body, "getVideoStatus", DOCUMENT)] == []
    words = list(dict.fromkeys(body["status"] for body in (created, *polls)))
    assert words[0] == "queued"
    assert words in (
        ["queued"], ["queued", "processing"], ["queued", "completed"], ["queued", "failed"],
        ["queued", "processing", "completed"], ["queued", "processing", "failed"],
    )  # fmt: skip


@pytest.mark.fact("tensorone.poll.failed.only-on-demand")
@pytest.mark.parametrize("seed", [0, 1, 2**32])
def test_nothing_fails_unasked(seed: int) -> None:
    with MockServer(Settings(seed=seed)) as server:
        client = Client(server, "key")
        jobs = [client.create()["videoId"] for _ in range(100)]
        client.sandbox.advance(10)
        assert {client.poll(job)["status"] for job in jobs} == {"completed"}
        client.close()


@pytest.mark.fact("tensorone.timing.shorter-faster")
def test_short_videos_are_faster_than_long_ones(client: Client) -> None:
    client.sandbox.configure(timing="documented")
    jobs = {seconds: [client.create(duration=seconds)["videoId"] for _ in range(100)] for seconds in (3.0, 10.0)}
    client.sandbox.advance(600)
    mean = {
        seconds: sum(client.poll(job)["metadata"]["generationTime"] for job in ids) / len(ids)
        for seconds, ids in jobs.items()
    }
    assert 120 <= mean[3.0] <= 300 < mean[10.0] <= 600


def test_a_creation_says_queued_even_where_the_first_poll_finds_it_finished(client: Client) -> None:
    client.sandbox.configure(timing="instant")
    created = client.ok("POST", CREATE, TINY)
    assert created["status"] == "queued"
    assert client.poll(created["videoId"])["status"] == "completed"
