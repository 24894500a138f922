"""A public URL with a path: the server stands behind a proxy that strips the prefix, or keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mockserver.app import create_app
from mockserver.cli.values import public_url
from mockserver.settings import Settings
from tests.web.direct import Direct

BASE = "https://gateway.example/mock"
KEY = "prefix"
JSON = {"content-type": "application/json"}
BEARER = {**JSON, "authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    opened = Direct(create_app(Settings(cache=tmp_path_factory.mktemp("clips"), public_url=BASE, timing="instant")))
    yield opened
    opened.close()


@pytest.mark.parametrize("kept", ["", "/mock"])
def test_links_lead_under_the_prefix_and_are_served_with_it_and_without(kept: str, behind: Direct) -> None:
    """A file and `fetch_result` are reached at the path that the proxy sends on."""
    body = {"model": "T2V-01", "prompt": "a cat"}
    task = behind.json("POST", f"{kept}/v1/video_generation", body, BEARER)["task_id"]
    file = behind.json("GET", f"{kept}/v1/query/video_generation?task_id={task}", None, BEARER)["file_id"]
    link = behind.json("GET", f"{kept}/v1/files/retrieve?file_id={file}", None, BEARER)["file"]["download_url"]
    assert link.startswith(f"{BASE}/download/")
    assert behind.call("GET", kept + link.removeprefix(BASE)).status == 200
    asked = {"key": KEY, "model_id": "cogvideox", "prompt": "a cat", "instant_response": True}
    scenario = {**JSON, "x-mock-scenario": "stalled=60"}
    made = behind.json("POST", f"{kept}/api/v6/video/text2video", asked, scenario)
    assert made["fetch_result"].startswith(f"{BASE}/api/v6/video/fetch/")
    path = kept + made["fetch_result"].removeprefix(BASE)
    assert behind.json("POST", path, {"key": KEY}, JSON)["status"] == "processing"


@pytest.mark.parametrize("kept", ["", "/mock"])
def test_a_redirection_and_the_control_api_stand_under_the_prefix_too(kept: str, behind: Direct) -> None:
    """Location has the prefix, as the client sees it."""
    answer = behind.call("POST", f"{kept}/v1/video_generation/", BEARER, json.dumps({}).encode())
    assert answer.header("location") == "/mock/v1/video_generation"
    assert behind.call("GET", f"{kept}/_mock/health").status == 200


def test_a_path_that_only_begins_like_the_prefix_is_another_one(behind: Direct) -> None:
    """Segments are compared whole."""
    assert behind.call("POST", "/mockup/v1/video_generation", BEARER).status == 404


@pytest.mark.parametrize(
    ("text", "read"),
    [("https://Gateway.example:443/mock/", BASE), ("http://a.example/b/c", "http://a.example/b/c"), (BASE, BASE)],
)
def test_a_public_url_is_read_with_its_path(text: str, read: str) -> None:
    """Without the default port and the slash at its end."""
    assert public_url(text) == read


@pytest.mark.parametrize("text", ["https://a.example/..", "https://a.example//b", "https://a.example/_mock", "a/b"])
def test_a_public_url_with_another_path_is_refused(text: str) -> None:
    """Dots, empty segments and the control API's own path."""
    with pytest.raises(ValueError, match="expected an http"):
        public_url(text)
