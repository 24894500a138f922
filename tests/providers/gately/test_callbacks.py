"""`callback_url`: the challenge before a creation, and the reports after it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.adapters.challenge import LoopbackChallenger
from mockserver.ports import Unanswered
from tests.adapters.receiver import receiver
from tests.local_http import Request, local_http
from tests.providers.gately.client import PROMPT, GatelyClient
from tests.providers.gately.conftest import Open

Answering = Callable[[Any], tuple[int, bytes]]
REFUSED = {"base_resp": {"status_code": 2013, "status_msg": "invalid params"}}


def echo(value: Any) -> tuple[int, bytes]:
    """What a receiver on the upstream's page does."""
    return 200, json.dumps(
        {"challenge": value["challenge"]} if "challenge" in value else {"status": "success"}
    ).encode()


class Hook:
    """A receiver in a thread: all that came, in order, answered as `answering` says."""

    def __init__(self, url: str) -> None:
        self.answering: Answering = echo
        self.came: list[Any] = []
        self.headers: list[set[str]] = []
        self.url = f"{url}/get_callback"

    def respond(self, request: Request) -> tuple[int, bytes]:
        self.came.append(request.json)
        self.headers.append(set(request.headers))
        return self.answering(request.json)

    @property
    def reports(self) -> list[Any]:
        return [one for one in self.came if "challenge" not in one]


@pytest.fixture
def hook() -> Iterator[Hook]:
    with local_http() as server:
        made = Hook(server.url)
        server.respond = made.respond
        yield made


def apply_to(client: GatelyClient) -> None:
    """Move the clock on until the task is over, and everything that fell due was brought."""
    for _ in range(40):
        client.sandbox.advance(0.25)


def due(client: GatelyClient) -> list[Any]:
    """The deliveries of the control context's sandbox."""
    listed: list[Any] = client.server.control("GET", f"{client.sandbox._path}/deliveries")["deliveries"]
    return listed


@pytest.mark.fact("gately.callbacks.ignored")
def test_by_default_callback_url_is_ignored(opened: Open, hook: Hook) -> None:
    for words in ((), ("pass-through",)):
        client = opened(*words)
        assert client.create({**PROMPT, "callback_url": hook.url}).code == 0
        apply_to(client)
        assert (hook.came, due(client)) == ([], [])


@pytest.mark.fact("gately.callbacks.challenge")
def test_a_creation_asks_the_receiver_first(opened: Open, hook: Hook) -> None:
    client = opened("callbacks")
    created = client.create({**PROMPT, "callback_url": hook.url})
    assert created.code == 0
    assert len(hook.came) == 1
    assert list(hook.came[0]) == ["challenge"]
    assert isinstance(hook.came[0]["challenge"], str)
    assert client.query(created.json["task_id"]).json["status"] == "Preparing"
    client.create({**PROMPT, "callback_url": hook.url})
    assert hook.came[0] != hook.came[1]
    assert client.create({**PROMPT, "callback_url": ""}).code == 0
    assert len(hook.came) == 2


@pytest.mark.fact("gately.callbacks.challenge-failed")
@pytest.mark.parametrize(
    "answering",
    [
        lambda _value: (200, b'{"challenge": "another"}'),
        lambda value: (500, json.dumps(value).encode()),
        lambda _value: (200, b"no json"),
        lambda _value: (200, b"[]"),
        lambda _value: (204, b""),
        lambda value: (200, json.dumps({"challenge": [value["challenge"]]}).encode()),
    ],
    ids=["another-value", "500", "no-json", "list", "no-body", "another-type"],
)
@pytest.mark.parametrize("words", [(), ("minimax",)])
def test_a_creation_fails_with_its_challenge(
    opened: Open, hook: Hook, answering: Answering, words: tuple[str, ...]
) -> None:
    hook.answering = answering
    client = opened("callbacks", *words)
    refused = client.create({**PROMPT, "callback_url": hook.url})
    assert (refused.status, refused.json) == (200, {"task_id": "", **REFUSED} if words else REFUSED)
    apply_to(client)
    assert hook.reports == []


