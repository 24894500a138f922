"""The bytes behind downloads and links."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.adapters.clip_files import decoded, gif_facts, read_mp4
from tests.providers.tensorone.client import UPSCALE, Client


def linked(client: Client, link: str) -> bytes:
    """The bytes behind a link, without a key."""
    answer = client.call("GET", urlsplit(link).path, headers={"Authorization": None})
    assert answer.status == 200, answer
    return answer.body


@pytest.mark.fact("tensorone.download.same-as-link")
def test_the_download_is_the_file_behind_the_link(client: Client) -> None:
    body = client.finished(seed=1)
    assert linked(client, body["videoUrl"]) == client.download(body["videoId"], "mp4")
    default = client.call("GET", f"/v2/ai/videos/{body['videoId']}/download")
    assert default.body == client.download(body["videoId"], "mp4")


@pytest.mark.fact("tensorone.file.etag")
def test_the_etag_of_a_file_outlives_a_restart(tmp_path: Path) -> None:
    tags = []
    for run in ("first", "second"):
        with MockServer(Settings(cache=tmp_path / run)) as server:
            client = Client(server, "key")
            body = client.finished(seed=1)
            for link in (body["videoUrl"], body["thumbnailUrl"]):
                path = urlsplit(link).path
                tag = client.call("GET", path).header("etag")
                assert tag is not None
                assert re.fullmatch('"[0-9a-f]+"', tag)
                again = client.call("GET", path, headers={"If-None-Match": tag})
                assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
                tags.append(tag)
            client.close()
    assert tags[:2] == tags[2:]
    assert len(set(tags)) == 2


@pytest.mark.fact("tensorone.clip.mp4")
@pytest.mark.parametrize(("duration", "fps", "frames"), [(1.3, 4, 5), (1.0, 12, 12)])
def test_the_mp4(client: Client, tmp_path: Path, duration: float, fps: int, frames: int) -> None:
    body = client.finished(width=128, height=64, duration=duration, fps=fps)
    data = client.download(body["videoId"], "mp4")
    facts = read_mp4(data)
    assert (facts.width, facts.height, facts.frames) == (128, 64, frames)
    assert float(facts.seconds) == body["duration"] == frames / fps
    assert facts.names.index("moov") < facts.names.index("mdat")
    seen = decoded(data, tmp_path)
    assert re.search(rf"Video: h264 .*yuv420p.* 128x64.*[ ,]{fps} fps", seen.stream), seen.stream
    assert len(seen.frames) == frames


@pytest.mark.fact("tensorone.clip.webm")
def test_the_webm(client: Client, tmp_path: Path) -> None:
    body = client.finished(width=128, height=64, duration=1.3, fps=4)
    seen = decoded(client.download(body["videoId"], "webm"), tmp_path)
    assert re.search(r"Video: vp[89].* 128x64.*[ ,]4 fps", seen.stream), seen.stream
    assert len(seen.frames) == 5


@pytest.mark.fact("tensorone.clip.gif")
@pytest.mark.parametrize(("fps", "delays"), [(4, {25}), (8, {12, 13}), (12, {8, 9}), (16, {6, 7})])
def test_the_gif(client: Client, fps: int, delays: set[int]) -> None:
    body = client.finished(width=128, height=64, duration=1.0, fps=fps)
    width, height, found = gif_facts(client.download(body["videoId"], "gif"))
    assert (width, height, len(found)) == (128, 64, fps)
    assert set(found) <= delays
    assert sum(found) == 100


@pytest.mark.fact("tensorone.clip.thumbnail")
def test_the_thumbnail(client: Client) -> None:
    body = client.finished(width=192, height=128)
    picture = Image.open(BytesIO(linked(client, body["thumbnailUrl"])))
    picture.load()
    assert (picture.format, picture.size) == ("JPEG", (192, 128))


@pytest.mark.fact("tensorone.clip.repeatable")
def test_same_request_and_seed_same_bytes(client: Client) -> None:
    jobs = [client.finished(seed=seed)["videoId"] for seed in (5, 5, 6)]
    for form in ("mp4", "webm", "gif"):
        first, second, other = (client.download(job, form) for job in jobs)
        assert first == second != other


@pytest.mark.fact("tensorone.clip.oversize")
def test_a_giant_is_scaled_to_fit_and_says_so(client: Client) -> None:
    body = client.finished(width=7680, height=4352)
    assert body["resolution"] == {"width": 7680, "height": 4352, "fps": 4}
    answer = client.call("GET", f"/v2/ai/videos/{body['videoId']}/download")
    facts = read_mp4(answer.body)
    assert facts.width <= 3840
    assert facts.height <= 2160
    note = answer.header("x-mock-clip") or ""
    assert "7680x4352" in note
    assert f"{facts.width}x{facts.height}" in note
    assert facts.frames == 4


@pytest.mark.fact("tensorone.upscale.size")
@pytest.mark.parametrize(("target", "width", "height"), [("1080p", 1920, 1080), ("4K", 3840, 2160)])
def test_an_upscale_keeps_ratio_rate_and_frames(client: Client, target: str, width: int, height: int) -> None:
    source = client.finished(width=1024, height=576, duration=1.3, fps=4)
    started = client.ok("POST", UPSCALE, {"videoId": source["videoId"], "targetResolution": target})
    client.sandbox.advance(700)
    facts = read_mp4(linked(client, f"/generated/{started['upscaleId']}.mp4"))
    assert (facts.width, facts.height) == (width, height)
    assert (facts.frames, float(facts.seconds)) == (5, source["duration"])
