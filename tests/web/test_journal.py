"""The journal: what was received and answered, read back in the kit's neutral form, line by line, and as HAR."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts import transcript
from contracts.stage import Exchange as Came
from mockserver.adapters.clock import HandTime
from mockserver.app import create_app
from mockserver.domain.journal import LONGEST
from mockserver.engine.sandbox import digest_of
from mockserver.settings import Settings
from tests.web.direct import Direct

KEY = "journal-key-1"
START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
BEARER = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
CREATE = "/v2/ai/text-to-video"
ASKED = {"prompt": "a cat", "width": 512, "height": 512, "duration": 2}


class Scene:
    """An application without a socket, under a time moved by hand, and one sandbox of it."""

    def __init__(self, direct: Direct, time: HandTime) -> None:
        self.direct, self.time = direct, time

    def call(self, method: str, target: str, body: object = b"", headers: Any = BEARER, **scope: Any) -> Came:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.direct.call(method, target, headers, raw, **scope)

    def create(self, **more: object) -> str:
        made: str = self.call("POST", CREATE, {**ASKED, **more}).json()["videoId"]
        return made

    def read(self, name: str = "journal.json", query: str = "", key: str = KEY) -> Came:
        path = f"/_mock/sandboxes/{digest_of(key)}/{name}"
        return self.direct.call("GET", f"{path}?{query}" if query else path)

    def records(self, query: str = "", key: str = KEY) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read("journal.json", query, key).json()["records"]
        return found

    def transcript(self, key: str = KEY) -> transcript.Transcript:
        return transcript.read(self.read(key=key).json())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    time = HandTime(START)
    folder = tmp_path_factory.mktemp("clips")
    direct = Direct(create_app(Settings(cache=folder, timing="instant", max_sandboxes=5000), time=time))
    yield Scene(direct, time)
    direct.close()


@pytest.fixture
def scene(place: Scene) -> Scene:
    path = place.direct.sandbox(KEY, timing="instant", journal="on")
    place.direct.json("PATCH", f"{path}/clock", {"frozen": False})
    return place


# ---- what a record says


def test_an_exchange_is_told_whole(scene: Scene) -> None:
    job = scene.create()
    scene.time.pass_seconds(5)
    answer = scene.call("GET", f"/v2/ai/videos/{job}/status?x=%20y")
    made, polled = scene.transcript().exchanges
    assert (made.n, made.operation, made.job, made.nth, made.scenario) == (1, "createVideo", job, None, "success")
    assert (made.provider, made.profile, made.problem, made.fault) == ("tensorone", [], None, None)
    assert (made.verdict.valid, polled.verdict.valid) == (True, None)
    assert made.request.body is not None
    assert made.request.body.json() == ASKED
    assert (polled.n, polled.operation, polled.job, polled.nth) == (2, "getVideoStatus", job, 1)
    assert (polled.request.method, polled.request.path) == ("GET", f"/v2/ai/videos/{job}/status")
    assert polled.request.query == "x=%20y"
    assert polled.request.header("Authorization") == "Bearer [key]"
    assert polled.credential == digest_of(KEY)
    assert polled.answer is not None
    assert polled.answer.body is not None
    assert (polled.answer.status, polled.answer.body.data) == (200, answer.body)
    assert list(polled.answer.headers) == [(name.lower(), value) for name, value in answer.headers]
    assert (made.ending, polled.ending) == ("complete", "complete")


def test_times_are_those_of_the_sandbox_and_of_the_machine(scene: Scene) -> None:
    scene.direct.json("PATCH", f"/_mock/sandboxes/{digest_of(KEY)}/clock", {"rate": 2})
    scene.create()
    scene.time.pass_seconds(10)
    scene.create()
    first, second = scene.transcript().exchanges
    assert (second.arrived.at - first.arrived.at).total_seconds() == 20
    assert second.arrived.monotonic - first.arrived.monotonic == 10
    assert second.arrived == second.read == second.first_byte == second.last_byte


def test_bytes_are_those_on_the_wire(scene: Scene) -> None:
    """Request line and header lines as any client writes them, with the key that is not shown."""
    answer = scene.call("POST", f"{CREATE}?a=b", ASKED)
    body = json.dumps(ASKED)
    sent = [f"POST {CREATE}?a=b HTTP/1.1", f"authorization: Bearer {KEY}", "content-type: application/json"]
    sent += ["host: 127.0.0.1:8000", "", body]
    came = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in answer.headers), "", answer.body.decode()]
    (one,) = scene.transcript().exchanges
    assert one.received_bytes == len("\r\n".join(sent))
    assert one.sent_bytes == len("\r\n".join(came))


def test_bytes_are_those_on_the_wire_also_where_a_key_was_taken_out(scene: Scene) -> None:
    """Of the query, the body, and of what the answer echoes."""
    body = json.dumps({**ASKED, "width": KEY})
    answer = scene.call("POST", f"{CREATE}?key={KEY}", body.encode())
    assert KEY.encode() in answer.body
    sent = [f"POST {CREATE}?key={KEY} HTTP/1.1", f"authorization: Bearer {KEY}", "content-type: application/json"]
    sent += ["host: 127.0.0.1:8000", "", body]
    came = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in answer.headers), ""]
    (one,) = scene.transcript().exchanges
    assert one.received_bytes == len("\r\n".join(sent))
    assert one.sent_bytes == len("\r\n".join([*came, answer.body.decode()]))


def test_a_link_without_a_key_is_about_its_job_also_before_it_works(scene: Scene) -> None:
    scene.direct.json("PATCH", f"/_mock/sandboxes/{digest_of(KEY)}", {"queue": ["links-lag=5"]})
    job = scene.create()
    link = urlsplit(scene.call("GET", f"/v2/ai/videos/{job}/status").json()["videoUrl"]).path
    assert scene.call("GET", link, headers={}).status == 404
    scene.time.pass_seconds(5)
    assert scene.call("GET", link, headers={}).status == 200
    told = [(one.job, one.credential, one.nth, one.scenario) for one in scene.transcript().exchanges[2:]]
    assert told == [(job, None, 1, "links-lag=5"), (job, None, 2, "links-lag=5")]


def test_polls_are_numbered_by_job(scene: Scene) -> None:
    jobs = [scene.create(), scene.create()]
    for job in (*jobs, *jobs, jobs[0]):
        scene.call("GET", f"/v2/ai/videos/{job}/status")
    told = [(one.job, one.nth) for one in scene.transcript().exchanges if one.operation == "getVideoStatus"]
    assert told == [(jobs[0], 1), (jobs[1], 1), (jobs[0], 2), (jobs[1], 2), (jobs[0], 3)]


def test_a_refused_poll_belongs_to_its_job_all_the_same(scene: Scene) -> None:
    job = scene.create()
    path = f"/_mock/sandboxes/{digest_of(KEY)}"
    scene.direct.json("PATCH", path, {"limits": {"getVideoStatus": {"calls": 1, "seconds": 60}}})
    for _ in range(2):
        scene.call("GET", f"/v2/ai/videos/{job}/status")
    scene.direct.json("PATCH", path, {"limits": "off"})
    refused = scene.transcript().exchanges[-1]
    assert (refused.problem, refused.job, refused.nth) == ("limited", job, 2)
    assert refused.answer is not None
    assert refused.answer.status == 429


def test_a_clip_is_told_by_length_and_digest(scene: Scene) -> None:
    job = scene.create()
    whole = scene.call("GET", f"/v2/ai/videos/{job}/download")
    part = scene.call("GET", f"/v2/ai/videos/{job}/download", headers={**BEARER, "Range": "bytes=0-99"})
    _, first, second = scene.transcript().exchanges
    tag = str(whole.header("etag")).strip('"')
    for one, answer, size in ((first, whole, len(whole.body)), (second, part, 100)):
        assert one.answer is not None
        assert one.answer.body is not None
        body = one.answer.body
        assert (one.answer.status, body.length, body.digest) == (answer.status, size, tag)
        assert (body.data, body.is_cut, one.job) == (None, False, job)
        head = "\r\n".join(f"{name}: {value}" for name, value in answer.headers)
        assert one.sent_bytes > size + len(head)
    assert len(scene.read().body) < 10_000


def test_a_long_body_is_cut_with_a_mark(scene: Scene) -> None:
    asked = {**ASKED, "prompt": "é" * LONGEST}
    scene.call("POST", CREATE, json.dumps(asked, ensure_ascii=False).encode())
    (one,) = scene.transcript().exchanges
    body = one.request.body
    assert body is not None
    assert body.data is not None
    assert body.is_cut
    assert body.length == len(json.dumps(asked, ensure_ascii=False).encode())
    assert LONGEST - 4 < len(body.data) <= LONGEST
    assert body.digest is not None
    assert one.verdict.valid is None


def test_the_verdict_is_that_of_the_document(scene: Scene) -> None:
    scene.call("POST", CREATE, {"prompt": 5, "width": "x"})
    scene.call("POST", CREATE, b'{"prompt": ')
    wrong, malformed = (one.verdict for one in scene.transcript().exchanges)
    assert [(one.path, one.rule, one.got) for one in wrong.violations] == [
        ("/prompt", "type", 5),
        ("/width", "type", "x"),
    ]
    assert (malformed.valid, [one.rule for one in malformed.violations]) == (False, ["json"])


def test_a_body_that_is_no_text_is_told_in_base64(scene: Scene) -> None:
    scene.call("POST", CREATE, b"\xff\xfe\x00")
    (one,) = scene.transcript().exchanges
    assert one.request.body is not None
    assert one.request.body.data == b"\xff\xfe\x00"


def test_an_unknown_path_is_journaled_without_a_provider(scene: Scene) -> None:
    scene.call("GET", "/favicon.ico")
    scene.call("GET", "/v2/ai/nothing")
    stray, near = scene.transcript().exchanges
    assert (stray.provider, stray.operation, stray.problem) == (None, None, None)
    assert (near.provider, near.operation, near.problem) == ("tensorone", None, "unknown path")


def test_the_control_api_is_not_journaled(scene: Scene) -> None:
    scene.read()
    assert scene.records() == []


def test_a_crashed_exchange_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(scene.direct.app.state.house.engine, "submit", crash)
    scene.call("POST", CREATE, ASKED)
    (one,) = scene.transcript().exchanges
    assert (one.problem, one.ending) == ("crashed", "complete")


def test_headers_that_cors_adds_are_told(scene: Scene) -> None:
    scene.call("POST", CREATE, ASKED, {**BEARER, "Origin": "http://localhost:3000"})
    (one,) = scene.transcript().exchanges
    assert one.answer is not None
    assert one.answer.header("access-control-expose-headers") == "*"


def test_sandboxes_have_journals_of_their_own(scene: Scene) -> None:
    scene.create()
    other = {**BEARER, "Authorization": "Bearer journal-key-2"}
    scene.direct.sandbox("journal-key-2")
    for _ in range(2):
        scene.call("POST", CREATE, ASKED, other)
    assert [one["n"] for one in scene.records()] == [1]
    assert [one["n"] for one in scene.records(key="journal-key-2")] == [1, 2]


def test_a_call_to_another_sandbox_tells_whose_key_it_showed(scene: Scene) -> None:
    headers = {**BEARER, "Authorization": "Bearer another-key", "X-Mock-Sandbox": KEY}
    scene.call("POST", CREATE, ASKED, headers)
    scene.call("POST", CREATE, ASKED, {"X-Mock-Sandbox": KEY})
    shown, silent = scene.transcript().exchanges
    assert (shown.credential, silent.credential) == (digest_of("another-key"), None)


# ---- how much is kept, and when not


def test_the_ring_keeps_the_latest_thousand(scene: Scene) -> None:
    for _ in range(1005):
        scene.call("GET", "/v2/ai/videos/none/status")
    found = scene.transcript()
    assert (found.first, found.last) == (6, 1005)
    assert [one.n for one in found.records] == list(range(6, 1006))


def test_reset_empties_it_and_begins_anew(scene: Scene) -> None:
    scene.create()
    scene.direct.json("DELETE", f"/_mock/sandboxes/{digest_of(KEY)}")
    assert scene.read().json() == {
        "transcript": 1, "sandbox": digest_of(KEY), "first": 1, "last": 0, "records": [],
    }  # fmt: skip
    scene.create()
    assert [one["n"] for one in scene.records()] == [1]


def test_it_can_be_off(scene: Scene) -> None:
    path = f"/_mock/sandboxes/{digest_of(KEY)}"
    scene.create()
    assert scene.direct.json("PATCH", path, {"journal": "off"})["journal"] == "off"
    scene.create()
    assert len(scene.records()) == 1
    scene.direct.json("PATCH", path, {"journal": "on"})
    scene.create()
    assert [one["n"] for one in scene.records()] == [1, 2]


def test_a_server_may_have_none(tmp_path: Any) -> None:
    direct = Direct(create_app(Settings(cache=tmp_path, timing="instant", journal=False)))
    scene = Scene(direct, HandTime(START))
    scene.create()
    assert scene.records() == []
    direct.close()


# ---- filters


def test_filters_choose(scene: Scene) -> None:
    job = scene.create()
    scene.call("GET", f"/v2/ai/videos/{job}/status")
    scene.call("GET", "/v2/ai/videos/none/status")
    scene.create()
    assert [one["n"] for one in scene.records()] == [1, 2, 3, 4]
    for query, numbers in {
        "operation=createVideo": [1, 4],
        f"job={job}": [1, 2],
        f"job={job}&operation=getVideoStatus": [2],
        "status=404": [3],
        "status=2xx": [1, 2, 4],
        "since=2": [3, 4],
        "kind=exchange": [1, 2, 3, 4],
        "kind=attempt": [],
    }.items():
        assert [one["n"] for one in scene.records(query)] == numbers, query


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("operatio=x", "unknown parameter 'operatio'; did you mean operation?"),
        ("operation=createVide", "operation: unknown value 'createVide'; did you mean createVideo?"),
        ("kind=exchang", "kind: unknown value 'exchang'; did you mean exchange?"),
        ("status=ok", "status: expected a status such as 404 or a class such as 4xx, got 'ok'"),
        ("status=", "status: expected a status such as 404"),
        ("since=-1", "since: expected a number from 0 to 1e+15, got '-1'"),
        ("count=2", "unknown parameter 'count'; "),
    ],
)
@pytest.mark.parametrize("name", ["journal.json", "journal.ndjson", "journal.har"])
def test_a_wrong_filter_is_refused(scene: Scene, name: str, query: str, told: str) -> None:
    answer = scene.read(name, query)
    assert (answer.status, answer.header("content-type")) == (400, "application/problem+json")
    assert answer.json()["detail"].startswith(told)


# ---- the other two forms


def test_lines_are_the_records(scene: Scene) -> None:
    job = scene.create()
    scene.call("GET", f"/v2/ai/videos/{job}/status")
    answer = scene.read("journal.ndjson")
    assert answer.header("content-type") == "application/x-ndjson"
    assert [json.loads(line) for line in answer.body.splitlines()] == scene.records()
    assert [one.n for one in transcript.read_lines(answer.body.splitlines())] == [1, 2]


def test_har_is_what_browsers_open(scene: Scene) -> None:
    """The members that HAR 1.2 asks for, each of its type; ours begin with an underscore."""
    scene.direct.json("PATCH", f"/_mock/sandboxes/{digest_of(KEY)}/clock", {"frozen": True})
    job = scene.create()
    scene.time.pass_seconds(3)
    scene.call("GET", f"/v2/ai/videos/{job}/download?a=b&c")
    log = scene.read("journal.har").json()["log"]
    assert (log["version"], log["creator"]["name"], log["pages"]) == ("1.2", "mockserver", [])
    made, clip = log["entries"]
    starts = [datetime.fromisoformat(one["startedDateTime"]) for one in (made, clip)]
    assert (starts[1] - starts[0]).total_seconds() == 3  # also while the sandbox's clock stands still
    assert made["_at"] == clip["_at"]
    for one in (made, clip):
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(one)
        timings = one["timings"]
        assert one["time"] == sum(timings[name] for name in ("send", "wait", "receive"))
        for side, names in {
            "request": ["method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"],
            "response": ["status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL",
                         "headersSize", "bodySize"],
        }.items():  # fmt: skip
            assert set(names) <= set(one[side])
            assert {name for name in one[side] if not name.startswith("_")} <= {*names, "postData"}
            assert all(set(pair) == {"name", "value"} for pair in one[side]["headers"])
    assert made["request"]["url"] == f"http://127.0.0.1:8000{CREATE}"
    assert json.loads(made["request"]["postData"]["text"]) == ASKED
    assert made["request"]["postData"]["mimeType"] == "application/json"
    assert clip["request"]["queryString"] == [{"name": "a", "value": "b"}, {"name": "c", "value": ""}]
    assert clip["response"]["content"]["mimeType"] == "video/mp4"
    assert clip["response"]["content"]["size"] == clip["response"]["bodySize"] > 1000
    assert "text" not in clip["response"]["content"]
    assert (made["response"]["statusText"], made["_operation"]) == ("OK", "createVideo")


# ---- waiting


def test_waiting_answers_with_what_there_is(scene: Scene) -> None:
    scene.create()
    scene.call("GET", "/v2/ai/videos/none/status")
    answer = scene.read("journal/wait", "operation=createVideo&count=1&timeout=0")
    assert [one.n for one in transcript.read(answer.json()).records] == [1]


def test_waiting_in_vain_is_told(scene: Scene) -> None:
    scene.create()
    answer = scene.read("journal/wait", "operation=createVideo&count=2&timeout=0")
    assert (answer.status, answer.header("content-type")) == (408, "application/problem+json")
    told = answer.json()
    assert told["detail"] == "1 of 2 records of createVideo came within 0 s"
    assert (told["count"], told["wanted"]) == (1, 2)


def test_waiting_goes_on_until_what_is_waited_for_has_come(scene: Scene) -> None:
    direct = scene.direct
    journal = direct.app.state.house.engine.sandboxes.get(digest_of(KEY)).journal
    path = f"/_mock/sandboxes/{digest_of(KEY)}/journal/wait?operation=createVideo&timeout=30"

    async def call(method: str, target: str, body: bytes = b"") -> Came:
        return await direct._exchange(direct._scope(method, target, BEARER), [body])

    async def play() -> Came:
        waiting = asyncio.create_task(call("GET", path))
        while not journal.watchers:  # noqa: ASYNC110  (a turn of the loop, no time)
            await asyncio.sleep(0)
        await call("GET", "/v2/ai/videos/none/status")
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        await call("POST", CREATE, json.dumps(ASKED).encode())
        return await waiting

    assert [one["n"] for one in direct.runner.run(play()).json()["records"]] == [2]
    assert journal.watchers == []


@pytest.mark.parametrize("query", ["timeout=61", "timeout=nan", "timeout=x", "count=0", "count=1.5", "countt=1"])
def test_a_wrong_wait_is_refused(scene: Scene, query: str) -> None:
    assert scene.read("journal/wait", query).status == 400


# ---- keys

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


def found(scene: Scene, sandbox: str, key: str) -> list[str]:
    """Where a key stands in any of the three renderings, however it is read."""
    seen = []
    for name in ("journal.json", "journal.ndjson", "journal.har"):
        raw = scene.direct.call("GET", f"/_mock/sandboxes/{sandbox}/{name}").body
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
def test_a_bearer_key_stands_nowhere(place: Scene, key: str) -> None:
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
def test_a_key_of_the_body_stands_nowhere(place: Scene, key: str) -> None:
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


def test_a_key_at_the_edge_of_what_is_kept_is_not_halved(scene: Scene) -> None:
    for length in range(LONGEST - 40, LONGEST + 2):
        body = b'{"prompt": "' + b"x" * (length - 12) + KEY.encode() * 3 + b'"}'
        scene.call("POST", CREATE, body)
    shown = scene.read().body
    assert not any(KEY[:size].encode() in shown for size in range(6, len(KEY) + 1))


def test_a_short_key_is_taken_out_of_its_places(scene: Scene) -> None:
    scene.direct.sandbox("k", timing="instant")
    scene.call("POST", f"{CREATE}?key=k", {**ASKED, "prompt": "kick"}, {"Authorization": "Bearer k", "X-Api-Key": "k"})
    (one,) = scene.transcript("k").exchanges
    assert (one.request.header("authorization"), one.request.header("x-api-key")) == ("Bearer [key]", "[key]")
    assert one.request.query == "key=[key]"
    assert one.request.body is not None
    assert b"kick" in (one.request.body.data or b"")


def test_the_sandboxes_key_is_known_also_where_the_call_shows_none(scene: Scene) -> None:
    """At a listener of the sandbox; the name of a parameter does not matter."""
    listener = {"mockserver.sandbox": digest_of(KEY)}
    scene.call("GET", f"/v2/ai/videos/{KEY}/status", headers={}, **listener)
    scene.call("GET", f"/v2/ai/videos/none/status?x={KEY}", headers={}, **listener)
    path, query = (one.request for one in scene.transcript().exchanges)
    assert (path.path, query.query) == ("/v2/ai/videos/[key]/status", "x=[key]")
    assert KEY.encode() not in scene.read().body


def test_a_member_key_deep_in_a_body_is_a_secret_too(scene: Scene) -> None:
    asked = {"key": KEY, "model_id": "x", "prompt": "a", "more": {"key": "of somebody else"}}
    scene.call("POST", "/api/v6/video/text2video", asked, {"Content-Type": "application/json"})
    (one,) = scene.transcript().exchanges
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
def test_a_key_in_a_wrong_wrapping_is_a_secret_too(scene: Scene, kind: str, body: str, shown: str) -> None:
    """No sandbox is known by it: its call is nobody's, and refused. So is what its journal shows of it."""
    scene.direct.json("DELETE", "/_mock/sandboxes/anonymous")
    headers = {"Content-Type": kind}
    assert KEY not in scene.call("POST", "/api/v6/video/text2video", body.encode(), headers).body.decode()
    (one,) = scene.transcript("anonymous").exchanges
    assert one.request.body is not None
    assert one.request.body.data == shown.encode()
    assert found(scene, digest_of("anonymous"), KEY) == []


