"""No key stands in a journal, wherever and however it came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.domain.journal import LONGEST
from mockserver.engine.sandbox import digest_of
from mockserver.kit import transcript
from tests.web.journals import ASKED, CREATE, KEY, JournalSession

HEADER_KEYS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f", exclude_categories=["Cc", "Zs"]),
    min_size=6, max_size=24,
).map("Zq{}".format)  # fmt: skip
"""Keys of eight characters or more; the first two are so that no key is a word of the journal's own."""
BODY_KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=24).map("Zq{}".format)


def texts(value: Any) -> Iterator[str]:
    """Every string of a JSON value, and of JSON inside its strings."""
    if isinstance(value, str):
        yield value
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return
        if isinstance(inner, list | dict):
            yield from texts(inner)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from texts(one)


def found(steps: JournalSession, sandbox: str, key: str) -> list[str]:
    """Where a key stands in any of the three renderings, however it is read."""
    seen = []
    for name in ("journal.json", "journal.ndjson", "journal.har"):
        raw = steps.direct.call("GET", f"/_mock/sandboxes/{sandbox}/{name}").body
        values = [json.loads(line) for line in raw.splitlines()] if name.endswith("ndjson") else [json.loads(raw)]
        readings = [raw.decode(), *(text for value in values for text in texts(value))]
        for text in readings:
            latin = key.encode("utf-8").decode("latin-1")
            for one in (text, unquote(text), unquote_plus(text), unquote(text, "latin-1")):
                seen += [f"{name}: {text[:200]}"] if key in one or latin in one else []
    return seen


def wide(key: str) -> str:
    """A key as a string of a header: the header's bytes are UTF-8."""
    return key.encode().decode("latin-1")


@settings(max_examples=40, deadline=None)
@given(key=HEADER_KEYS)
@example(key="k" * 8)
@example(key='a"b\\c/d+e=%f')
def test_a_bearer_key_stands_nowhere(place: JournalSession, key: str) -> None:
    """In its header, and wherever else a client may put it; what answers echo of it is gone too."""
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    escaped = "".join(f"\\u{ord(one):04x}" for one in key)
    job = place.direct.call("POST", CREATE, bearer, json.dumps(ASKED).encode()).json().get("videoId", "none")
    calls: list[tuple[str, str, dict[str, str], bytes]] = [
        ("GET", f"/v2/ai/videos/{job}/status", bearer, b""),
        ("GET", f"/v2/ai/videos/{quote(key, safe='')}/status?key={quote_plus(key)}&a={quote(key)}", bearer, b""),
        ("POST", CREATE, bearer, json.dumps({**ASKED, "prompt": f"a {key} b"}).encode()),
        ("POST", CREATE, bearer, json.dumps({**ASKED, "prompt": key}, ensure_ascii=False).encode()),
        ("POST", CREATE, bearer, f'{{"prompt": "{escaped}", "model": "{escaped}"}}'.encode()),
        ("POST", CREATE, bearer, json.dumps({key: key, "width": key, "key": key}).encode()),
        ("POST", CREATE, bearer, key.encode() * 2),
        ("GET", f"/nobody/{quote(key)}", {**bearer, "User-Agent": key, "Referer": f"http://a/?k={quote(key)}"}, b""),
        ("GET", f"/v2/ai/videos/{job}/status", {"X-Api-Key": key, "Authorization": f"Basic {key}"}, b""),
        ("GET", "/v2/ai/videos/none/status", {"X-Mock-Sandbox": key}, b""),
        ("GET", f"/v2/ai/videos/none/status?token={quote(key)}", {"X-Mock-Sandbox": digest_of(key)}, b""),
    ]
    for method, target, headers, body in calls:
        place.direct.call(method, target, headers, body)
    sandbox = digest_of(key)
    assert found(place, sandbox, key) == []
    marked = [one for one in place.records(key=key) if ["authorization", "Bearer [key]"] in one["request"]["headers"]]
    assert len(marked) >= 6


