"""Videos from the request to the file, on a frozen clock."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.adapters.clip_files import gif_facts, read_mp4
from tests.providers.modelslab.client import ENTERPRISE, V6, Client

ClientOf = Callable[..., Client]


@pytest.mark.fact("modelslab.create.processing.eta-true")
@pytest.mark.parametrize("timing", ["quick", "documented"])
def test_the_video_is_done_after_eta_seconds(client_of: ClientOf, timing: str) -> None:
    client = client_of(timing=timing)
    for _ in range(5):
        made = client.make(instant_response=True)
        client.advance(made["eta"])
        assert client.fetch(made["id"])["status"] == "success"


@pytest.mark.fact("modelslab.create.processing.float-eta")
def test_a_float_eta_is_exact_and_reaches_zero(client_of: ClientOf) -> None:
    client = client_of("float-eta")
    etas = [client.make()["eta"] for _ in range(3)]
    assert all(isinstance(eta, float) and 2 <= eta <= 4 for eta in etas)
    assert any(eta != int(eta) for eta in etas)
    made = client.make()
    client.advance(made["eta"] - 0.001)
    assert client.fetch(made["id"])["status"] == "processing"
    client.advance(0.001)
    assert client.fetch(made["id"])["status"] == "success"
    assert client_of("float-eta", "always-processing", timing="instant").make()["eta"] == 0


@pytest.mark.fact("modelslab.create.id.growing")
def test_ids_grow_over_both_surfaces(client: Client) -> None:
    paths = [f"{V6}/text2video", f"{ENTERPRISE}/text2video", f"{V6}/text2video_ultra", f"{V6}/text2video"]
    ids = [client.make(path, model_id="wan2.2" if "ultra" in path else "cogvideox")["id"] for path in paths]
    assert ids == sorted(set(ids))


def test_unguessable_ids_are_integers_that_follow_no_rule(client_of: ClientOf) -> None:
    """Neither the next id nor a link nor a fetch address follows from those before, and all of them work."""
    client = client_of(scenario="unguessable")
    made = [client.make(instant_response=True) for _ in range(5)]
    ids = [one["id"] for one in made]
    assert all(isinstance(one, int) and 10**14 <= one < 2**53 for one in ids)
    steps = [later - earlier for earlier, later in pairwise(ids)]
    assert (len({*map(abs, steps)}), 1 in steps, ids == sorted(ids)) == (4, False, False)
    client.advance(10)
    for one in made:
        assert one["fetch_result"] != f"{client.server.url}{V6}/fetch/{one['id']}"
        done = client.post(urlsplit(one["fetch_result"]).path).value
        assert (done["status"], done["id"], done["output"]) == ("success", one["id"], one["future_links"])
        assert client.get(done["output"][0]).status == 200
        assert str(one["id"]) not in done["output"][0]
    assert client.fetch(ids[0] + 1)["message"] == "Request not found"


@pytest.mark.fact("modelslab.create.success.same-links")
def test_the_three_lists_of_a_success_are_equal(client_of: ClientOf) -> None:
    made = client_of("always-success").make()
    assert made["output"] == made["proxy_links"] == made["future_links"]


def test_the_future_link_is_the_later_output(client: Client) -> None:
    made = client.make(f"{ENTERPRISE}/text2video")
    client.advance(5)
    fetched = client.fetch(made["id"], ENTERPRISE)
    assert fetched["output"] == fetched["proxy_links"] == made["future_links"]
    assert fetched["output"] == [f"{client.server.url}/generations/{made['meta']['file_prefix']}.mp4"]


@pytest.mark.fact("modelslab.v6.seed.same-file")
def test_the_same_seed_and_request_give_the_same_file(client: Client) -> None:
    made = [client.make(seed=seed) for seed in (7, "7", 8)]
    client.advance(5)
    files = [client.get(one["future_links"][0]).body for one in made]
    assert files[0] == files[1]
    assert files[0] != files[2]


SIZES: list[tuple[str, dict[str, Any]]] = [
    (f"{V6}/text2video", {"num_frames": 5, "fps": 10, "width": 96, "height": 64}),
    (f"{ENTERPRISE}/text2video", {"num_frames": "3", "fps": "4", "width": "64", "height": "128"}),
    (f"{V6}/img2video", {"num_frames": 4, "fps": 8, "width": 64, "height": 96, "model_id": "svd"}),
]


@pytest.mark.fact("modelslab.file.clip")
@pytest.mark.parametrize(("path", "asked"), SIZES)
def test_the_file_is_as_it_was_asked_for(client: Client, path: str, asked: dict[str, Any]) -> None:
    picture = {"init_image": "https://example.com/cat.png"} if "img2video" in path else {}
    gif = client.make(path, **asked, **picture, output_type="gif")
    mp4 = client.make(path, **asked, **picture, output_type="mp4")
    client.advance(5)
    frames, fps, width, height = (int(asked[name]) for name in ("num_frames", "fps", "width", "height"))
    assert gif_facts(client.get(gif["future_links"][0]).body)[:2] == (width, height)
    delays = gif_facts(client.get(gif["future_links"][0]).body)[2]
    assert len(delays) == frames
    assert abs(Fraction(sum(delays), 100) - Fraction(frames, fps)) <= Fraction(1, 200)  # half the grain of a GIF
    facts = read_mp4(client.get(mp4["future_links"][0]).body)
    assert (facts.width, facts.height, facts.frames, facts.seconds) == (width, height, frames, Fraction(frames, fps))


@pytest.mark.fact("modelslab.ultra.portrait")
@pytest.mark.parametrize(
    ("portrait", "resolution", "size"), [(True, 144, (144, 256)), (False, 144, (256, 144)), (True, 100, (100, 178))]
)
def test_an_hd_video_is_sixteen_to_nine_or_turned(
    client: Client, portrait: bool, resolution: int, size: tuple[int, int]
) -> None:
    path = f"{V6}/text2video_ultra"
    made = client.make(path, model_id="wan2.2", portrait=portrait, resolution=resolution, num_frames=2)
    client.advance(5)
    facts = read_mp4(client.get(made["future_links"][0]).body)
    assert (facts.width, facts.height) == size


@pytest.mark.fact("modelslab.file.range")
def test_a_file_is_served_in_parts(client: Client) -> None:
    link = client.make()["future_links"][0]
    client.advance(5)
    whole = client.get(link)
    part = client.get(link, Range="bytes=0-9")
    assert (part.status, part.body) == (206, whole.body[:10])
    assert part.headers["content-range"] == f"bytes 0-9/{len(whole.body)}"
    beyond = client.get(link, Range="bytes=99999999-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.body)}")


@pytest.mark.fact("modelslab.clear-queue.running", "modelslab.clear-queue.effect")
def test_clear_queue_fails_what_waits_under_this_key_alone(client_of: ClientOf) -> None:
    ours, theirs = client_of(name="ours"), client_of(name="theirs")
    running, other = ours.make(), theirs.make()
    ours.advance(1.6)  # a quick job waits at most 1.5 s and is not done before 2 s
    waiting = [ours.make(), ours.make(f"{ENTERPRISE}/text2video")]
    assert ours.post(f"{ENTERPRISE}/clear_queue").value["status"] == "success"
    assert [ours.fetch(one["id"])["status"] for one in waiting] == ["failed", "failed"]
    assert ours.fetch(running["id"])["status"] == "processing"
    ours.advance(5)
    theirs.advance(5)
    assert ours.fetch(running["id"])["status"] == theirs.fetch(other["id"])["status"] == "success"


def test_a_switch_and_a_number_may_be_written_loosely(client: Client) -> None:
    made = client.make(temp="yes", use_improved_sampling=True, guidance_scale="7", upscale_strength="0.25", fps=8.0)
    meta = made["meta"]
    assert (meta["temp"], meta["use_improved_sampling"]) == ("yes", "yes")
    assert (meta["guidance_scale"], meta["upscale_strength"], meta["fps"]) == (7, 0.25, 8)
    assert isinstance(meta["guidance_scale"], int)


def test_a_job_is_done_at_once_with_always_success_whatever_the_timing(client_of: ClientOf) -> None:
    client = client_of("always-success", timing="documented")
    made = client.make(instant_response=True)
    assert (made["status"], made["generationTime"]) == ("success", 0.0)
    assert client.get(made["output"][0]).status == 200


@pytest.mark.parametrize("scenario", ["fails-in-queue", "fails-in-processing", "stuck-in-queue"])
def test_a_scenario_of_the_scenario_goes_before_always_success(client_of: ClientOf, scenario: str) -> None:
    made = client_of("always-success", scenario=scenario).make()
    assert made["status"] == "processing"
    assert made["eta"] >= 0
