"""The journal: what a record says of what was received and answered, and which records are kept."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.adapters.clock import HandTime
from mockserver.app import create_app
from mockserver.domain.journal import LONGEST
from mockserver.engine.sandbox import digest_of
from mockserver.settings import Settings
from tests.web.direct import Direct
from tests.web.journals import ASKED, BEARER, CREATE, KEY, START, JournalSession


def test_an_exchange_is_told_whole(steps: JournalSession) -> None:
    job = steps.create()
    steps.time.pass_seconds(5)
    answer = steps.call("GET", f"/v2/ai/videos/{job}/status?x=%20y")
    made, polled = steps.transcript().exchanges
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


def test_times_are_those_of_the_sandbox_and_of_the_machine(steps: JournalSession) -> None:
    steps.direct.json("PATCH", f"/_mock/sandboxes/{digest_of(KEY)}/clock", {"rate": 2})
    steps.create()
    steps.time.pass_seconds(10)
    steps.create()
    first, second = steps.transcript().exchanges
    assert (second.arrived.at - first.arrived.at).total_seconds() == 20
    assert second.arrived.monotonic - first.arrived.monotonic == 10
    assert second.arrived == second.read == second.first_byte == second.last_byte


def test_bytes_are_those_on_the_wire(steps: JournalSession) -> None:
    """Request line and header lines as any client writes them, with the key that is not shown."""
    answer = steps.call("POST", f"{CREATE}?a=b", ASKED)
    body = json.dumps(ASKED)
    sent = [f"POST {CREATE}?a=b HTTP/1.1", f"authorization: Bearer {KEY}", "content-type: application/json"]
    sent += ["host: 127.0.0.1:8000", "", body]
    came = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in answer.headers), "", answer.body.decode()]
    (one,) = steps.transcript().exchanges
    assert one.received_bytes == len("\r\n".join(sent))
    assert one.sent_bytes == len("\r\n".join(came))


def test_bytes_are_those_on_the_wire_also_where_a_key_was_taken_out(steps: JournalSession) -> None:
    """Of the query, the body, and of what the answer echoes."""
    body = json.dumps({**ASKED, "width": KEY})
    answer = steps.call("POST", f"{CREATE}?key={KEY}", body.encode())
    assert KEY.encode() in answer.body
    sent = [f"POST {CREATE}?key={KEY} HTTP/1.1", f"authorization: Bearer {KEY}", "content-type: application/json"]
    sent += ["host: 127.0.0.1:8000", "", body]
    came = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in answer.headers), ""]
    (one,) = steps.transcript().exchanges
    assert one.received_bytes == len("\r\n".join(sent))
    assert one.sent_bytes == len("\r\n".join([*came, answer.body.decode()]))


def test_a_link_without_a_key_is_about_its_job_also_before_it_works(steps: JournalSession) -> None:
    steps.direct.json("PATCH", f"/_mock/sandboxes/{digest_of(KEY)}", {"queue": ["links-lag=5"]})
    job = steps.create()
    link = urlsplit(steps.call("GET", f"/v2/ai/videos/{job}/status").json()["videoUrl"]).path
    assert steps.call("GET", link, headers={}).status == 404
    steps.time.pass_seconds(5)
    assert steps.call("GET", link, headers={}).status == 200
    told = [(one.job, one.credential, one.nth, one.scenario) for one in steps.transcript().exchanges[2:]]
    assert told == [(job, None, 1, "links-lag=5"), (job, None, 2, "links-lag=5")]


def test_polls_are_numbered_by_job(steps: JournalSession) -> None:
    jobs = [steps.create(), steps.create()]
    for job in (*jobs, *jobs, jobs[0]):
        steps.call("GET", f"/v2/ai/videos/{job}/status")
    told = [(one.job, one.nth) for one in steps.transcript().exchanges if one.operation == "getVideoStatus"]
    assert told == [(jobs[0], 1), (jobs[1], 1), (jobs[0], 2), (jobs[1], 2), (jobs[0], 3)]


def test_a_refused_poll_belongs_to_its_job_all_the_same(steps: JournalSession) -> None:
    job = steps.create()
    path = f"/_mock/sandboxes/{digest_of(KEY)}"
    steps.direct.json("PATCH", path, {"limits": {"getVideoStatus": {"calls": 1, "seconds": 60}}})
    for _ in range(2):
        steps.call("GET", f"/v2/ai/videos/{job}/status")
    steps.direct.json("PATCH", path, {"limits": "off"})
    refused = steps.transcript().exchanges[-1]
    assert (refused.problem, refused.job, refused.nth) == ("limited", job, 2)
    assert refused.answer is not None
    assert refused.answer.status == 429


def test_a_clip_is_told_by_length_and_digest(steps: JournalSession) -> None:
    job = steps.create()
    whole = steps.call("GET", f"/v2/ai/videos/{job}/download")
    part = steps.call("GET", f"/v2/ai/videos/{job}/download", headers={**BEARER, "Range": "bytes=0-99"})
    _, first, second = steps.transcript().exchanges
    tag = str(whole.header("etag")).strip('"')
    for one, answer, size in ((first, whole, len(whole.body)), (second, part, 100)):
        assert one.answer is not None
        assert one.answer.body is not None
        body = one.answer.body
        assert (one.answer.status, body.length, body.digest) == (answer.status, size, tag)
        assert (body.data, body.is_cut, one.job) == (None, False, job)
        head = "\r\n".join(f"{name}: {value}" for name, value in answer.headers)
        assert one.sent_bytes > size + len(head)
    assert len(steps.read().body) < 10_000


def test_a_long_body_is_cut_with_a_mark(steps: JournalSession) -> None:
    asked = {**ASKED, "prompt": "é" * LONGEST}
    steps.call("POST", CREATE, json.dumps(asked, ensure_ascii=False).encode())
    (one,) = steps.transcript().exchanges
    body = one.request.body
    assert body is not None
    assert body.data is not None
    assert body.is_cut
    assert body.length == len(json.dumps(asked, ensure_ascii=False).encode())
    assert LONGEST - 4 < len(body.data) <= LONGEST
    assert body.digest is not None
    assert one.verdict.valid is None


def test_the_verdict_is_that_of_the_document(steps: JournalSession) -> None:
    steps.call("POST", CREATE, {"prompt": 5, "width": "x"})
    steps.call("POST", CREATE, b'{"prompt": ')
    wrong, malformed = (one.verdict for one in steps.transcript().exchanges)
    assert [(one.path, one.rule, one.got) for one in wrong.violations] == [
        ("/prompt", "type", 5),
        ("/width", "type", "x"),
    ]
    assert (malformed.valid, [one.rule for one in malformed.violations]) == (False, ["json"])


def test_a_body_that_is_no_text_is_told_in_base64(steps: JournalSession) -> None:
    steps.call("POST", CREATE, b"\xff\xfe\x00")
    (one,) = steps.transcript().exchanges
    assert one.request.body is not None
    assert one.request.body.data == b"\xff\xfe\x00"


def test_an_unknown_path_is_journaled_without_a_provider(steps: JournalSession) -> None:
    steps.call("GET", "/favicon.ico")
    steps.call("GET", "/v2/ai/nothing")
    stray, near = steps.transcript().exchanges
    assert (stray.provider, stray.operation, stray.problem) == (None, None, None)
    assert (near.provider, near.operation, near.problem) == ("tensorone", None, "unknown path")


def test_the_control_api_is_not_journaled(steps: JournalSession) -> None:
    steps.read()
    assert steps.records() == []


def test_a_crashed_exchange_is_told(steps: JournalSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(steps.direct.app.state.context.engine, "submit", crash)
    steps.call("POST", CREATE, ASKED)
    (one,) = steps.transcript().exchanges
    assert (one.problem, one.ending) == ("crashed", "complete")


def test_headers_that_cors_adds_are_told(steps: JournalSession) -> None:
    steps.call("POST", CREATE, ASKED, {**BEARER, "Origin": "http://localhost:3000"})
    (one,) = steps.transcript().exchanges
    assert one.answer is not None
    assert one.answer.header("access-control-expose-headers") == "*"


def test_sandboxes_have_journals_of_their_own(steps: JournalSession) -> None:
    steps.create()
    other = {**BEARER, "Authorization": "Bearer journal-key-2"}
    steps.direct.sandbox("journal-key-2")
    for _ in range(2):
        steps.call("POST", CREATE, ASKED, other)
    assert [one["n"] for one in steps.records()] == [1]
    assert [one["n"] for one in steps.records(key="journal-key-2")] == [1, 2]


def test_a_call_to_another_sandbox_tells_whose_key_it_showed(steps: JournalSession) -> None:
    headers = {**BEARER, "Authorization": "Bearer another-key", "X-Mock-Sandbox": KEY}
    steps.call("POST", CREATE, ASKED, headers)
    steps.call("POST", CREATE, ASKED, {"X-Mock-Sandbox": KEY})
    shown, silent = steps.transcript().exchanges
    assert (shown.credential, silent.credential) == (digest_of("another-key"), None)


def test_the_ring_keeps_the_latest_thousand(steps: JournalSession) -> None:
    for _ in range(1005):
        steps.call("GET", "/v2/ai/videos/none/status")
    found = steps.transcript()
    assert (found.first, found.last) == (6, 1005)
    assert [one.n for one in found.records] == list(range(6, 1006))


def test_reset_empties_it_and_begins_anew(steps: JournalSession) -> None:
    steps.create()
    steps.direct.json("DELETE", f"/_mock/sandboxes/{digest_of(KEY)}")
    assert steps.read().json() == {
        "transcript": 1, "sandbox": digest_of(KEY), "first": 1, "last": 0, "records": [],
    }  # fmt: skip
    steps.create()
    assert [one["n"] for one in steps.records()] == [1]


def test_it_can_be_off(steps: JournalSession) -> None:
    path = f"/_mock/sandboxes/{digest_of(KEY)}"
    steps.create()
    assert steps.direct.json("PATCH", path, {"journal": "off"})["journal"] == "off"
    steps.create()
    assert len(steps.records()) == 1
    steps.direct.json("PATCH", path, {"journal": "on"})
    steps.create()
    assert [one["n"] for one in steps.records()] == [1, 2]


def test_a_server_may_have_none(tmp_path: Any) -> None:
    direct = Direct(create_app(Settings(cache=tmp_path, timing="instant", journal=False)))
    steps = JournalSession(direct, HandTime(START))
    steps.create()
    assert steps.records() == []
    direct.close()
