"""What is behind a link: size, bytes, looks, and what the link answers without an encoder."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from mockserver.adapters.clips import Clips
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.adapters.clip_files import decoded, ffmpeg, read_mp4
from tests.providers.gately.client import PROMPT, RETRIEVE, GatelyClient
from tests.providers.gately.conftest import Open

HAILUO = {"model": "MiniMax-Hailuo-02", "prompt": "a cat"}
STRIPES = "https://example.com/a.png"
GEOMETRIES: list[tuple[tuple[str, ...], dict[str, Any], tuple[int, int, int]]] = [
    ((), {}, (1280, 720, 150)),
    (("size-1080p",), {}, (1920, 1080, 150)),
    (("pass-through",), {**HAILUO, "first_frame_image": STRIPES, "resolution": "512P"}, (910, 512, 150)),
    (("pass-through",), {**HAILUO, "duration": 10}, (1366, 768, 250)),
    (("pass-through",), {**HAILUO, "resolution": "1080P"}, (1920, 1080, 150)),
]


@pytest.mark.fact("gately.clip.geometry", "gately.retrieve.bytes")
@pytest.mark.parametrize(("words", "value", "geometry"), GEOMETRIES)
def test_the_clip_is_what_was_told(
    opened: Open, tmp_path: Path, words: tuple[str, ...], value: dict[str, Any], geometry: tuple[int, int, int]
) -> None:
    client = opened(*words)
    file = client.retrieve(client.made({**PROMPT, **value}))
    reply = client.fetch(file["download_url"])
    assert len(reply.body) == int(reply.headers["content-length"]) == file["bytes"]
    clip = read_mp4(reply.body)
    assert (clip.width, clip.height, clip.frames) == geometry
    assert clip.seconds == Fraction(geometry[2], 25)
    seen = decoded(reply.body, tmp_path)
    assert "Video: h264" in seen.stream
    assert "25 fps" in seen.stream
    assert len(set(seen.frames)) > geometry[2] / 2


@pytest.mark.fact("gately.clip.shows-request")
def test_a_clip_shows_its_request(opened: Open) -> None:
    client = opened()
    clips = []
    for prompt in ("a cat", "a dog", "a cat"):
        client.sandbox.reset()
        clips.append(client.clip({**PROMPT, "prompt": prompt}))
    assert clips[0] == clips[2] != clips[1]


def first_frame(data: bytes, folder: Path) -> Image.Image:
    """The first picture of a clip."""
    path = folder / "clip.mp4"
    path.write_bytes(data)
    command = [ffmpeg(), "-v", "error", "-i", str(path), "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"]
    return Image.open(BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)).convert("RGB")


@pytest.mark.fact("gately.create.image.starts-the-clip")
@pytest.mark.parametrize("form", ["raw", "data-url"])
def test_the_clip_starts_from_the_picture(opened: Open, tmp_path: Path, form: str) -> None:
    file = BytesIO()
    Image.new("RGB", (640, 360), (230, 20, 200)).save(file, "PNG")
    text = b64encode(file.getvalue()).decode()
    image = text if form == "raw" else f"data:image/png;base64,{text}"
    clip = opened().clip({"model": "I2V-01", "prompt": "a cat", "first_frame_image": image})
    picture = first_frame(clip, tmp_path)
    colours = [picture.getpixel((x, y)) for x in range(0, 1280, 40) for y in range(0, 600, 40)]
    alike = [c for c in colours if isinstance(c, tuple) and c[0] > 190 and c[1] < 70 and c[2] > 160]
    assert len(alike) > 0.9 * len(colours)


@pytest.mark.fact("gately.download.etag")
def test_a_known_clip_is_not_sent_again(opened: Open) -> None:
    client = opened()
    url = client.retrieve(client.made())["download_url"]
    tag = client.fetch(url).headers["etag"]
    again = client.fetch(url, headers={"If-None-Match": tag})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)


def test_links_of_one_file_lead_to_the_same_bytes(opened: Open) -> None:
    client = opened()
    file = client.made()
    urls = [client.retrieve(file)["download_url"] for _ in range(3)]
    assert len(set(urls)) == 3
    assert len({client.fetch(url).headers["etag"] for url in urls}) == 1


@pytest.mark.parametrize("words", [(), ("minimax",)])
def test_an_altered_link_is_an_unknown_path(opened: Open, words: tuple[str, ...]) -> None:
    client = opened(*words)
    path = urlsplit(client.retrieve(client.made())["download_url"]).path
    ticket = path.split("/")[2].split("%")[0]
    other = ("B" if ticket[0] != "B" else "C") + ticket[1:]
    swapped = "%2F" if not words else "/"
    for changed in (
        path.replace(ticket, other), path.replace("output", "input"), path.replace(ticket, f"{ticket}="),
        path.replace(ticket, ticket[:-1]), f"{path}/", f"/download/{ticket}", f"/download/{ticket}%2Fx",
    ):  # fmt: skip
        gone = client.fetch(changed)
        assert gone.status == 404, changed
    # Only the style that writes the slash as %2F takes it so; the plain one is taken in both.
    assert client.fetch(f"/download/{ticket}{swapped}output_aigc.mp4").status == (200 if words else 404)


def test_the_file_of_an_unfinished_task_is_unknown(opened: Open) -> None:
    client = opened()
    first = client.made()
    client.sandbox.reset()
    client.create()
    assert client.call("GET", f"{RETRIEVE}?file_id={first}").code == 2013
    client.sandbox.advance(10)
    assert client.retrieve(first)["file_id"] == first


@pytest.mark.fact("gately.download.public-url")
def test_links_follow_the_public_url(tmp_path: Path) -> None:
    with MockServer(Settings(cache=tmp_path, public_url="https://mock.example:8443")) as server:
        client = GatelyClient(server, "public")
        assert client.retrieve(client.made())["download_url"].startswith("https://mock.example:8443/download/")


@pytest.mark.fact("gately.clip.no-encoder")
@pytest.mark.parametrize("words", [(), ("minimax",)])
def test_without_an_encoder_only_the_link_fails(tmp_path: Path, words: tuple[str, ...]) -> None:
    with MockServer(Settings(cache=tmp_path)) as server:
        context: Any = server._served._server.config.app
        none = Clips(tmp_path, max_disk=10**6, max_memory=0, workers=1, ffmpeg=str(tmp_path / "none"))
        object.__setattr__(context.state.context, "clips", none)
        client = GatelyClient(server, "no encoder", *words)
        file = client.retrieve(client.made())
        refused = client.fetch(file["download_url"])
        assert refused.status == 503
        assert list(refused.json) == ["error"]
        assert list(refused.json["error"]) == ["message", "type"]
