"""Bodies with pictures: how large, and under `image-rules` which."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from tests.local_http import Request, local_http
from tests.providers.gately.client import CREATE, PROMPT, GatelyClient, Reply
from tests.providers.gately.conftest import Open


def picture(form: str = "PNG", width: int = 400, height: int = 400) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), (10, 120, 200)).save(file, form)
    return file.getvalue()


def sent(client: GatelyClient, data: bytes | str) -> Reply:
    text = data if isinstance(data, str) else b64encode(data).decode()
    return client.create({"model": "I2V-01", "prompt": "a cat", "first_frame_image": text})


@pytest.mark.fact("gately.create.prompt.length", "gately.pass-through.prompt-length")
def test_prompts_are_limited_under_pass_through_only(opened: Open) -> None:
    assert opened().create({**PROMPT, "prompt": "x" * 2001}).status == 200
    client = opened("pass-through")
    assert client.create({**PROMPT, "prompt": "ж" * 2000}).status == 200
    refused = client.create({**PROMPT, "prompt": "x" * 2001})
    assert refused.status == 400
    assert refused.message.startswith("Check your request parameters: prompt ")


@pytest.mark.fact("gately.create.body.cap")
def test_a_body_has_at_most_32_megabytes(opened: Open) -> None:
    client = opened()
    assert sent(client, "A" * 5_000_000).code == 0
    body = json.dumps({**PROMPT, "first_frame_image": "A" * 33_000_000}).encode()
    refused = client.call("POST", CREATE, body, headers={"Content-Type": "application/json"})
    assert (refused.status, refused.json["error"]["type"]) == (400, "new_api_error")
    assert refused.message.startswith("Invalid request, ")


@pytest.mark.fact("gately.image-rules.formats")
def test_only_three_formats_keep_the_rules(opened: Open) -> None:
    client = opened("image-rules")
    assert [sent(client, picture(form)).code for form in ("JPEG", "PNG", "WEBP")] == [0, 0, 0]
    for wrong in (picture("GIF"), picture("BMP"), "not an image", "hello!", b"text", f"data:,{'x' * 9}"):
        refused = sent(client, wrong)
        assert (refused.status, refused.json) == (
            200, {"base_resp": {"status_code": 2013, "status_msg": "invalid params"}},
        )  # fmt: skip
    assert [sent(opened(name="no rules"), one).code for one in (picture("GIF"), "hello!")] == [0, 0]


@pytest.mark.fact("gately.image-rules.size")
@pytest.mark.parametrize(
    ("width", "height", "code"),
    [
        (300, 400, 2013), (400, 300, 2013), (301, 400, 0), (400, 301, 0), (302, 800, 2013), (800, 302, 2013),
        (320, 800, 0), (800, 320, 0), (319, 800, 2013),
    ],
)  # fmt: skip
def test_sides_and_ratio_keep_the_rules(opened: Open, width: int, height: int, code: int) -> None:
    assert sent(opened("image-rules"), picture("PNG", width, height)).code == code


@pytest.mark.fact("gately.image-rules.size")
def test_a_picture_stays_under_20_megabytes(opened: Open) -> None:
    client = opened("image-rules")
    small = picture()
    assert sent(client, small.ljust(19_999_999, b"\0")).code == 0
    assert sent(client, small.ljust(20_000_000, b"\0")).code == 2013


@pytest.fixture
def gallery() -> Iterator[str]:
    """A server of pictures on this machine: /300 is 300x400, /400 is 400x400, anything else is missing."""

    def respond(request: Request) -> tuple[int, bytes]:
        side = request.path[1:]
        return (200, picture("PNG", int(side), 400)) if side.isdigit() else (404, b"")

    with local_http(respond) as server:
        yield server.url


def test_a_picture_on_this_machine_is_fetched_and_judged(opened: Open, gallery: str) -> None:
    client = opened("image-rules")
    urls = (f"{gallery}/400", f"{gallery}/300", f"{gallery}/none", "https://example.com/a.png")
    assert [sent(client, url).code for url in urls] == [0, 2013, 2013, 0]
    assert [sent(opened(name="no rules"), url).code for url in urls] == [0, 0, 0, 0]
