"""What a document finds wrong, in the validator's words."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.adapters.documents import Documents
from mockserver.domain.problem import Problem, ProblemKind, Violation
from mockserver.provider.table import promise_beside
from mockserver.providers.aimlapi.issues import issues

JUDGE = Documents({"aimlapi": promise_beside("aimlapi")})
TEXT: dict[str, Any] = {"model": "pixverse/v5/text-to-video", "prompt": "a cat"}
LIP_SYNC: dict[str, Any] = {"model": "pixverse/lip-sync", "video_url": "https://example.com/a.mp4"}


def _issues(body: dict[str, Any], *words: str) -> list[dict[str, object]]:
    profile = frozenset(words or ["2025-11"])
    broken = JUDGE.violations("aimlapi", "createVideo", profile, body)
    return issues(Problem(ProblemKind.INVALID, violations=broken), JUDGE.properties("aimlapi", "createVideo", profile))


def _issues_of(body: dict[str, Any], *words: str) -> list[tuple[object, object]]:
    return [(issue["path"], issue["message"]) for issue in _issues(body, *words)]


@pytest.mark.parametrize(
    ("duration", "received"),
    [(4, "4"), (4.0, "4"), (4.5, "4.5"), ("4", "4"), (None, "null"), (True, "true"), ([5], "[5]"), ("05", "05")],
)
def test_a_duration_is_read_as_a_word(duration: object, received: str) -> None:
    (issue,) = _issues({**TEXT, "duration": duration})
    assert list(issue) == ["received", "code", "options", "path", "message"]
    assert (issue["received"], issue["options"], issue["code"]) == (received, ["5", "8"], "invalid_enum_value")


@pytest.mark.parametrize("duration", [5, 5.0, "5", 8, "8"])
def test_a_duration_may_be_a_number_or_a_numeric_string(duration: object) -> None:
    assert _issues({**TEXT, "duration": duration}) == []


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("prompt", None, "Expected string, received null"),
        ("prompt", {}, "Expected string, received object"),
        ("seed", "7", "Expected number, received string"),
        ("seed", True, "Expected number, received boolean"),
        ("seed", 1.5, "Expected integer, received float"),
        ("seed", 2**53, "Number must be less than or equal to 9007199254740991"),
        ("seed", -(2**53), "Number must be greater than or equal to -9007199254740991"),
        ("style", 3, "Expected 'anime' | '3d_animation' | 'clay' | 'comic' | 'cyberpunk', received number"),
    ],
)
def test_one_issue_for_a_field(field: str, value: object, message: str) -> None:
    assert _issues_of({**TEXT, field: value}) == [([field], message)]


def test_issues_stand_in_the_order_of_the_schema() -> None:
    body = {"style": 1, "seed": "x", "duration": 3, "resolution": "8K", "aspect_ratio": "2:1", "prompt": 5, "model": 1}
    order = ["model", "prompt", "aspect_ratio", "resolution", "duration", "style", "seed"]
    assert [issue["path"] for issue in _issues(body)] == [[name] for name in order]


def test_a_missing_model_is_told_with_its_words() -> None:
    (issue,) = _issues({"prompt": "a cat"})
    assert list(issue) == ["code", "expected", "received", "path", "message"]
    assert str(issue["expected"]).startswith("'pixverse/v5/text-to-video' | 'pixverse/v5/image-to-video' | ")


def test_lip_sync_needs_its_video_and_takes_one_kind_of_speech() -> None:
    assert _issues_of({"model": "pixverse/lip-sync"}) == [(["video_url"], "Required")]
    both = {**LIP_SYNC, "audio_url": "https://example.com/a.mp3", "lip_sync_tts_content": "Hello."}
    message = "audio_url does not go together with lip_sync_tts_content and lip_sync_tts_speaker."
    assert _issues_of(both) == [(["lip_sync_tts_content"], message)]
    assert _issues_of({**LIP_SYNC, "audio_url": 3}) == [(["audio_url"], "Expected string, received number")]


def test_the_rule_of_1080p_is_an_issue_of_the_document() -> None:
    (issue,) = _issues({**TEXT, "resolution": "1080p", "duration": 8})
    assert issue == {
        "code": "custom",
        "path": ["duration"],
        "message": "The 1080p quality option does not support 8-second videos.",
    }
    assert _issues({**TEXT, "resolution": "1080p", "duration": 8}, "2025-11", "late-1080p") == []


def test_a_rule_of_the_document_is_told_in_its_words() -> None:
    broken = JUDGE.violations("aimlapi", "createVideo", frozenset(), {**TEXT, "resolution": "1080p", "duration": 8})
    expected = "duration: The 1080p quality option does not support 8-second videos."
    assert [one.sentence() for one in broken] == [expected]
    assert Violation(("a",), "not", {}, 1).sentence() == "a: expected not {}, got 1"


def test_speech_is_judged_for_v5_in_2026_only() -> None:
    assert _issues({**TEXT, "lip_sync_tts_speaker": "Bob"}) == []
    assert [issue["path"] for issue in _issues({**TEXT, "lip_sync_tts_speaker": "Bob"}, "2026")] == [
        ["lip_sync_tts_speaker"]
    ]
