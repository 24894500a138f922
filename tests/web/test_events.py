"""Events over the control API and in Python, as they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest

from mockserver.settings import Settings
from mockserver.testing import ControlRefused, MockServer
from mockserver.testing.events import Event
from tests.web.direct import Direct
from tests.web.test_control_document import SCHEMAS, validator

BODY = json.dumps({"prompt": "a cat", "width": 64, "height": 64, "duration": 1}).encode()


@pytest.fixture(params=["in a thread", "in process"], scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    made = MockServer if request.param == "in a thread" else MockServer.in_process
    with made(Settings(cache=tmp_path_factory.mktemp("clips"))) as started:
        yield started


def create(server: MockServer, key: str, body: bytes = BODY) -> str:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return str(json.loads(server.request("POST", "/v2/ai/text-to-video", headers, body)[2])["videoId"])


def conforms(event: Event) -> None:
    schema = "Missed" if event.type == "missed" else "Event"
    assert list(validator(json.dumps(SCHEMAS[schema])).iter_errors(event.data)) == []


def test_a_job_from_its_creation_to_its_end(server: MockServer) -> None:
    sandbox = server.sandbox()
    sandbox.freeze()
    with sandbox.events() as events:
        job = create(server, sandbox.key)
        sandbox.advance(60)
        seen = [events.next() for _ in range(4)]
    assert [one.type for one in seen] == ["job.created", "exchange.recorded", "sandbox.configured", "job.ended"]
    assert [one.id for one in seen] == sorted({one.id for one in seen})
    created, exchange, _, ended = [one.data for one in seen]
    assert created == {
        "sandbox": sandbox.digest, "at": created["at"], "job": job, "provider": "tensorone",
        "operation": "createVideo", "scenario": "success",
    }  # fmt: skip
    assert (exchange["n"], exchange["status"], exchange["job"], exchange["ending"]) == (1, 200, job, "complete")
    assert (ended["job"], ended["state"], ended["why"]) == (job, "succeeded", "")
    assert created["at"] < ended["at"]
    for one in seen:
        conforms(one)


def test_every_type_is_as_the_document_says(server: MockServer) -> None:
    sandbox = server.sandbox()
    sandbox.freeze()
    with server.events() as events:
        job = create(server, sandbox.key)
        sandbox.fail(job, "It rained.")
        hooked = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a cat", "webhook": "http://127.0.0.1:9/hook",
                  "instant_response": True}  # fmt: skip
        server.request(
            "POST", "/api/v6/video/text2video", {"Content-Type": "application/json"}, json.dumps(hooked).encode()
        )
        sandbox.advance(60)
        sandbox.reset()
        sandbox.reset(configuration=True)
        seen: dict[str, Event] = {}
        while "sandbox.closed" not in seen:
            one = events.next()
            seen.setdefault(one.type, one)
            conforms(one)
    assert set(seen) == {
        "job.created", "job.overridden", "job.ended", "delivery.attempted", "exchange.recorded", "sandbox.configured",
        "sandbox.reset", "sandbox.closed",
    }  # fmt: skip
    assert seen["job.overridden"].data["why"] == "It rained."
    assert (seen["delivery.attempted"].data["attempt"], seen["delivery.attempted"].data["status"]) == (1, None)


def test_the_events_of_a_sandbox_are_its_own(server: MockServer) -> None:
    one, other = server.sandbox(), server.sandbox()
    with one.events() as events:
        other.freeze()
        one.freeze()
        assert events.next().data["sandbox"] == one.digest


def test_a_reader_that_comes_back_goes_on_where_it_was(server: MockServer) -> None:
    sandbox = server.sandbox()
    with sandbox.events() as events:
        sandbox.freeze()
        seen = events.next()
    sandbox.configure(timing="instant")
    with sandbox.events(after=seen.id) as events:
        found = events.next()
    assert (found.type, found.data["members"]) == ("sandbox.configured", ["timing"])


def test_a_reader_of_another_run_is_told_that_it_missed_something(server: MockServer) -> None:
    sandbox = server.sandbox()
    with sandbox.events(after=10**12) as events:
        missed = events.next()
    assert (missed.type, missed.data["first"], missed.data["count"]) == ("missed", 1, None)
    conforms(missed)


def test_no_event_in_time_is_an_error(server: MockServer) -> None:
    with server.sandbox().events(timeout=0.01) as events, pytest.raises(TimeoutError):
        events.next()


def test_the_end_is_told(server: MockServer) -> None:
    """A stream that was asked to end does."""
    status, headers, body = server.request("GET", "/_mock/events?timeout=0")
    assert (status, dict(headers)["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert body == b": events\n\n"


@pytest.mark.parametrize(
    ("query", "header", "words"),
    [
        ("?cout=1", "", "unknown parameter 'cout'; did you mean count?"),
        ("?count=0", "", "count: expected a number from 1 to 1e+06, got '0'"),
        ("?timeout=-1", "", "timeout: expected a number from 0 to 86400, got '-1'"),
        ("", "x1", "Last-Event-ID: expected the id of an event such as 12, got 'x1'"),
    ],
)
def test_a_wrong_request_is_refused(server: MockServer, query: str, header: str, words: str) -> None:
    status, _, body = server.request("GET", f"/_mock/events{query}", {"Last-Event-ID": header} if header else {})
    assert (status, json.loads(body)["detail"]) == (400, words)


def test_an_unknown_sandbox_has_no_events(server: MockServer) -> None:
    sandbox = server.sandbox()
    sandbox._path = "/sandboxes/sb_000000000000"
    with pytest.raises(ControlRefused, match="no sandbox sb_000000000000"), sandbox.events():
        pass


def test_a_head_ends_at_once(server: MockServer) -> None:
    assert server.request("HEAD", "/_mock/events")[::2] == (200, b"")


def test_no_key_is_in_any_event(server: MockServer) -> None:
    """Not even where a client puts it into the path, or a webhook's address."""
    key = "a-secret-key-of-mine"
    with server.sandbox(key).events() as events:
        headers = {"Authorization": f"Bearer {key}"}
        server.request("GET", f"/v2/ai/videos/{key}/status", headers)
        server.request("GET", f"/nowhere/{key}", headers)
        seen = [events.next(), events.next()]
    assert [one.type for one in seen] == ["exchange.recorded"] * 2
    assert key not in repr(seen)


