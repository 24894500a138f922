"""Files over HTTP: tags, ranges, HEAD."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mockserver.kit.target import Response
from tests.web.direct import Direct

TINY = {"prompt": "a cat", "width": 64, "height": 64, "duration": 1.0, "fps": 4, "seed": 1}
KEY = {"authorization": "Bearer files"}


@dataclass(frozen=True)
class File:
    """A finished clip and the way to it."""

    direct: Direct
    path: str
    whole: bytes
    tag: str

    def get(self, method: str = "GET", **headers: str) -> Response:
        return self.direct.call(method, self.path, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture(scope="module")
def file(direct: Direct) -> File:
    sandbox = direct.sandbox("files")
    job = direct.json("POST", "/v2/ai/text-to-video", TINY, KEY)["videoId"]
    direct.json("PATCH", f"{sandbox}/clock", {"advance_seconds": 10})
    path = f"/generated/{job}.mp4"
    answer = direct.call("GET", path)
    assert (answer.status, answer.header("content-length")) == (200, str(len(answer.body)))
    return File(direct, path, answer.body, answer.header("etag") or "")


def test_the_whole_file(file: File) -> None:
    answer = file.get()
    assert answer.header("accept-ranges") == "bytes"
    assert answer.header("content-type") == "video/mp4"
    assert answer.header("content-range") is None


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=100-", 100, -1), ("bytes=-5", -5, -1), ("Bytes=1-2", 1, 2)],
)
def test_a_range(file: File, value: str, first: int, last: int) -> None:
    size = len(file.whole)
    first, last = first % size, last % size
    answer = file.get(range=value)
    assert (answer.status, answer.body) == (206, file.whole[first : last + 1])
    assert answer.header("content-range") == f"bytes {first}-{last}/{size}"
    assert answer.header("content-length") == str(last - first + 1)
    assert (answer.header("content-type"), answer.header("etag")) == ("video/mp4", file.tag)


def test_a_range_beyond_the_end(file: File) -> None:
    size = len(file.whole)
    assert file.get(range=f"bytes=0-{size * 9}").header("content-range") == f"bytes 0-{size - 1}/{size}"
    for value in (f"bytes={size}-", "bytes=-0", "bytes=" + "9" * 900 + "-"):
        answer = file.get(range=value)
        assert (answer.status, answer.body, answer.header("content-length")) == (416, b"", "0")
        assert answer.header("content-range") == f"bytes */{size}"


@pytest.mark.parametrize(
    "value", ["lines=0-1", "bytes=a-b", "bytes=2-1", "bytes=0-1,3-4", "bytes", "", "\xe9", f"bytes={'9' * 5000}-"]
)
def test_what_is_no_range_is_ignored(file: File, value: str) -> None:
    answer = file.get(range=value)
    assert (answer.status, answer.body, answer.header("content-range")) == (200, file.whole, None)


def test_if_range(file: File) -> None:
    assert file.get(range="bytes=0-1", if_range=file.tag).status == 206
    for other in ('"other"', f"W/{file.tag}", "Sat, 31 Jan 2026 12:00:00 GMT", ""):
        answer = file.get(range="bytes=0-1", if_range=other)
        assert (answer.status, answer.body) == (200, file.whole)
        assert file.get(range="bytes=99999999-", if_range=other).status == 200


def test_if_none_match(file: File) -> None:
    for value in (file.tag, f"W/{file.tag}", f'"x", {file.tag}', "*"):
        for method in ("GET", "HEAD"):
            answer = file.get(method, if_none_match=value, range="bytes=0-1")
            assert (answer.status, answer.body, answer.header("etag")) == (304, b"", file.tag)
            assert answer.header("content-length") is None
    assert file.get(if_none_match='"x"').body == file.whole


def test_head_has_no_range(file: File) -> None:
    answer = file.get("HEAD", range="bytes=0-1")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("content-length") == str(len(file.whole))


def test_a_refusal_has_no_ranges_and_no_tags(file: File) -> None:
    answer = file.direct.call("GET", "/generated/none.mp4", {"range": "bytes=0-1", "if-none-match": "*"})
    assert (answer.status, answer.header("content-range"), answer.header("etag")) == (404, None, None)
