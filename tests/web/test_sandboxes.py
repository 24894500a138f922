"""Keys are sandboxes: two never meet, and no key is ever written anywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.engine.sandbox import digest_of
from mockserver.settings import Settings
from tests.web.direct import Direct
from tests.web.tables import Row, keyed, rows

CREATE = "/v2/ai/text-to-video"
FAST = {"prompt": "a cat", "width": 64, "height": 64, "duration": 1.0, "fps": 4}


class One:
    """A key with what it did, and the same key's clone, in which nobody else is about."""

    def __init__(self, direct: Direct, key: str) -> None:
        self.direct, self.headers = direct, {"authorization": f"Bearer {key}"}
        self.path = direct.sandbox(key, timing="quick", scenario="success")
        self.jobs: list[str] = []
        self.ever: set[str] = set()

    def act(self, action: str) -> object:
        """Do something; what the client sees of it, but for the ids, which are never shared."""
        direct = self.direct
        if action == "create":
            body = direct.call(
                "POST", CREATE, {**self.headers, "content-type": "application/json"}, json.dumps(FAST).encode()
            )
            if body.status == 200:
                self.jobs.append(body.json()["videoId"])
                self.ever.add(self.jobs[-1])
            return body.status, body.header("x-ratelimit-remaining")
        if action == "poll":
            return [
                direct.json("GET", f"/v2/ai/videos/{job}/status", headers=self.headers)["status"] for job in self.jobs
            ]
        if action == "advance":
            direct.json("PATCH", f"{self.path}/clock", {"advance_seconds": 2})
        elif action == "reset":
            self.jobs.clear()
            direct.json("DELETE", self.path)
            direct.json("PATCH", f"{self.path}/clock", {"frozen": True})
        else:
            direct.json("PATCH", self.path, {"scenario": action})
        return direct.json("GET", self.path)["jobs"]


ACTIONS = st.sampled_from(
    ["create", "create", "poll", "advance", "reset", "fails-in-queue", "instant", "out-of-credits"]
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.booleans(), ACTIONS), max_size=16))
def test_two_keys_never_meet(direct: Direct, story: list[tuple[bool, str]]) -> None:
    together = {True: One(direct, "left"), False: One(direct, "right")}
    seen: dict[bool, list[object]] = {True: [], False: []}
    for side, action in story:
        seen[side].append(together[side].act(action))
    assert not together[True].ever & together[False].ever
    for side, key in ((True, "left"), (False, "right")):
        alone = One(direct, key)  # the same key, used again, has the same chance
        assert [alone.act(action) for mine, action in story if mine is side] == seen[side]


def test_the_jobs_of_another_key_are_unknown(direct: Direct) -> None:
    left, right = One(direct, "left"), One(direct, "right")
    left.act("create")
    left.act("advance")
    left.act("advance")
    (job,) = left.jobs
    for path in (f"/v2/ai/videos/{job}/status", f"/v2/ai/videos/{job}/download"):
        assert direct.call("GET", path, right.headers).status == 404
    upscale = json.dumps({"videoId": job, "targetResolution": "4K"}).encode()
    sent = {**right.headers, "content-type": "application/json"}
    assert direct.call("POST", "/v2/ai/video-upscale", sent, upscale).status == 404
    right.act("reset")
    assert left.act("poll") == ["completed"]
    assert direct.call("GET", f"/generated/{job}.mp4").status == 200  # public, whoever asks


def test_whose_a_call_is(direct: Direct) -> None:
    """The header before the key, the key before the path, the path before `anonymous`."""
    left = One(direct, "left")
    left.act("create")
    path = f"/v2/ai/videos/{left.jobs[0]}/status"
    right = {"authorization": "Bearer right"}
    digest = left.path.rpartition("/")[2]
    for headers, status in (
        ({**right, "x-mock-sandbox": "left"}, 200),
        ({**right, "x-mock-sandbox": digest}, 200),
        ({**right, "x-mock-sandbox": ""}, 404),
        (right, 404),
        ({}, 401),
    ):
        assert direct.call("GET", path, headers).status == status
    direct.json("PATCH", left.path, {"profiles": {"tensorone": ["keyless"]}})
    assert direct.call("GET", path).status == 200  # the path names a job of a sandbox that asks for no key
    assert direct.call("GET", "/v2/ai/videos/vid_abc123_def456/status").status == 401
    direct.json("PATCH", left.path, {"profiles": {"tensorone": []}})