def test_a_slow_reader_slows_nobody_and_is_told(direct: Direct) -> None:
    """It takes nothing while thousands of events come; then it gets the latest and is told of the others."""
    sandbox = direct.sandbox("slow-reader")

    async def script() -> tuple[list[bytes], int]:
        sent: list[bytes] = []
        may_send, gone = asyncio.Event(), asyncio.Event()

        async def receive() -> MutableMapping[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if sent:
                await may_send.wait()
            if message.get("body"):
                sent.append(message["body"])

        scope = direct._scope("GET", f"{sandbox}/events", ())
        reading = asyncio.create_task(direct.app(scope, receive, send))
        while not sent:  # noqa: ASYNC110  (a round of the loop, no time)
            await asyncio.sleep(0)
        call = direct._scope("GET", "/v2/ai/videos/none/status", {"Authorization": "Bearer slow-reader"})
        for _ in range(1500):
            answer = await direct._exchange(dict(call), [b""])
            assert answer.status == 404
        may_send.set()
        while len(sent) < 1000:  # noqa: ASYNC110  (a round of the loop, no time)
            await asyncio.sleep(0)
        gone.set()
        await reading
        return sent, len(direct.app.state.context.engine.events._subscribers)

    sent, left = direct.runner.run(script())
    missed = [json.loads(one.split(b"data: ")[1]) for one in sent if b"event: missed" in one]
    assert [one["count"] for one in missed] == [500]
    assert sum(b"exchange.recorded" in one for one in sent) >= 990
    assert left == 0