@pytest.mark.fact("gately.callbacks.challenge-failed")
def test_a_closed_port_fails_the_challenge(opened: Open) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        assert opened("callbacks").create({**PROMPT, "callback_url": url}).json == REFUSED


class Silence:
    """An asker whose receiver says nothing; it keeps how long it was to wait."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def ask(self, _url: str, _body: object, within_seconds: float) -> object:
        self.waited.append(within_seconds)
        raise Unanswered(f"no answer within {within_seconds:g} s")


@pytest.mark.fact("gately.callbacks.challenge-failed")
def test_three_seconds_of_silence_fail_the_challenge(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client, silence = opened("callbacks"), Silence()
    context: Any = client.server._served._server.config.app
    real = context.state.context.challenger
    object.__setattr__(context.state.context, "challenger", silence)
    try:
        assert client.create({**PROMPT, "callback_url": "http://127.0.0.1:1/"}).json == REFUSED
    finally:
        object.__setattr__(context.state.context, "challenger", real)
    assert silence.waited == [3.0]


def test_a_question_is_given_up_when_its_time_is_over() -> None:
    async def scene() -> None:
        async with receiver(None) as silent:
            with pytest.raises(Unanswered, match=r"no answer within 0\.05 s"):
                await LoopbackChallenger().ask(silent.url, {}, 0.05)
            await silent.left.wait()

    asyncio.run(scene())


@pytest.mark.fact("gately.callbacks.reports", "gately.callbacks.words")
@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("success", ["processing", "success"]),
        ("fails-in-processing", ["processing", "failed"]),
        ("fails-in-queue", ["failed"]),
    ],
)
def test_each_change_is_reported_once_when_it_happens(
    opened: Open, hook: Hook, scenario: str, words: list[str]
) -> None:
    client = opened("callbacks", scenario=scenario)
    task = client.create({**PROMPT, "callback_url": hook.url}).json["task_id"]
    seen: list[str] = []
    for _ in range(40):
        client.sandbox.advance(0.25)
        status = client.query(task).json["status"]
        seen += [status] if status not in seen else []
        reported = [word for word in seen if word not in ("Preparing", "Queueing")]
        assert [one["status"] for one in hook.reports] == [
            {"Processing": "processing", "Success": "success", "Fail": "failed"}[word] for word in reported
        ]
    assert [one["status"] for one in hook.reports] == words
    assert {one["task_id"] for one in hook.reports} == {task}
    for one in due(client):
        assert [attempt["due_at"] for attempt in one["attempts"]] == [one["due_at"]]


@pytest.mark.fact("gately.callbacks.body")
@pytest.mark.parametrize("words", [(), ("minimax",)])
def test_a_report_is_the_query_answer_without_sizes(opened: Open, hook: Hook, words: tuple[str, ...]) -> None:
    for scenario in ("success", "fails-in-processing"):
        hook.came.clear()
        client = opened("callbacks", *words, scenario=scenario)
        task = client.create({**PROMPT, "callback_url": hook.url}).json["task_id"]
        apply_to(client)
        answer = client.query(task).json
        wanted = {name: value for name, value in answer.items() if not name.startswith("video_")}
        wanted["status"] = {"Success": "success", "Fail": "failed"}[answer["status"]]
        assert json.dumps(hook.reports[-1]) == json.dumps(wanted)
        has_file = scenario == "success" or words
        assert list(wanted) == ["task_id", "status", *(["file_id"] if has_file else []), "base_resp"]
    assert wanted["base_resp"] == {"status_code": 1027, "status_msg": "output new_sensitive"}


@pytest.mark.fact("gately.callbacks.no-retry")
def test_a_failed_report_is_not_sent_again(opened: Open, hook: Hook) -> None:
    hook.answering = lambda value: echo(value) if "challenge" in value else (500, b"")
    client = opened("callbacks")
    client.create({**PROMPT, "callback_url": hook.url})
    apply_to(client)
    client.sandbox.advance(86_400)
    assert [one["status"] for one in hook.reports] == ["processing", "success"]
    assert [len(one["attempts"]) for one in due(client)] == [1, 1]
    for names in hook.headers:
        assert names == {"host", "content-type", "content-length", "user-agent", "accept", "connection"}
