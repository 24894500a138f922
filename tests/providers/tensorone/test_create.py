"""What a creation takes and what it gives."""

from __future__ import annotations

import json

import pytest

from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.providers.tensorone.client import CREATE, TINY, UPSCALE, Client


@pytest.mark.fact("tensorone.create.prompt.long")
def test_a_prompt_has_no_limit_of_its_own(client: Client) -> None:
    assert client.create(prompt="a" * 100_000)["status"] == "queued"


@pytest.mark.fact("tensorone.create.motion-strength.default")
def test_motion_is_07_unless_told_otherwise(client: Client) -> None:
    absent, given = (client.finished(seed=7, **motion)["videoId"] for motion in ({}, {"motionStrength": 0.7}))
    assert client.download(absent, "mp4") == client.download(given, "mp4")


@pytest.mark.fact("tensorone.body.too-large")
@pytest.mark.parametrize(
    ("path", "field", "fields"),
    [(CREATE, "prompt", {}), (UPSCALE, "videoId", {"targetResolution": "4K"})],
    ids=["create", "upscale"],
)
def test_a_body_holds_a_megabyte(client: Client, path: str, field: str, fields: dict[str, str]) -> None:
    rest = len(json.dumps({**fields, field: ""}))
    fits = client.call("POST", path, {**fields, field: "a" * (1_000_000 - rest)})
    assert fits.status == (200 if path == CREATE else 404)
    over = client.call("POST", path, {**fields, field: "a" * (1_000_001 - rest)})
    body = over.json()
    assert (over.status, body["error"], body["details"]["field"]) == (400, "VALIDATION_ERROR", "body")


@pytest.mark.fact("tensorone.created.ids-differ")
def test_two_equal_creations_are_two_videos(client: Client) -> None:
    first, second = client.create(seed=1)["videoId"], client.create(seed=1)["videoId"]
    assert first != second
    assert [client.poll(one)["videoId"] for one in (first, second)] == [first, second]


@pytest.mark.fact("tensorone.created.store-full")
def test_a_full_store_is_an_overloaded_service() -> None:
    with MockServer(Settings(max_jobs=1)) as server:
        client = Client(server, "key")
        first = client.create()["videoId"]
        full = client.call("POST", CREATE, TINY)
        assert (full.status, full.json()["error"]) == (503, "SERVICE_UNAVAILABLE")
        assert "--max-jobs" in (full.header("x-mock-problem") or "")
        assert client.poll(first)["status"] == "queued"
        client.sandbox.advance(10)
        second = client.create()["videoId"]
        assert client.poll(second)["status"] == "queued"
        assert client.call("GET", f"/v2/ai/videos/{first}/status").status == 404
        client.close()


@pytest.mark.fact("tensorone.poll.completed.public-url")
def test_links_begin_with_the_public_url() -> None:
    with MockServer(Settings(public_url="https://videos.example", timing="instant")) as server:
        client = Client(server, "key")
        body = client.finished()
        job = body["videoId"]
        assert body["videoUrl"] == f"https://videos.example/generated/{job}.mp4"
        assert body["thumbnailUrl"] == f"https://videos.example/thumbnails/{job}.jpg"
        client.close()
