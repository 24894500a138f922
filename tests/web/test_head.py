"""HEAD is GET without a body, on every GET path of every provider."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mockserver.adapters.clock import HandTime
from mockserver.app import create_app
from mockserver.settings import Settings
from tests.web.direct import Direct
from tests.web.tables import Row, keyed, rows

START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    """An application in whose world no time passes, so that equal calls have equal answers."""
    settings = Settings(cache=tmp_path_factory.mktemp("clips"), max_sandboxes=5000)
    opened = Direct(create_app(settings, time=HandTime(START)))
    yield opened
    opened.close()


@pytest.mark.parametrize("row", rows("GET"), ids=str)
@pytest.mark.parametrize("with_key", [True, False])
def test_head_is_get_without_a_body(still: Direct, row: Row, with_key: bool) -> None:
    key = f"head {row}"
    headers = {**(keyed(row.provider.name, key)[0] if with_key else {}), "x-mock-sandbox": key}
    seen = {}
    for method in ("GET", "HEAD"):
        still.sandbox(key, profiles={row.provider.name: row.words})
        seen[method] = still.call(method, row.path(), headers)
    got, head = seen["GET"], seen["HEAD"]
    assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")
    assert got.body
    assert got.header("content-length") == str(len(got.body))


def test_head_of_a_finished_job(direct: Direct) -> None:
    headers = {"authorization": "Bearer finished"}
    sandbox = direct.sandbox("finished")
    body = {"prompt": "a cat", "width": 64, "height": 64, "duration": 1.0, "fps": 4}
    job = direct.json("POST", "/v2/ai/text-to-video", body, headers)["videoId"]
    direct.json("PATCH", f"{sandbox}/clock", {"advance_seconds": 10})
    paths = {
        f"/v2/ai/videos/{job}/status": "application/json",
        f"/v2/ai/videos/{job}/download?format=webm": "video/webm",
        f"/generated/{job}.mp4": "video/mp4",
        f"/thumbnails/{job}.jpg": "image/jpeg",
    }
    for path, content_type in paths.items():
        got, head = (direct.call(method, path, headers) for method in ("GET", "HEAD"))
        assert (head.status, head.header("content-type"), head.body) == (200, content_type, b"")
        assert head.header("content-length") == got.header("content-length") == str(len(got.body))
        assert head.header("etag") == got.header("etag")
        assert [name for name, _ in head.headers] == [name for name, _ in got.headers]