@pytest.mark.parametrize("key", [[KEY], {"a": KEY}, 12345678, -1.5, None, True])
def test_what_is_no_string_in_the_place_of_a_key_is_judged_as_what_it_was(scene: Scene, key: object) -> None:
    scene.direct.json("DELETE", "/_mock/sandboxes/anonymous")
    asked = {"key": key, "model_id": "cogvideox", "prompt": "a"}
    scene.call("POST", "/api/v6/video/text2video", asked, {"Content-Type": "application/json"})
    (one,) = scene.transcript("anonymous").exchanges
    assert [violation.path for violation in one.verdict.violations] == ["/key"]


def test_what_another_call_echoes_of_a_key_is_taken_out(scene: Scene) -> None:
    """A failure of AI/ML API may tell the prompt to whoever asks in this sandbox."""
    path = f"/_mock/sandboxes/{digest_of(KEY)}"
    scene.direct.json("PATCH", path, {"profiles": {"aimlapi": ["old-failure"]}, "scenario": "fails-in-processing"})
    asked = {"model": "pixverse/v5/text-to-video", "prompt": f"a cat {KEY}"}
    made = scene.call("POST", "/v2/video/generations", asked).json()
    scene.direct.json("PATCH", path, {"scenario": "success"})
    listener = {"mockserver.sandbox": digest_of(KEY)}
    target = f"/v2/video/generations?generation_id={quote(made['id'])}"
    told = scene.call("GET", target, headers={"Authorization": "Bearer another-key"}, **listener)
    scene.direct.json("PATCH", path, {"profiles": {"aimlapi": []}})
    assert KEY.encode() in told.body
    one = scene.transcript().exchanges[-1]
    assert one.answer is not None
    assert one.answer.body is not None
    assert b"[key]" in (one.answer.body.data or b"")
    assert KEY.encode() not in scene.read().body


def test_a_mark_says_where_a_key_stood(scene: Scene) -> None:
    """So that a law can still say that a URL carried it."""
    scene.call("GET", f"/v2/ai/videos/none/status?api_key={KEY}")
    scene.call("GET", "/v2/ai/videos/none/status?api_key=another")
    ours, other = scene.transcript().exchanges
    assert (ours.request.query, other.request.query) == ("api_key=[key]", "api_key=[secret]")


def test_the_url_of_a_har_entry_can_be_split(scene: Scene) -> None:
    scene.call("GET", f"/v2/ai/videos/none/status?api_key={KEY}&a=1")
    (one,) = scene.read("journal.har").json()["log"]["entries"]
    assert parse_qsl(urlsplit(one["request"]["url"]).query) == [("api_key", "[key]"), ("a", "1")]
