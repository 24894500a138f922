"""The control API says what was wrong, what was expected and what is near, and changes nothing when it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime
from mockserver.app import create_app
from mockserver.engine.sandbox import digest_of
from mockserver.kit.target import Response
from mockserver.settings import Settings
from tests.web.direct import Direct

JSON = {"content-type": "application/json"}


def sent(direct: Direct, method: str, path: str, value: object, **headers: str) -> Response:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return direct.call(method, path, {**JSON, **headers}, body)


def refused(answer: Response, status: int) -> str:
    """The sentence of a refusal that is problem+json."""
    body = answer.json()
    assert (answer.status, answer.header("content-type")) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    detail: str = body["detail"]
    return detail


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"timming": "quick"}, "unknown member 'timming'; did you mean timing?"),
        ({"timing": "quik"}, "timing: unknown value 'quik'; did you mean quick?"),
        ({"timing": 3}, "timing: expected one of quick, documented, instant, got 3"),
        ({"scenario": "stuck"}, "unknown scenario 'stuck'; did you mean stuck-in-queue?"),
        ({"scenario": None}, "scenario: expected the name of a scenario, got null"),
        ({"scenario": "success=2"}, "scenario success takes no number"),
        ({"queue": ["success", "polls=x"]}, "queue[1]: scenario polls takes a number"),
        ({"queue": "success"}, "queue: expected a list"),
        ({"profiles": {"tensorane": []}}, "unknown provider 'tensorane'; did you mean tensorone?"),
        ({"profiles": {"tensorone": ["keyles"]}}, "tensorone has no profile word 'keyles'; did you mean keyless?"),
        ({"profiles": {"modelslab": ["legacy", "documented"]}}, "modelslab has one style at a time"),
        ({"profiles": {"tensorone": "keyless"}}, 'profiles.tensorone: expected a list of words, got "keyless"'),
        ({"limits": "on"}, "limits: unknown value 'on'"),
        ({"hold_seconds": "1"}, 'hold_seconds: expected a number from -1e10 to 1e10, got "1"'),
        ({"hold_seconds": -1}, "hold_seconds: expected a number from 0 to 30, got -1"),
        ({"hold_seconds": 30.5}, "hold_seconds: expected a number from 0 to 30, got 30.5"),
        ({"hold_seconds": True}, "hold_seconds: expected a number"),
        (["timing"], "expected a JSON object, got"),
        (b"", "expected a JSON object, got a body that is no JSON"),
        (b'{"timing": NaN}', "no JSON"),
        (b'{"\\ud800": 1}', "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"hold_seconds": 1' + b"0" * 400 + b"}", ""),
        (b'{"hold_seconds": 1' + b"0" * 5000 + b"}", ""),
    ],
    ids=str,
)
def test_a_wrong_setting_is_told_and_nothing_is_set(direct: Direct, change: object, told: str) -> None:
    sandbox = direct.sandbox("wrong-setting")
    before = direct.json("GET", sandbox)
    assert told in refused(sent(direct, "PATCH", sandbox, change), 400)
    if isinstance(change, dict):
        right = {"timing": "instant", "limits": "documented", "queue": ["moderated"]}
        refused(sent(direct, "PATCH", sandbox, {**right, **change}), 400)
        refused(sent(direct, "PATCH", sandbox, {**change, **right} | change), 400)
    assert direct.json("GET", sandbox) == before


WRONG_MOVES = [
    ({"frozn": True}, 400, "unknown member 'frozn'; did you mean frozen?"),
    ({"frozen": "yes"}, 400, 'frozen: expected true or false, got "yes"'),
    ({"rate": 0}, 400, "rate: expected a number from 1e-06 to 1e+06"),
    ({"rate": -1}, 400, "rate: expected a number from 1e-06 to 1e+06"),
    ({"rate": 1e9}, 400, "to 1e+06"),
    ({"rate": "fast"}, 400, "rate: expected a number"),
    ({"advance_seconds": -1}, 400, "advance_seconds: expected a number from 0"),
    ({"advance_seconds": 1e11}, 400, "advance_seconds: expected a number from -1e10"),
    ({"advance_seconds": None}, 400, "advance_seconds: expected a number"),
    ({"set": "2026-01-31T12:00:00"}, 400, "set: expected an instant with its offset"),
    ({"set": 3}, 400, "set: expected an instant with its offset"),
    ({"set": "0001-01-01T00:00:00+23:00"}, 400, "set: expected from 1970"),
    ({"set": "9999-12-31T23:59:59Z"}, 400, "set: expected from 1970"),
    ({"set": "8999-12-31T23:59:59Z", "advance_seconds": 1000}, 409, "the clock ends at 9000"),
    ({"set": "2001-01-31T12:00:00Z"}, 409, "never set backwards; reset the sandbox instead"),
]


@pytest.mark.parametrize(("wrong", "status", "told"), WRONG_MOVES, ids=str)
def test_a_clock_does_not_move_when_one_member_is_wrong(
    direct: Direct, wrong: dict[str, object], status: int, told: str
) -> None:
    sandbox = direct.sandbox("wrong-move")
    direct.call("GET", "/v2/ai/videos/none/status", {"authorization": "Bearer wrong-move"})  # so it was used
    before = direct.json("GET", f"{sandbox}/clock")
    right = {"frozen": False, "rate": 7, "set": "2100-01-31T12:00:00Z", "advance_seconds": 5}
    for change in (wrong, {**right, **wrong}, {**wrong, **{k: v for k, v in right.items() if k not in wrong}}):
        answer = sent(direct, "PATCH", f"{sandbox}/clock", change)
        assert told in refused(answer, status)
        if status == 409:
            assert answer.json()["clock"] == before
    assert direct.json("GET", f"{sandbox}/clock") == before


moves = st.fixed_dictionaries(
    {},
    optional={
        "frozen": st.sampled_from([True, False, None, 1]),
        "rate": st.sampled_from([0, 0.5, 1, 60, -1, 1e7, "1"]),
        "set": st.sampled_from(["2020-01-01T00:00:00Z", "2100-01-01T00:00:00+02:00", "2026-01-16T14:30:00Z", "x"]),
        "advance_seconds": st.sampled_from([0, 1, 1e9, -1, 1e11, [], 0.5]),
        "back": st.just(1),
    },
)


@settings(deadline=None)
@given(st.lists(moves, max_size=4))
def test_a_clock_moves_as_asked_or_not_at_all_and_never_back(direct: Direct, changes: list[dict[str, object]]) -> None:
    sandbox = direct.sandbox("moves")
    direct.call("GET", "/v2/ai/videos/none/status", {"authorization": "Bearer moves"})
    for change in changes:
        before = direct.json("GET", f"{sandbox}/clock")
        answer = sent(direct, "PATCH", f"{sandbox}/clock", change)
        after = direct.json("GET", f"{sandbox}/clock")
        assert answer.status in (200, 400, 409)
        assert after["now"] >= before["now"]
        if answer.status != 200:
            assert (after["frozen"], after["rate"]) == (before["frozen"], before["rate"])
            if before["frozen"]:
                assert after == before
        else:
            assert (after["frozen"], after["rate"]) == (
                change.get("frozen", before["frozen"]),
                change.get("rate", before["rate"]),
            )


def test_a_clock_is_set_into_the_past_in_an_untouched_sandbox_only(direct: Direct) -> None:
    sandbox = direct.sandbox("past")
    set_back = {"set": "2024-01-16T16:30:00+02:00"}
    assert sent(direct, "PATCH", f"{sandbox}/clock", set_back).json()["now"] == "2024-01-16T14:30:00.000000Z"
    key = {"authorization": "Bearer past"}
    created = direct.json("POST", "/v2/ai/text-to-video", {"prompt": "a cat"}, key)
    assert created["createdAt"] == "2024-01-16T14:30:00Z"
    refused(sent(direct, "PATCH", f"{sandbox}/clock", {"set": "2024-01-16T14:29:59Z"}), 409)
    same = sent(direct, "PATCH", f"{sandbox}/clock", {"set": "2024-01-16T14:30:00Z"})
    assert (same.status, same.json()["now"]) == (200, "2024-01-16T14:30:00.000000Z")
    direct.json("DELETE", sandbox)
    assert sent(direct, "PATCH", f"{sandbox}/clock", set_back).status == 200
    direct.json("GET", "/v1/models", headers=key)  # it makes nothing, but stands in the journal with its instant
    refused(sent(direct, "PATCH", f"{sandbox}/clock", {"set": "2024-01-16T14:29:59Z"}), 409)


class Fleeting(HandTime):
    """A time of which some passes whenever it is read."""

    def monotonic(self) -> float:
        self.pass_seconds(0.001)
        return super().monotonic()


def test_a_live_clock_can_be_set_to_an_instant_that_passes_meanwhile() -> None:
    direct = Direct(create_app(Settings(), time=Fleeting(datetime(2026, 1, 16, 14, 30, tzinfo=UTC))))
    try:
        clock = f"{direct.sandbox('live')}/clock"
        sent(direct, "PATCH", clock, {"frozen": False})
        direct.call("GET", "/v2/ai/videos/none/status", {"authorization": "Bearer live"})
        for ahead in range(10):
            now = datetime.fromisoformat(direct.json("GET", clock)["now"])
            to = now + timedelta(milliseconds=ahead)
            answer = sent(direct, "PATCH", clock, {"set": to.isoformat()})
            assert answer.status == (200 if ahead else 409)
            assert datetime.fromisoformat(answer.json().get("now", now.isoformat())) >= now
    finally:
        direct.close()


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("GET", "/_mock/helth", 404, "did you mean /health?"),
        ("GET", "/_mock/sandboxs", 404, "did you mean /sandboxes?"),
        ("PATCH", "/_mock/sandboxes/tpo_live_secret/clok", 404, "did you mean /sandboxes/{key}/clock?"),
        ("GET", "/_mock/", 404, "no such path"),
        ("GET", "/_mock/sandboxes/a%0Ab", 404, "no such path"),
        ("POST", "/_mock/health", 405, "POST is not served here; GET, HEAD is"),
        ("PUT", "/_mock/sandboxes/tpo_live_secret", 405, "PUT is not served here; DELETE, GET, HEAD, PATCH is"),
        ("GET", "/_mock/sandboxes/sb_0123456789ab", 404, "no sandbox sb_0123456789ab"),
        ("DELETE", "/_mock/sandboxes/sb_0123456789ab", 404, "no sandbox sb_0123456789ab"),
        ("GET", "/_mock/sandboxes/self", 400, "send Authorization: Bearer <key>"),
    ],
)
def test_what_is_not_there(direct: Direct, method: str, path: str, status: int, told: str) -> None:
    answer = direct.call(method, path)
    detail = refused(answer, status)
    assert told in detail
    assert "tpo_live_secret" not in detail
    assert answer.header("allow") == (", ".join(answer.json()["allow"]) if status == 405 else None)


def test_a_sandbox_goes_by_its_digest_its_key_or_self(direct: Direct) -> None:
    digest = digest_of("tpo_live_1")
    assert direct.json("GET", "/_mock/sandboxes/tpo_live_1")["sandbox"] == digest
    assert direct.json("GET", f"/_mock/sandboxes/{digest}")["sandbox"] == digest
    for header in (
        {"authorization": "Bearer tpo_live_1"}, {"authorization": "bearer  tpo_live_1 "},
        {"x-mock-sandbox": "tpo_live_1"}, {"x-mock-sandbox": digest},
        {"x-mock-sandbox": "", "authorization": "Bearer tpo_live_1"},
    ):  # fmt: skip
        assert direct.json("GET", "/_mock/sandboxes/self", headers=header)["sandbox"] == digest
    assert direct.json("GET", "/_mock/sandboxes/sb_not_a_digest")["sandbox"] == digest_of("sb_not_a_digest")
    near = "sb_" + digest[3:-1] + ("0" if digest[-1] != "0" else "1")
    assert f"did you mean {digest}?" in refused(direct.call("GET", f"/_mock/sandboxes/{near}"), 404)


@pytest.mark.parametrize("key", ["sk/a+b==", "/", "a/clock", "a/b/c", "sk%2Fa", "a/jobs/b/complete"])
def test_a_key_with_slashes_goes_into_a_path_encoded(direct: Direct, key: str) -> None:
    path = f"/_mock/sandboxes/{quote(key, safe='')}"
    direct.sandbox(key)
    assert direct.json("GET", path)["sandbox"] == digest_of(key)
    assert direct.json("GET", f"{path}/clock") == direct.json("GET", f"/_mock/sandboxes/{digest_of(key)}/clock")
    assert "no job a/b" in refused(direct.call("POST", f"{path}/jobs/a%2Fb/complete"), 404)
    detail = refused(direct.call("GET", f"{path}/clok"), 404)
    assert "did you mean /sandboxes/{key}/clock?" in detail


@pytest.mark.parametrize("value", [{"key": ""}, {"key": 1}, {}, {"kee": "a"}])
def test_a_sandbox_is_opened_for_a_key(direct: Direct, value: object) -> None:
    assert "key" in refused(sent(direct, "POST", "/_mock/sandboxes", value), 400)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"key": ["a-secret-key"]}, "key: expected a string, got a list"),
        ({"key": {"a-secret-key": 1}}, "key: expected a string, got an object"),
        ({"key": 87654321}, "key: expected a string, got a number"),
        ("a-secret-key", "expected a JSON object, got a string"),
        (["a-secret-key"], "expected a JSON object, got a list"),
        (None, "expected a JSON object, got null"),
    ],
)
def test_a_key_in_a_wrong_wrapping_is_not_shown(direct: Direct, value: object, told: str) -> None:
    detail = refused(sent(direct, "POST", "/_mock/sandboxes", value), 400)
    assert told in detail
    assert "a-secret-key" not in detail
    assert "87654321" not in detail


def test_a_body_of_the_control_api_has_a_bound(direct: Direct) -> None:
    chunks = [b"{" + b" " * 600_000, b" " * 600_000 + b"}"]
    answer = direct.call("POST", "/_mock/sandboxes", JSON, chunks)
    assert "at most 1000000 bytes" in refused(answer, 413)


def test_paths_that_only_begin_alike_are_not_the_control_apis(direct: Direct) -> None:
    for path in ("/_mockery/health", "/_mock.json", "//_mock/health"):
        answer = direct.call("GET", path)
        assert (answer.status, answer.header("content-type")) == (404, "application/problem+json")
        assert "No provider" in answer.json()["detail"]


def test_health(direct: Direct) -> None:
    assert direct.json("GET", "/_mock/health")["status"] == "ok"