@settings(max_examples=40, deadline=None)
@given(key=BODY_KEYS)
@example(key="ſ/\u2028\U0001f600 =&+%")
def test_a_key_of_the_body_stands_nowhere(place: JournalSession, key: str) -> None:
    """Nor in what its job's webhook says, to whom, or what polls of others echo of it."""
    asked = {
        "key": key, "model_id": "cogvideox", "prompt": "a cat", "track_id": key,
        "webhook": f"http://127.0.0.1:9/hook?k={quote(key, safe='')}",
    }  # fmt: skip
    sandbox = place.direct.sandbox(key, timing="quick").rpartition("/")[2]
    path, kind = "/api/v6/video/text2video", {"Content-Type": "application/json"}
    made = place.direct.call("POST", path, kind, json.dumps(asked).encode()).json()
    place.direct.call("POST", path, kind, json.dumps({**asked, "num_frames": key}, ensure_ascii=False).encode())
    place.direct.call("POST", f"/api/v6/video/fetch/{made.get('id', 1)}", kind, json.dumps({"key": key}).encode())
    place.direct.call("POST", f"/api/v6/video/fetch/{quote(key, safe='')}", kind, json.dumps({"key": key}).encode())
    place.direct.json("PATCH", f"/_mock/sandboxes/{sandbox}/clock", {"advance_seconds": 3600})
    read = transcript.read(place.direct.json("GET", f"/_mock/sandboxes/{sandbox}/journal.json"))
    assert found(place, sandbox, key) == []
    assert len(read.exchanges) == 4
    assert [one.error is not None for one in read.attempts] == [True]


def test_a_key_at_the_edge_of_what_is_kept_is_not_halved(steps: JournalSession) -> None:
    for length in range(LONGEST - 40, LONGEST + 2):
        body = b'{"prompt": "' + b"x" * (length - 12) + KEY.encode() * 3 + b'"}'
        steps.call("POST", CREATE, body)
    shown = steps.read().body
    assert not any(KEY[:size].encode() in shown for size in range(6, len(KEY) + 1))


def test_a_short_key_is_taken_out_of_its_places(steps: JournalSession) -> None:
    steps.direct.sandbox("k", timing="instant")
    steps.call("POST", f"{CREATE}?key=k", {**ASKED, "prompt": "kick"}, {"Authorization": "Bearer k", "X-Api-Key": "k"})
    (one,) = steps.transcript("k").exchanges
    assert (one.request.header("authorization"), one.request.header("x-api-key")) == ("Bearer [key]", "[key]")
    assert one.request.query == "key=[key]"
    assert one.request.body is not None
    assert b"kick" in (one.request.body.data or b"")


def test_the_sandboxes_key_is_known_also_where_the_call_shows_none(steps: JournalSession) -> None:
    """At a listener of the sandbox; the name of a parameter does not matter."""
    listener = {"mockserver.sandbox": digest_of(KEY)}
    steps.call("GET", f"/v2/ai/videos/{KEY}/status", headers={}, **listener)
    steps.call("GET", f"/v2/ai/videos/none/status?x={KEY}", headers={}, **listener)
    path, query = (one.request for one in steps.transcript().exchanges)
    assert (path.path, query.query) == ("/v2/ai/videos/[key]/status", "x=[key]")
    assert KEY.encode() not in steps.read().body


