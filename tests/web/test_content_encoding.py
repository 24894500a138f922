"""Bodies that come compressed: read where the provider's software reads them, else refused by a sentence."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from mockserver.providers.gately.order import LARGEST_BODY
from tests.web.direct import Direct

KEY = "key-of-gzip"
GZIP = {"content-type": "application/json", "content-encoding": "gzip", "authorization": f"Bearer {KEY}"}
GATELY = json.dumps({"model": "T2V-01", "prompt": "a cat"}).encode()
ELSEWHERE = {
    "/v2/ai/text-to-video": {"prompt": "a cat"},
    "/api/v6/video/text2video": {"key": KEY, "model_id": "cogvideox", "prompt": "a cat"},
    "/v2/video/generations": {"model": "pixverse/v5/text-to-video", "prompt": "a cat"},
}


@pytest.mark.fact("gately.create.body.gzip")
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
PACKED = gzip.compress(GATELY, mtime=0)
IN_TWO = gzip.compress(GATELY[:9], mtime=0) + gzip.compress(GATELY[9:], mtime=0)


@pytest.mark.parametrize("body", [PACKED, IN_TWO], ids=["in one", "in two members"])
def test_gately_reads_a_gzip_body(coding: str, body: bytes, direct: Direct) -> None:
    """The task is made, also of two streams one after the other."""
    answer = direct.call("POST", "/v1/video_generation", {**GZIP, "content-encoding": coding}, body)
    assert (answer.status, answer.json()["base_resp"]["status_code"]) == (200, 0)


def test_the_scenario_in_a_gzip_prompt_counts(direct: Direct) -> None:
    """`#mock:` is found in what was inflated."""
    body = gzip.compress(GATELY.replace(b"a cat", b"a cat#mock:limited-creation=1"))
    assert direct.call("POST", "/v1/video_generation", GZIP, body).status == 429


@pytest.mark.fact("gately.create.body.gzip")
@pytest.mark.parametrize(
    "body", [GATELY, PACKED[:-3], b"\x1f\x8b", zlib.compress(GATELY)], ids=["plain", "cut", "two bytes", "zlib"]
)
def test_what_is_no_gzip_stream_is_400_at_gately_and_names_the_header(body: bytes, direct: Direct) -> None:
    """Plain text, a stream cut short, and another coding."""
    answer = direct.call("POST", "/v1/video_generation", GZIP, body)
    assert answer.status == 400
    assert "Content-Encoding gzip" in answer.json()["error"]["message"]


@pytest.mark.fact("gately.create.body.gzip")
def test_a_body_that_inflates_beyond_the_cap_is_refused(direct: Direct) -> None:
    """A few kilobytes cannot take up the memory that they claim."""
    answer = direct.call("POST", "/v1/video_generation", GZIP, gzip.compress(bytes(LARGEST_BODY + 1)))
    assert answer.status == 400
    assert "once its Content-Encoding gzip is undone" in str(answer.header("x-mock-problem"))


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_elsewhere_the_refusal_names_content_encoding(path: str, coding: str, direct: Direct) -> None:
    """The provider's own words for a body that is not JSON, and a sentence that says why."""
    plain = json.dumps(ELSEWHERE[path]).encode()
    packed = {"gzip": gzip.compress(plain), "deflate": zlib.compress(plain)}
    body = packed.get(coding, plain[::-1])
    answer = direct.call("POST", path, {**GZIP, "content-encoding": coding}, body)
    assert f"Content-Encoding '{coding}'" in str(answer.header("x-mock-problem"))
    assert not answer.json().keys() & {"videoId", "generation_id", "eta"}


@pytest.mark.parametrize("coding", ["identity", "", "utf-8"])
def test_a_header_that_compresses_nothing_is_ignored(coding: str, direct: Direct) -> None:
    """A plain body is read whatever a careless client calls it."""
    answer = direct.call("POST", "/v2/ai/text-to-video", {**GZIP, "content-encoding": coding}, b'{"prompt": "a cat"}')
    assert answer.status in (200, 201)


def test_a_key_in_a_compressed_body_is_in_no_record(direct: Direct) -> None:
    """What is kept of the call is the text, without the key."""
    body = gzip.compress(json.dumps(ELSEWHERE["/api/v6/video/text2video"]).encode())
    name = direct.json("POST", "/_mock/sandboxes", {"key": "kept-by"})["sandbox"]
    headers = {"content-type": "application/json", "content-encoding": "gzip", "x-mock-sandbox": name}
    direct.call("POST", "/api/v6/video/text2video", headers, body)
    kept = json.dumps(direct.json("GET", f"/_mock/sandboxes/{name}/journal.json"))
    assert "cogvideox" in kept
    assert KEY not in kept
