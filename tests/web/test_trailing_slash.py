"""A slash too many at the end of a path, as each provider's router takes it."""

from __future__ import annotations

import json

import pytest

from tests.web.direct import Direct

JSON = {"content-type": "application/json"}
BEARER = {**JSON, "authorization": "Bearer slash"}
GATELY = json.dumps({"model": "T2V-01", "prompt": "a cat"}).encode()
MODELSLAB = json.dumps({"key": "slash", "model_id": "cogvideox", "prompt": "a cat"}).encode()


@pytest.mark.parametrize("headers", [JSON, BEARER])
def test_gately_redirects_a_creation_before_it_looks_at_the_key(headers: dict[str, str], direct: Direct) -> None:
    """307 keeps method and body, and a client that follows it gets its task."""
    answer = direct.call("POST", "/v1/video_generation/", headers, GATELY)
    assert (answer.status, answer.header("location")) == (307, "/v1/video_generation")
    assert "slash" in str(answer.header("x-mock-problem"))


def test_gately_redirects_a_get_for_good_and_keeps_its_query(direct: Direct) -> None:
    """301, as Gin does for GET, and the percent-encoding stays as it came."""
    answer = direct.call("GET", "/v1/query/video_generation/?task_id=a%20b", BEARER)
    assert (answer.status, answer.header("location")) == (301, "/v1/query/video_generation?task_id=a%20b")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/video_generation/"),
        ("POST", "/v1/video_generation//"),
        ("GET", "/download/ticket/output_aigc.mp4/"),
        ("POST", "/v1/nothing/"),
        ("POST", "/v2/ai/text-to-video/"),
        ("POST", "/v2/video/generations/"),
        ("GET", "/generations/a.mp4/"),
        ("POST", "/api/v6/video/text2videos/"),
    ],
)
def test_elsewhere_it_is_an_unknown_path(method: str, path: str, direct: Direct) -> None:
    """Another method, a second slash at Gately, files, unknown paths, and the routers of which nothing is known."""
    assert direct.call(method, path, BEARER, GATELY).status == 404


@pytest.mark.parametrize("slashes", ["/", "//"])
def test_at_modelslab_it_is_the_same_call(slashes: str, direct: Direct) -> None:
    """A creation and a fetch answer as without the slashes."""
    made = direct.call("POST", f"/api/v6/video/text2video{slashes}", JSON, MODELSLAB).json()
    fetched = direct.call("POST", f"/api/v6/video/fetch/{made['id']}{slashes}", JSON, MODELSLAB)
    assert (made["status"], fetched.status, fetched.json()["status"]) == ("processing", 200, "processing")


def test_a_wrong_method_before_a_slash_is_told_as_without_it(direct: Direct) -> None:
    """405 with Allow, as Laravel answers."""
    answer = direct.call("DELETE", "/api/v6/video/text2video/", JSON)
    assert (answer.status, answer.header("allow")) == (405, "POST")
