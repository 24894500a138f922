"""Picture to video: what the picture may be, and that the video starts from it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.providers.modelslab.client import ENTERPRISE, V6, Client
from tests.providers.modelslab.local import Local

ClientOf = Callable[..., Client]
UNUSABLE = {"status": "error", "message": "Unable to fetch image from provided URL"}
SMALL: dict[str, Any] = {"num_frames": 2, "width": 64, "height": 64, "model_id": "svd", "output_type": "gif"}


def _picture(colour: tuple[int, int, int], form: str = "PNG", size: int = 64) -> bytes:
    out = BytesIO()
    Image.new("RGB", (size, size), colour).save(out, form)
    return out.getvalue()


def _first_frame(client: Client, made: dict[str, Any]) -> tuple[int, int, int]:
    """The colour of a pixel near the middle of the upper half, where no text is drawn."""
    client.advance(5)
    with Image.open(BytesIO(client.get(made["future_links"][0]).body)) as picture:
        found = picture.convert("RGB").getpixel((32, 16))
    assert isinstance(found, tuple)
    return int(found[0]), int(found[1]), int(found[2])


@pytest.mark.fact("modelslab.img2video.init-image.fetched")
@pytest.mark.parametrize("path", [V6, ENTERPRISE])
def test_a_link_to_this_machine_is_followed(client: Client, local: Local, path: str) -> None:
    local.files["/red.png"] = _picture((250, 10, 10))
    made = client.make(f"{path}/img2video", **SMALL, init_image=f"{local.url}/red.png")
    red, green, blue = _first_frame(client, made)
    assert red > 150
    assert green < 90
    assert blue < 90
    assert local.gets == ["/red.png"]
    refused = client.post(f"{path}/img2video", **SMALL, init_image=f"{local.url}/none.png")
    assert (refused.status, refused.value) == (200, UNUSABLE)


@pytest.mark.fact("modelslab.img2video.init-image.base64")
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_picture_itself_may_be_sent(client: Client, form: str) -> None:
    sent = base64.b64encode(_picture((10, 10, 250), form)).decode()
    made = client.make(f"{V6}/img2video", **SMALL, init_image=sent, base64=True)
    assert made["meta"]["init_image"] is None
    red, _, blue = _first_frame(client, made)
    assert blue > 150 > red


def test_the_same_picture_and_seed_make_the_same_file(client: Client) -> None:
    sent = base64.b64encode(_picture((10, 200, 10))).decode()
    forms = [sent, f"data:image/png;base64,{sent}"]
    made = [client.make(f"{ENTERPRISE}/img2video", **SMALL, init_image=one, seed=1) for one in forms]
    client.advance(5)
    assert len({client.get(one["future_links"][0]).body for one in made}) == 1


def test_a_link_to_elsewhere_is_not_followed_and_gives_a_picture_of_its_own(client: Client) -> None:
    links = ["https://no-such-host.invalid/a.png", "https://no-such-host.invalid/b.png"]
    made = [client.make(f"{V6}/img2video", **SMALL, init_image=link, seed=1) for link in links]
    client.advance(5)
    assert len({client.get(one["future_links"][0]).body for one in made}) == 2


@pytest.mark.fact("modelslab.img2video.init-image.broken", "modelslab.img2video.init-image.no-link.documented")
@pytest.mark.parametrize("data", [b"hello", b"\x89PNG\r\n\x1a\n", _picture((1, 1, 1), "GIF"), _picture((1, 1, 1))[:60]])
def test_what_is_no_picture_is_refused(client_of: ClientOf, data: bytes) -> None:
    for style, status in (("legacy", 200), ("documented", 400)):
        client = client_of(style)
        for path in (f"{V6}/img2video", f"{ENTERPRISE}/img2video"):
            sent = base64.b64encode(data).decode()
            answer = client.post(path, **SMALL, init_image=sent, base64=True)
            assert (answer.status, answer.value) == (status, UNUSABLE)


def test_other_faults_are_told_before_the_picture(client: Client) -> None:
    answer = client.post(f"{V6}/img2video", **{**SMALL, "height": "tall", "model_id": "x"}, init_image="no link")
    assert answer.value["message"] == {"height": ["The height field must be an integer."]}
    answer = client.post(f"{V6}/img2video", **{**SMALL, "model_id": "x"}, init_image="no link")
    assert answer.value["message"] == "Model id not found"


@pytest.mark.fact("modelslab.img2video.body-cap")
def test_a_body_may_have_32_megabytes(client: Client) -> None:
    path = f"{V6}/img2video"
    # Bytes after the end of a JPEG belong to nobody, so a picture can be as long as one likes.
    long = base64.b64encode(_picture((9, 9, 9), "JPEG") + bytes(15_000_000)).decode()
    assert client.post(path, **SMALL, init_image=long, base64=True).value["status"] == "processing"
    too_long = client.post(path, **SMALL, init_image="A" * 33_000_000, base64=True)
    assert (too_long.status, too_long.value["message"]) == (200, "Invalid API Request")
    text = client.post(f"{V6}/text2video", model_id="cogvideox", prompt="a" * 1_100_000)
    assert (text.status, text.value["message"]) == (200, "Invalid API Request")
