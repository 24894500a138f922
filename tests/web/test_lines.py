"""No key stands in what is logged or told beside a provider's own words, wherever the call put it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings

from mockserver.app import create_app
from mockserver.engine.sandbox import digest_of
from mockserver.settings import Settings
from tests.web.direct import Direct
from tests.web.test_journal_keys import BODY_KEYS, HEADER_KEYS, texts

JSON = {"Content-Type": "application/json"}


class Lines(logging.Handler):
    """Every line of the log, as it is printed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Direct, Lines]]:
    log, lines = logging.getLogger("mockserver"), Lines()
    level = log.level
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    brittle = ["mockserver.providers", Path(__file__).parent / "places"]
    told = Settings(cache=tmp_path_factory.mktemp("clips"), timing="instant", max_sandboxes=5000)
    direct = Direct(create_app(told, places=brittle))
    yield direct, lines
    direct.close()
    log.removeHandler(lines)
    log.setLevel(level)


def shows(text: str, key: str) -> bool:
    """Whether a text has a key, as it is or escaped as logs and headers do."""
    escaped = key.encode("ascii", "backslashreplace").decode()
    spellings = {key, quote(key, safe=""), quote(key), escaped, json.dumps(key)[1:-1], repr(key)[1:-1]}
    return any(one in text for one in spellings)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=HEADER_KEYS)
def test_a_bearer_key_is_in_no_line(heard: tuple[Direct, Lines], key: str) -> None:
    """In X-Mock-Problem, in refusals of our own, in the log: of misplaced values, of unknown paths, of crashes."""
    direct, lines = heard
    lines.lines.clear()
    bearer = {"Authorization": f"Bearer {key}", **JSON}
    path = quote(key, safe="")
    calls: list[tuple[str, str, dict[str, str], object]] = [
        ("POST", "/v2/ai/text-to-video", bearer, {"prompt": "a", "width": key}),
        ("POST", "/v2/ai/text-to-video", {**bearer, "X-Mock-Scenario": key}, {"prompt": "a"}),
        ("POST", "/v2/video/generations", bearer, {"model": key, "prompt": "a"}),
        ("POST", "/v1/video_generation", bearer, {"model": key, "prompt": "a"}),
        ("GET", f"/v2/ai/videos/{path}/status", bearer, None),
        ("GET", f"/nobody/{path}", bearer, None),
        ("GET", f"/nobody/{path}", {"X-Mock-Sandbox": key}, None),
        ("GET", f"/brittle/endpoint?{path}", bearer, None),
    ]
    seen = []
    for method, target, headers, body in calls:
        answer = direct.call(method, target, headers, json.dumps(body).encode() if body else b"")
        seen.append(answer.header("x-mock-problem") or "")
        if answer.header("content-type") == "application/problem+json":
            seen.append(answer.json()["detail"])
    assert len(seen) == len(calls) + 3
    assert all(seen)
    assert len(lines.lines) >= len(calls)
    assert [one for one in (*seen, *lines.lines) if shows(one, key)] == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=BODY_KEYS)
def test_a_key_of_the_body_is_in_no_line(heard: tuple[Direct, Lines], key: str) -> None:
    """Nor in what the log and the list of deliveries say of a webhook that has it in its address."""
    direct, lines = heard
    lines.lines.clear()
    asked = {"key": key, "model_id": "cogvideox", "prompt": "a"}
    seen = []
    for more in ({"model_id": key}, {"width": key}):
        answer = direct.call("POST", "/api/v6/video/text2video", JSON, json.dumps({**asked, **more}).encode())
        seen.append(answer.header("x-mock-problem") or "")
    fetched = direct.call("POST", f"/api/v6/video/fetch/{quote(key, safe='')}", JSON, json.dumps({"key": key}).encode())
    sandbox = f"/_mock/sandboxes/{digest_of(key)}"
    hook = quote(key, safe="")
    for webhook in (f"http://127.0.0.1:9/h?key={hook}", f"ftp://x/{hook}", f"http://u:{hook}@127.0.0.1/"):
        direct.json("POST", "/api/v6/video/text2video", {**asked, "webhook": webhook, "track_id": key})
    direct.json("PATCH", f"{sandbox}/clock", {"advance_seconds": 60})
    deliveries = direct.json("GET", f"{sandbox}/deliveries")["deliveries"]
    assert [bool(one["undeliverable"]) for one in deliveries].count(True) == 2
    assert [text for text in texts(deliveries) if shows(text, key)] == []
    assert all(seen)
    assert [one for one in (*seen, fetched.header("x-mock-problem") or "", *lines.lines) if shows(one, key)] == []


def test_the_list_of_deliveries_has_no_key_where_there_is_no_journal_either(heard: tuple[Direct, Lines]) -> None:
    """Nobody remembers how the key looks; it is known when it is seen."""
    direct, key = heard[0], "a-key-without-journal"
    sandbox = direct.sandbox(key, journal="off", timing="instant")
    asked = {"key": key, "model_id": "cogvideox", "prompt": "a", "webhook": f"http://127.0.0.1:9/h?key={key}"}
    direct.json("POST", "/api/v6/video/text2video", asked)
    direct.json("PATCH", f"{sandbox}/clock", {"advance_seconds": 60})
    (one,) = direct.json("GET", f"{sandbox}/deliveries")["deliveries"]
    assert one["url"] == "http://127.0.0.1:9/h?key=[key]"
