"""A bug inside a provider is the provider's 500 where it has words left, and its traceback is for the log only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.app import create_app
from mockserver.domain.clip import ClipSpec
from mockserver.kit.target import Response
from mockserver.settings import Settings
from tests.web.direct import Direct

SECRET = "the secret of a bug"


@pytest.fixture(scope="module")
def brittle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    settings = Settings(cache=tmp_path_factory.mktemp("clips"))
    opened = Direct(create_app(settings, places=["mockserver.providers", Path(__file__).parent / "places"]))
    yield opened
    opened.close()


def check_only_the_log_has_it(answer: Response, caplog: pytest.LogCaptureFixture) -> None:
    assert "ZeroDivisionError inside the mock server; its log has the traceback" in (
        answer.header("x-mock-problem") or ""
    )
    assert SECRET.encode() not in answer.body
    assert all(SECRET not in value for _, value in answer.headers)
    assert {one.name for one in caplog.records if one.exc_info} == {"mockserver"}
    assert SECRET in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("method", "name"), [("GET", "endpoint"), ("HEAD", "endpoint"), ("GET", "check"), ("POST", "hold")]
)
def test_a_bug_is_the_providers_500(brittle: Direct, caplog: pytest.LogCaptureFixture, method: str, name: str) -> None:
    answer = brittle.call(method, f"/brittle/{name}")
    body = b"{'brittle': 'crashed'}"
    assert (answer.status, answer.body) == (500, b"" if method == "HEAD" else body)
    assert (answer.header("x-brittle"), answer.header("content-length")) == ("1", str(len(body)))
    check_only_the_log_has_it(answer, caplog)


@pytest.mark.parametrize("name", ["refuse", "dress", "encode", "credential", "owner"])
def test_a_bug_in_the_providers_own_words_is_our_500(
    brittle: Direct, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    answer = brittle.call("GET", f"/brittle/{name}")
    assert (answer.status, answer.header("content-type")) == (500, "application/problem+json")
    assert answer.json()["title"] == "Internal Server Error"
    check_only_the_log_has_it(answer, caplog)


def test_after_a_bug_all_is_well(brittle: Direct) -> None:
    brittle.call("GET", "/brittle/credential")
    answer = brittle.call("GET", "/brittle/fine")
    assert (answer.status, answer.body) == (200, b"{'GET': '/brittle/fine'}")


def test_a_provider_sees_a_head_as_the_get_that_it_is(brittle: Direct) -> None:
    got, head = (brittle.call(method, "/brittle/fine") for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")


def test_a_bug_in_the_control_api(
    direct: Direct, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(SECRET)

    sandbox = direct.sandbox("control-bug")
    monkeypatch.setattr(direct.app.state.context.engine, "reset", broken)
    answer = direct.call("DELETE", sandbox)
    assert (answer.status, answer.header("content-type")) == (500, "application/problem+json")
    assert SECRET.encode() not in answer.body
    assert SECRET in caplog.text


def test_a_bug_while_a_clip_is_made(
    direct: Direct, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_spec: ClipSpec) -> None:
        raise ZeroDivisionError(SECRET)

    headers = {"authorization": "Bearer clip-bug"}
    sandbox = direct.sandbox("clip-bug")
    job = direct.json("POST", "/v2/ai/text-to-video", {"prompt": "a cat", "seed": 12345}, headers)["videoId"]
    direct.json("PATCH", f"{sandbox}/clock", {"advance_seconds": 10})
    monkeypatch.setattr(direct.app.state.context.clips, "get", broken)
    answer = direct.call("GET", f"/generated/{job}.mp4")
    assert (answer.status, answer.json()["error"]) == (500, "INTERNAL_ERROR")
    check_only_the_log_has_it(answer, caplog)