def test_a_key_names_one_sandbox_with_and_without_the_prefix_that_gateways_strip(direct: Direct) -> None:
    """What the control API sets for a key is what holds for that key's calls, at every provider."""
    bearer = {"authorization": "Bearer sk-prefixed"}
    digest = direct.json("GET", "/_mock/sandboxes/self", headers=bearer)["sandbox"]
    direct.json("PATCH", "/_mock/sandboxes/self", {"scenario": "out-of-credits"}, headers=bearer)
    for name in ("prefixed", "sk-prefixed"):
        assert direct.json("GET", f"/_mock/sandboxes/{name}")["sandbox"] == digest
        assert direct.json("POST", "/_mock/sandboxes", {"key": name})["sandbox"] == digest
        sent = {"authorization": f"Bearer {name}", "content-type": "application/json"}
        gately = direct.call("POST", "/v1/video_generation", sent, b'{"model": "T2V-01", "prompt": "a cat"}')
        assert gately.json()["base_resp"]["status_code"] == 1008
        assert direct.call("POST", CREATE, sent, json.dumps(FAST).encode()).status == 402
        marked = {"x-mock-sandbox": name, "content-type": "application/json", "authorization": "Bearer other"}
        assert direct.call("POST", CREATE, marked, json.dumps(FAST).encode()).status == 402
    assert direct.json("GET", "/_mock/sandboxes/sk-")["sandbox"] != direct.json("GET", "/_mock/sandboxes/sk")["sandbox"]


SECRET = "tpo_live_s3cr3t"


@pytest.mark.parametrize("row", [*rows("GET"), *rows("POST")], ids=str)
def test_no_key_is_ever_written(direct: Direct, caplog: pytest.LogCaptureFixture, row: Row) -> None:
    said = []
    with caplog.at_level(logging.DEBUG):
        for key in (SECRET, f"invalid_{SECRET}"):
            direct.sandbox(key, profiles={row.provider.name: row.words})
            headers, members = keyed(row.provider.name, key)
            headers = {**headers, "content-type": "application/json"}
            for body in (
                members,
                {**members, "prompt": "a cat"},
                {**members, "prompt": 3, "model": 4, "duration": "x"},
                [key],
            ):
                answer = direct.call(row.operation.method, row.path(), headers, json.dumps(body).encode())
                said.append(answer.header("x-mock-problem") or "")
        for path in (
            "",
            *(f"/{SECRET}{end}" for end in ("", "/clock", "/jobs", "/deliveries", "/journal.json", "/nothing")),
        ):
            said += [direct.call("GET", f"/_mock/sandboxes{path}").body.decode()]
        said.append(direct.call("PATCH", f"/_mock/sandboxes/{SECRET}", {}, b'{"timing": "x"}').body.decode())
    assert SECRET not in caplog.text
    assert all(SECRET not in text for text in said)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Direct]:
    """A server that has room for two sandboxes."""
    opened = Direct(create_app(Settings(cache=tmp_path, timing="instant", max_sandboxes=2)))
    yield opened
    opened.close()


@pytest.mark.parametrize("use", ["by its digest", "by its key", "by its own header", "by its file", "by a call"])
def test_a_sandbox_that_is_used_is_not_idle(small: Direct, use: str) -> None:
    """Also one that is only steered, or whose files are fetched: the other one leaves first."""
    left, bearer = digest_of("left"), {"authorization": "Bearer left"}
    sent = json.dumps(FAST).encode()
    job = small.call("POST", CREATE, {**bearer, "content-type": "application/json"}, sent).json()["videoId"]
    small.json("POST", "/_mock/sandboxes", {"key": "right"})
    if use == "by its digest":
        small.json("GET", f"/_mock/sandboxes/{left}/clock")
    elif use == "by its key":
        small.json("PATCH", "/_mock/sandboxes/left", {"timing": "quick"})
    elif use == "by its own header":
        small.json("GET", "/_mock/sandboxes/self/jobs", headers=bearer)
    elif use == "by its file":
        assert small.call("HEAD", f"/generated/{job}.mp4").status == 200
    else:
        assert small.call("GET", f"/v2/ai/videos/{job}/status", bearer).status == 200
    small.json("POST", "/_mock/sandboxes", {"key": "another"})
    there = [one["sandbox"] for one in small.json("GET", "/_mock/sandboxes")["sandboxes"]]
    assert there == [left, digest_of("another")]


@pytest.mark.parametrize("query", ["", "?configuration=true"])
def test_to_forget_what_is_not_there_makes_nobody_leave(small: Direct, query: str) -> None:
    for key in ("left", "right"):
        small.json("POST", "/_mock/sandboxes", {"key": key})
    assert small.json("DELETE", f"/_mock/sandboxes/another{query}") == {"jobs_forgotten": 0}
    there = [one["sandbox"] for one in small.json("GET", "/_mock/sandboxes")["sandboxes"]]
    assert there == [digest_of("left"), digest_of("right")]
