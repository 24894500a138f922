"""The journal read back: filtered, line by line, as HAR, and waited for."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import pytest

from mockserver.engine.sandbox import digest_of
from mockserver.kit import transcript
from mockserver.kit.target import Response
from tests.web.journals import ASKED, BEARER, CREATE, KEY, JournalSession


def test_filters_choose(steps: JournalSession) -> None:
    job = steps.create()
    steps.call("GET", f"/v2/ai/videos/{job}/status")
    steps.call("GET", "/v2/ai/videos/none/status")
    steps.create()
    assert [one["n"] for one in steps.records()] == [1, 2, 3, 4]
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
        assert [one["n"] for one in steps.records(query)] == numbers, query


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
def test_a_wrong_filter_is_refused(steps: JournalSession, name: str, query: str, told: str) -> None:
    answer = steps.read(name, query)
    assert (answer.status, answer.header("content-type")) == (400, "application/problem+json")
    assert answer.json()["detail"].startswith(told)


def test_lines_are_the_records(steps: JournalSession) -> None:
    job = steps.create()
    steps.call("GET", f"/v2/ai/videos/{job}/status")
    answer = steps.read("journal.ndjson")
    assert answer.header("content-type") == "application/x-ndjson"
    assert [json.loads(line) for line in answer.body.splitlines()] == steps.records()
    assert [one.n for one in transcript.read_lines(answer.body.splitlines())] == [1, 2]


def test_har_is_what_browsers_open(steps: JournalSession) -> None:
    """The members that HAR 1.2 asks for, each of its type; ours begin with an underscore."""
    steps.direct.json("PATCH", f"/_mock/sandboxes/{digest_of(KEY)}/clock", {"frozen": True})
    job = steps.create()
    steps.time.pass_seconds(3)
    steps.call("GET", f"/v2/ai/videos/{job}/download?a=b&c")
    log = steps.read("journal.har").json()["log"]
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


def test_waiting_answers_with_what_there_is(steps: JournalSession) -> None:
    steps.create()
    steps.call("GET", "/v2/ai/videos/none/status")
    answer = steps.read("journal/wait", "operation=createVideo&count=1&timeout=0")
    assert [one.n for one in transcript.read(answer.json()).records] == [1]


def test_waiting_in_vain_is_told(steps: JournalSession) -> None:
    steps.create()
    answer = steps.read("journal/wait", "operation=createVideo&count=2&timeout=0")
    assert (answer.status, answer.header("content-type")) == (408, "application/problem+json")
    told = answer.json()
    assert told["detail"] == "1 of 2 records of createVideo came within 0 s"
    assert (told["count"], told["wanted"]) == (1, 2)


def test_waiting_goes_on_until_what_is_waited_for_has_come(steps: JournalSession) -> None:
    direct = steps.direct
    journal = direct.app.state.context.engine.store.open(digest_of(KEY)).journal
    path = f"/_mock/sandboxes/{digest_of(KEY)}/journal/wait?operation=createVideo&timeout=30"

    async def call(method: str, target: str, body: bytes = b"") -> Response:
        return await direct._exchange(direct._scope(method, target, BEARER), [body])

    async def play() -> Response:
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
def test_a_wrong_wait_is_refused(steps: JournalSession, query: str) -> None:
    assert steps.read("journal/wait", query).status == 400
