"""Replay: the same seed, keys, order and public URL, the clock frozen or moved by hand, and every byte is the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime
from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox

WHEN = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
SCENARIOS = ("success", "instant", "stalled", "fails-in-processing", "extra-fields", "eta-growing", "success")
CREATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "tensorone": ("/v2/ai/text-to-video", {"width": 64, "height": 64, "duration": 1, "fps": 4}),
    "modelslab": ("/api/v6/video/text2video", {"model_id": "cogvideox", "instant_response": True}),
    "aimlapi": ("/v2/generate/video/pixverse/generation", {"model": "pixverse/v5/text-to-video"}),
    "gately": ("/v1/video_generation", {"model": "T2V-01"}),
}
STEPS = st.one_of(
    st.tuples(st.just("create"), st.sampled_from(sorted(CREATIONS)), st.sampled_from(("one", "two"))),
    st.tuples(st.just("poll"), st.integers(0, 5), st.sampled_from(("one", "two"))),
    st.tuples(st.just("scenario"), st.sampled_from(SCENARIOS), st.sampled_from(("one", "two"))),
    st.tuples(st.just("limit"), st.integers(1, 3), st.sampled_from(("one", "two"))),
    st.tuples(st.just("advance"), st.floats(0, 30), st.sampled_from(("one", "two"))),
    st.tuples(st.just("pass"), st.floats(0, 3), st.just("one")),
)


class Run:
    """A server whose time is moved by hand, and all that it answered."""

    def __init__(self, server: MockServer, time: HandTime) -> None:
        self.server, self.time = server, time
        self.sandboxes = {name: server.sandbox(name) for name in ("one", "two")}
        self.sandboxes["two"].freeze()
        self.answers: list[object] = []
        self.jobs: dict[str, list[tuple[str, str]]] = {"one": [], "two": []}

    def step(self, what: str, value: Any, key: str) -> None:
        sandbox = self.sandboxes[key]
        if what == "create":
            self.create(sandbox, value)
        elif what == "poll" and self.jobs[key]:
            provider, job = self.jobs[key][value % len(self.jobs[key])]
            self.poll(sandbox, provider, job)
        elif what == "scenario":
            sandbox.scenario.set(value)
        elif what == "limit":
            sandbox.limits.set(createVideo=(value, 20))
        elif what == "advance":
            self.answers.append(sandbox.advance(value))
        elif what == "pass":
            self.time.pass_seconds(value)

    def create(self, sandbox: Sandbox, provider: str) -> None:
        path, body = CREATIONS[provider]
        self.ask(
            sandbox,
            "POST",
            path,
            {**body, "prompt": "a cat", "key": sandbox.key} if provider == "modelslab" else {**body, "prompt": "a cat"},
        )
        self.jobs[sandbox.key] = [(job["provider"], job["id"]) for job in sandbox.jobs()]

    def poll(self, sandbox: Sandbox, provider: str, job: str) -> None:
        if provider == "tensorone":
            self.ask(sandbox, "GET", f"/v2/ai/videos/{job}/status")
            self.ask(sandbox, "GET", f"/generated/{job}.mp4")
        elif provider == "modelslab":
            self.ask(sandbox, "POST", f"/api/v6/video/fetch/{job}", {"key": sandbox.key})
        elif provider == "aimlapi":
            self.ask(sandbox, "GET", f"/v2/generate/video/pixverse/generation?generation_id={job}")
        else:
            self.ask(sandbox, "GET", f"/v1/query/video_generation?task_id={job}")

    def ask(self, sandbox: Sandbox, method: str, path: str, body: object = None) -> None:
        headers = {**sandbox.headers, "Content-Type": "application/json"}
        self.answers.append(
            self.server.request(method, path, headers, b"" if body is None else json.dumps(body).encode())
        )


def ran(server: MockServer, time: HandTime, steps: list[tuple[str, Any, str]]) -> list[object]:
    with server:
        run = Run(server, time)
        for step in steps:
            run.step(*step)
        return [*run.answers, *(one.jobs() for one in run.sandboxes.values()), server.control("GET", "/sandboxes")]


@given(steps=st.lists(STEPS, max_size=25))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_runs_are_equal_to_the_byte(tmp_path: Path, steps: list[tuple[str, Any, str]]) -> None:
    told = Settings(cache=tmp_path, public_url="https://mock.example")
    runs = []
    for _ in range(2):
        time = HandTime(WHEN)
        runs.append(ran(MockServer.in_process(told, time=time), time, steps))
    assert runs[0] == runs[1]


def test_a_replay_over_sockets_is_equal_too(tmp_path: Path) -> None:
    """And equal to that without a socket, but for the headers that HTTP itself adds."""
    steps: list[tuple[str, Any, str]] = [("limit", 2, "two")]
    steps += [("create", provider, key) for provider in CREATIONS for key in ("one", "two")]
    steps += [("advance", 5.5, "two"), ("pass", 2.25, "one")]
    steps += [("poll", number, key) for number in range(4) for key in ("one", "two")]
    told = Settings(cache=tmp_path, public_url="https://mock.example")
    runs = []
    for kind in (MockServer, MockServer, MockServer.in_process):
        time = HandTime(WHEN)
        runs.append(ran(kind(told, time=time), time, steps))
    assert runs[0] == runs[1]
    assert [bodies(one) for one in runs[0]] == [bodies(one) for one in runs[2]]


def bodies(answer: Any) -> Any:
    return (answer[0], answer[2]) if isinstance(answer, tuple) else answer