def test_a_member_key_deep_in_a_body_is_a_secret_too(steps: JournalSession) -> None:
    asked = {"key": KEY, "model_id": "x", "prompt": "a", "more": {"key": "of somebody else"}}
    steps.call("POST", "/api/v6/video/text2video", asked, {"Content-Type": "application/json"})
    (one,) = steps.transcript().exchanges
    assert one.request.body is not None
    assert one.request.body.json() == {**asked, "key": "[key]", "more": {"key": "[secret]"}}


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("application/json", json.dumps({"key": [KEY], "prompt": "a"}), '{"key": ["[secret]"], "prompt": "a"}'),
        ("application/json", json.dumps({"api_key": KEY, "prompt": "a"}), '{"api_key": "[secret]", "prompt": "a"}'),
        ("application/x-www-form-urlencoded", f"key={KEY}&prompt=a", "key=[secret]&prompt=a"),
        (
            "multipart/form-data; boundary=x",
            f'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n{KEY}\r\n--x--\r\n',
            '--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n[secret]\r\n--x--\r\n',
        ),
    ],
)
def test_a_key_in_a_wrong_wrapping_is_a_secret_too(steps: JournalSession, kind: str, body: str, shown: str) -> None:
    """No sandbox is known by it: its call is nobody's, and refused. So is what its journal shows of it."""
    steps.direct.json("DELETE", "/_mock/sandboxes/anonymous")
    headers = {"Content-Type": kind}
    assert KEY not in steps.call("POST", "/api/v6/video/text2video", body.encode(), headers).body.decode()
    (one,) = steps.transcript("anonymous").exchanges
    assert one.request.body is not None
    assert one.request.body.data == shown.encode()
    assert found(steps, digest_of("anonymous"), KEY) == []


@pytest.mark.parametrize("key", [[KEY], {"a": KEY}, 12345678, -1.5, None, True])
def test_what_is_no_string_in_the_place_of_a_key_is_judged_as_what_it_was(steps: JournalSession, key: object) -> None:
    steps.direct.json("DELETE", "/_mock/sandboxes/anonymous")
    asked = {"key": key, "model_id": "cogvideox", "prompt": "a"}
    steps.call("POST", "/api/v6/video/text2video", asked, {"Content-Type": "application/json"})
    (one,) = steps.transcript("anonymous").exchanges
    assert [violation.path for violation in one.verdict.violations] == ["/key"]


def test_what_another_call_echoes_of_a_key_is_taken_out(steps: JournalSession) -> None:
    """A failure of AI/ML API may tell the prompt to whoever asks in this sandbox."""
    path = f"/_mock/sandboxes/{digest_of(KEY)}"
    steps.direct.json("PATCH", path, {"profiles": {"aimlapi": ["old-failure"]}, "scenario": "fails-in-processing"})
    asked = {"model": "pixverse/v5/text-to-video", "prompt": f"a cat {KEY}"}
    made = steps.call("POST", "/v2/video/generations", asked).json()
    steps.direct.json("PATCH", path, {"scenario": "success"})
    listener = {"mockserver.sandbox": digest_of(KEY)}
    target = f"/v2/video/generations?generation_id={quote(made['id'])}"
    told = steps.call("GET", target, headers={"Authorization": "Bearer another-key"}, **listener)
    steps.direct.json("PATCH", path, {"profiles": {"aimlapi": []}})
    assert KEY.encode() in told.body
    one = steps.transcript().exchanges[-1]
    assert one.answer is not None
    assert one.answer.body is not None
    assert b"[key]" in (one.answer.body.data or b"")
    assert KEY.encode() not in steps.read().body


def test_a_mark_says_where_a_key_stood(steps: JournalSession) -> None:
    """So that a law can still say that a URL carried it."""
    steps.call("GET", f"/v2/ai/videos/none/status?api_key={KEY}")
    steps.call("GET", "/v2/ai/videos/none/status?api_key=another")
    ours, other = steps.transcript().exchanges
    assert (ours.request.query, other.request.query) == ("api_key=[key]", "api_key=[secret]")


def test_the_url_of_a_har_entry_can_be_split(steps: JournalSession) -> None:
    steps.call("GET", f"/v2/ai/videos/none/status?api_key={KEY}&a=1")
    (one,) = steps.read("journal.har").json()["log"]["entries"]
    assert parse_qsl(urlsplit(one["request"]["url"]).query) == [("api_key", "[key]"), ("a", "1")]
