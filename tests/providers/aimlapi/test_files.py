"""The clips behind the links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from mockserver.domain.clip import stated_size
from mockserver.providers.aimlapi.request import RATIOS, size_from, size_of
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.adapters.clip_files import decoded, read_mp4
from tests.local_http import local_http
from tests.providers.aimlapi.client import Client

RESOLUTIONS = ("360p", "540p", "720p", "1080p")


@contextmanager
def picture_at(width: int, height: int) -> Iterator[str]:
    """A link on loopback to a PNG of this size."""
    file = BytesIO()
    Image.new("RGB", (width, height), (20, 160, 60)).save(file, "PNG")

    with local_http(lambda request: (200, file.getvalue() if request.path == "/a.png" else b"no picture")) as server:
        yield f"{server.url}/a.png"


@pytest.mark.fact("aimlapi.create.aspect-ratio.default", "aimlapi.file.silent")
def test_the_defaults_make_a_silent_clip_of_720p(client: Client, tmp_path: Path) -> None:
    body = client.finished(resolution="720p")
    data = client.download(body)
    assert len(data) == body["video"]["file_size"]
    assert [(one.width, one.height) for one in [read_mp4(data)]] == [(1280, 720)]
    assert data.count(b"trak") == 1
    assert re.search(r"Video: h264 .*yuv420p.* 1280x720.*[ ,]24 fps", decoded(data, tmp_path).stream)


@pytest.mark.fact("aimlapi.file.geometry.16-9")
def test_1080p_is_1920_by_1080(client: Client) -> None:
    body = client.finished(resolution="1080p")
    clip = read_mp4(client.download(body))
    assert (clip.width, clip.height, clip.frames) == (1920, 1080, 120)
    assert size_of("720p", "16:9") == (1280, 720)


@pytest.mark.fact("aimlapi.file.geometry.short-side")
@pytest.mark.parametrize("ratio", RATIOS)
def test_the_short_side_is_the_resolution(client: Client, ratio: str) -> None:
    wanted = Fraction(*RATIOS[ratio])
    for resolution in RESOLUTIONS:
        width, height = size_of(resolution, ratio)
        assert (f"{min(width, height)}p", Fraction(width, height)) == (resolution, wanted)
        assert width % 2 == height % 2 == 0
    clip = read_mp4(client.clip(aspect_ratio=ratio))
    assert (clip.width, clip.height) == size_of("360p", ratio)


@pytest.mark.fact("aimlapi.file.duration")
@pytest.mark.parametrize(("seconds", "frames"), [(5, 120), (8, 192)])
def test_a_clip_is_as_long_as_asked(client: Client, seconds: int, frames: int) -> None:
    clip = read_mp4(client.clip(duration=seconds))
    assert (clip.frames, clip.seconds) == (frames, seconds)


@pytest.mark.fact("aimlapi.file.size")
def test_a_file_has_the_size_that_was_stated_before_it_was_made(tmp_path: Path) -> None:
    with MockServer(Settings(cache=tmp_path)) as server:
        client = Client(server, "key")
        bodies = {
            (resolution, ratio, seconds): client.finished(resolution=resolution, aspect_ratio=ratio, duration=seconds)
            for resolution, ratio, seconds in product(RESOLUTIONS, RATIOS, (5, 8))
            if (resolution, seconds) != ("1080p", 8)
        }
        assert not [path for path in tmp_path.rglob("*") if path.is_file()], "a poll has made a clip"
        for (resolution, ratio, seconds), body in bodies.items():
            assert body["video"]["file_size"] == stated_size(*size_of(resolution, ratio), 24 * seconds, 24)
        for asked in (("360p", "1:1", 5), ("360p", "16:9", 8), ("540p", "9:16", 5)):
            assert len(client.download(bodies[asked])) == bodies[asked]["video"]["file_size"]


@pytest.mark.fact("aimlapi.create.seed.same-file", "aimlapi.create.seed.random")
def test_a_seed_and_a_request_give_one_clip(client: Client) -> None:
    asked = [{"seed": 5}, {"seed": 5}, {"seed": -6}, {}, {}]
    clips = [client.clip(aspect_ratio="1:1", **one) for one in asked]
    assert clips[0] == clips[1]
    assert len(set(clips)) == 4


@pytest.mark.fact("aimlapi.file.early")
def test_there_is_no_file_before_the_generation_is_done(client: Client) -> None:
    body = client.finished()
    link = body["video"]["url"]
    client.sandbox.reset()
    client.sandbox.freeze()
    assert client.create() == body["id"]  # the same again, from the start
    answer = client.call("GET", link, headers={"Authorization": None})
    assert (answer.status, answer.json()["message"]) == (404, "File not found")
    client.sandbox.advance(10)
    assert client.call("HEAD", link, headers={"Authorization": None}).status == 200


@pytest.mark.fact("aimlapi.file.own-host")
def test_links_lead_to_the_address_that_was_used_or_the_public_one(tmp_path: Path) -> None:
    for settings, origin in ((Settings(cache=tmp_path), None), (Settings(public_url="https://mock.example"), "")):
        with MockServer(settings) as server:
            for words in ([], ["2026"]):
                link = Client(server, "key", words).finished()["video"]["url"]
                assert link.startswith((server.url if origin is None else "https://mock.example") + "/")


@pytest.mark.fact("aimlapi.file.raw-slashes")
def test_only_the_whole_name_is_the_file(client_of: Callable[..., Client]) -> None:
    client = client_of("2026")
    link = client.finished(seed=7, aspect_ratio="1:1")["video"]["url"]
    plain = {"Authorization": None}
    assert client.call("HEAD", link, headers=plain).status == 200
    assert client.call("HEAD", link.replace("%2F", "/"), headers=plain).status == 200  # as a proxy may hand it on
    wrong = [link.replace("_seed7", "_seed8"), link.removesuffix(".mp4"), link.replace("ori", "ory")]
    assert [client.call("GET", one, headers=plain).status for one in wrong] == [404, 404, 404]


@pytest.mark.fact("aimlapi.file.geometry.image")
def test_a_clip_keeps_the_ratio_of_its_picture(client: Client) -> None:
    assert size_from((1080, 1600), "720p") == (864, 1280)  # the recorded one
    with picture_at(270, 400) as link:
        body = client.finished(model="pixverse/v5/image-to-video", image_url=link)
    clip = read_mp4(client.download(body))
    assert (clip.width, clip.height) == size_from((270, 400), "360p") == (432, 640)


def test_a_picture_nobody_has_seen_makes_16_to_9(client: Client) -> None:
    body = client.finished(model="pixverse/v5/image-to-video", image_url="https://example.com/a.png")
    assert body["video"]["file_size"] == stated_size(640, 360, 120, 24)


@pytest.mark.fact("aimlapi.models.image-to-video.bad-picture")
def test_a_link_to_no_picture_is_refused(client_of: Callable[..., Client]) -> None:
    with picture_at(2, 2) as link:
        for words in ([], ["2026"]):
            answer = client_of(*words).call(
                "POST",
                "/v2/video/generations",
                {"model": "pixverse/v5/image-to-video", "prompt": "a cat", "image_url": f"{link}.txt"},
            )
            assert answer.status == 400
            body = answer.json()
            if words:
                (issue,) = body["error"]["data"]
                assert list(issue) == ["code", "path", "message"]
                assert (issue["code"], issue["path"]) == ("custom", ["image_url"])
            else:
                assert body["message"].startswith("Body validation error!\nnot a PNG")
