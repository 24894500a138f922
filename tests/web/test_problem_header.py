"""X-Mock-Problem: ASCII, one line, at most 1 KB, whatever came; and the nearest route of an unknown path."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.problem import HEADER_BYTES, Problem, ProblemKind, Violation
from mockserver.kit.target import Response
from mockserver.provider.trailing_slash import TrailingSlash
from tests.web.direct import Direct
from tests.web.tables import Row, keyed, rows

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just("é" * 5000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
VIOLATIONS = st.builds(
    Violation,
    path=st.lists(st.text(max_size=20) | st.integers(0, 99), max_size=3).map(tuple),
    rule=st.sampled_from(["type", "enum", "required", "additionalProperties", "not", "x"]),
    expected=ANYTHING,
    got=ANYTHING,
    says=st.sampled_from(["", "é\r\nX-Evil: 1"]),
)


def is_a_header(told: str) -> None:
    assert told.isascii()
    assert told.isprintable()
    assert 0 < len(told) <= HEADER_BYTES


@given(st.sampled_from(ProblemKind), st.text(), st.lists(VIOLATIONS, max_size=30).map(tuple))
def test_a_problem_fits_into_a_header(kind: ProblemKind, text: str, violations: tuple[Violation, ...]) -> None:
    is_a_header(Problem(kind, text, violations).header())


def check_header(answer: Response) -> None:
    for name, value in answer.headers:
        assert "\r" not in value, name
        assert "\n" not in value, name
    said = answer.header("x-mock-problem")
    if said is not None:
        is_a_header(said)
        assert "inside the mock server" not in said  # nothing crashed


HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
SEGMENTS = st.lists(
    st.text(max_size=12).map(lambda text: quote(text.encode("utf-8", "surrogatepass"), safe=""))
    | st.sampled_from(
        ["v2", "ai", "videos", "status", "..", "%2e%2e", "%0d%0aX-Evil:%201", "%ff", "%", "%%zz", "~x", ""]
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_no_request_breaks_a_header(direct: Direct, data: st.DataObject) -> None:
    row = data.draw(st.sampled_from([*rows("GET"), *rows("POST")]), "row")
    path = data.draw(
        st.one_of(
            SEGMENTS.map(lambda parts: "/" + "/".join(parts)),
            SEGMENTS.map(lambda parts: row.path("%2F".join(parts) or "x")),
        ),
        "path",
    )
    headers, members = keyed(row.provider.name, "hostile")
    extra = data.draw(
        st.dictionaries(
            st.sampled_from(["content-type", "accept", "x-mock-scenario", "range", "if-none-match"]),
            HEADER_TEXT,
            max_size=2,
        ),
        "headers",
    )
    body = data.draw(
        st.binary(max_size=40)
        | st.dictionaries(st.sampled_from(["prompt", "width", "fps", "model", "seed", "é\n"]), ANYTHING).map(
            lambda value: json.dumps({**members, **value}).encode()
        ),
        "body",
    )  # fmt: skip
    query = data.draw(st.sampled_from(["", "?format=%0d%0a", "?a=b&a=%ff&&=", "?generation_id=%00é"]), "query")
    check_header(
        direct.call(row.operation.method, path + query, {"x-mock-sandbox": "hostile", **headers, **extra}, body)
    )


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/v2/ai/text-to-vidio", "POST /v2/ai/text-to-video"),
        ("/v2/ai/video-upscal", "POST /v2/ai/video-upscale"),
        ("/v2/ai/videos/vid_1/state", "GET /v2/ai/videos/{videoId}/status"),
        ("/v2/ai/videos/vid_1", "GET /v2/ai/videos/{videoId}/"),
        ("/v2/ai/videos/vid_1/status/", "GET /v2/ai/videos/{videoId}/status"),
        ("/api/v6/video/text2vide", "POST /api/v6/video/text2video"),
        ("/v2%2Fai/text-to-video", None),
        ("/v2/ai%2Ftext-to-video", "/v2/"),
    ],
)
def test_an_unknown_path_tells_the_nearest_route(direct: Direct, path: str, near: str | None) -> None:
    answer = direct.call("POST", path, {"authorization": "Bearer near"})
    assert answer.status in (404, 401)
    said = answer.header("x-mock-problem") or ""
    if near is None:
        assert "No provider has a path that begins like" in said
        assert answer.header("content-type") == "application/problem+json"
    else:
        assert re.search(r"no such path( \(mind the slash at the end\))?; the nearest is", said)
        assert near in said


@pytest.mark.parametrize("row", rows("GET"), ids=str)
def test_a_path_with_a_slash_too_many_is_another_path(direct: Direct, row: Row) -> None:
    headers = {**keyed(row.provider.name, "slash")[0], "x-mock-sandbox": "slash"}
    for path in (f"{row.path()}/", f"/{row.path()}"):
        if row.operation.path.endswith(":rest}") and path.endswith("/"):
            continue
        answer = direct.call("GET", path, headers)
        said = answer.header("x-mock-problem") or ""
        if path.endswith("/") and row.provider.trailing_slash is not TrailingSlash.UNKNOWN:
            continue  # what these two make of it is held by tests/web/test_trailing_slash.py
        assert answer.status >= 400
        assert "no such path" in said or "No provider" in said


def test_every_violation_is_told_and_the_first_in_schema_order_is_in_the_body(direct: Direct) -> None:
    headers = {"authorization": "Bearer many", "content-type": "application/json"}
    body = {"stylePreset": "x", "fps": 5, "width": 65.5, "prompt": 3, "steps": 9}
    answer = direct.call("POST", "/v2/ai/text-to-video", headers, json.dumps(body).encode())
    assert (answer.status, answer.json()["details"]["field"]) == (400, "prompt")
    fields = [part.partition(":")[0] for part in (answer.header("x-mock-problem") or "").split("; ")]
    assert list(dict.fromkeys(fields)) == ["prompt", "fps", "width", "steps", "stylePreset"]


def test_a_hostile_path_is_one_line_of_the_log(direct: Direct, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "mockserver"):
        for path in ("/v2/ai/%0aforged%0d%0aline", "/%0aforged", "/generated/%0a.mp4"):
            direct.call("GET", path, {"authorization": "Bearer log"})
    assert len(caplog.messages) == 3
    assert all(len(message.splitlines()) == 1 for message in caplog.messages)


def test_a_body_with_ten_thousand_mistakes_is_answered(direct: Direct) -> None:
    headers = {"authorization": "Bearer many", "content-type": "application/json"}
    body = {"prompt": "a cat", "loraModels": [{"loraId": 1, "weight": "x"}] * 20_000}
    answer = direct.call("POST", "/v2/ai/text-to-video", headers, json.dumps(body).encode())
    assert answer.status == 400
    is_a_header(answer.header("x-mock-problem") or "")
