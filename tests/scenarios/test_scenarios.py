"""Each scenario has a test of what a plain client sees; `mockserver scenarios` must list the names in `EXPECTED`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mockserver.domain.builtin_scenarios import CORE, FAULTS, WEBHOOKS
from mockserver.testing import MockServer, Sandbox
from tests.scenarios.plain_client import CREATE, ClientRun, PlainClient

WHOLE = ["queued", "processing", "completed"]


def succeeded(seen: ClientRun, _client: PlainClient) -> None:
    assert (seen.created, seen.words, seen.file_status, seen.file_type) == (200, WHOLE, 200, "video/mp4")


def instantly(seen: ClientRun, _client: PlainClient) -> None:
    assert (len(seen.polls), seen.words, seen.file_status) == (1, ["completed"], 200)


def slowly(seen: ClientRun, client: PlainClient) -> None:
    assert seen.words == ["queued", "processing"] or seen.words == ["queued"]
    client.poll(seen, 4, 12)
    assert seen.words == WHOLE


def in_minutes(seen: ClientRun, client: PlainClient) -> None:
    assert "minutes" in seen.creation["estimatedCompletionTime"]
    assert seen.last["status"] != "completed"
    client.poll(seen, 60, 8)
    assert seen.words == WHOLE


def by_polls(seen: ClientRun, _client: PlainClient) -> None:
    assert (len(seen.polls), seen.words) == (3, WHOLE)


def never_leaving_the_queue(seen: ClientRun, client: PlainClient) -> None:
    client.poll(seen, 86_400, 5)
    assert seen.words == ["queued"]


def stalling(seen: ClientRun, client: PlainClient) -> None:
    client.poll(seen, 86_400, 5)
    assert (seen.words, seen.last["progress"]) == (["queued", "processing"], 60)


def failing_in_queue(seen: ClientRun, _client: PlainClient) -> None:
    assert (seen.words, type(seen.last["error"])) == (["queued", "failed"], str)


def failing(seen: ClientRun, _client: PlainClient) -> None:
    assert (seen.words, type(seen.last["error"])) == (["queued", "processing", "failed"], str)


def refused(status: int, word: str) -> Callable[[ClientRun, PlainClient], None]:
    def check(seen: ClientRun, client: PlainClient) -> None:
        assert (seen.created, seen.creation["error"]) == (status, word)
        assert client.sandbox.jobs() == []

    return check


def growing(seen: ClientRun, _client: PlainClient) -> None:
    told = [int(hint.split()[0]) for hint in seen.hints]
    assert told == sorted(told)
    assert told[-1] > told[0]


def lying(seen: ClientRun, client: PlainClient) -> None:
    client.poll(seen, 2, 12)
    assert set(seen.hints) == {"1 seconds"}
    assert seen.words == WHOLE
    assert len(seen.hints) > 2


def hinting(text: str | None) -> Callable[[ClientRun, PlainClient], None]:
    def check(seen: ClientRun, _client: PlainClient) -> None:
        assert set(seen.hints) == {text}
        assert seen.words == WHOLE

    return check


def with_an_unknown_word(seen: ClientRun, _client: PlainClient) -> None:
    assert seen.words == ["queued", "reticulating", "completed"]


def with_more(seen: ClientRun, _client: PlainClient) -> None:
    assert all("x_added_later" in body and body["resolution"]["x_added_later"] is True for body in seen.polls)
    assert seen.words == WHOLE


def with_less(seen: ClientRun, _client: PlainClient) -> None:
    assert seen.words == WHOLE
    assert "progress" not in {name for body in seen.polls for name in body}


def with_nulls(seen: ClientRun, _client: PlainClient) -> None:
    assert seen.words == WHOLE
    assert all(body["progress"] is None for body in seen.polls if "progress" in body)


def without_output(seen: ClientRun, _client: PlainClient) -> None:
    assert seen.words == WHOLE
    assert "videoUrl" not in seen.last


def created(status: int) -> Callable[[ClientRun, PlainClient], None]:
    def check(seen: ClientRun, _client: PlainClient) -> None:
        assert (seen.created, seen.words) == (status, WHOLE)

    return check


def at_once(seen: ClientRun, _client: PlainClient) -> None:
    assert seen.creation["status"] == "completed"
    assert seen.creation["videoUrl"] == seen.last["videoUrl"]


def unguessable(seen: ClientRun, client: PlainClient) -> None:
    assert seen.file_status == 200
    path = seen.last["videoUrl"].removeprefix(client.sandbox.server.url)
    assert not path.startswith("/generated/")
    assert client.call("GET", path)[0] == 200


def lagging(seen: ClientRun, client: PlainClient) -> None:
    assert (seen.words, seen.file_status) == (WHOLE, 404)
    client.sandbox.advance(5)
    client.fetch(seen)
    assert seen.file_status == 200


def expiring(seen: ClientRun, client: PlainClient) -> None:
    assert seen.file_status == 200
    client.sandbox.advance(60)
    client.fetch(seen)
    assert seen.file_status == 404


def truncated(seen: ClientRun, client: PlainClient) -> None:
    whole = PlainClient(client.sandbox, "instant").run().file
    assert seen.file_status == 200
    assert 0 < len(seen.file) < len(whole)


def mistyped(seen: ClientRun, _client: PlainClient) -> None:
    assert (seen.file_status, seen.file_type, seen.file[4:8]) == (200, "text/html", b"ftyp")


EXPECTED: dict[str, Callable[[ClientRun, PlainClient], None]] = {
    "success": succeeded,
    "instant": instantly,
    "slow": slowly,
    "documented": in_minutes,
    "polls": by_polls,
    "stuck-in-queue": never_leaving_the_queue,
    "stalled": stalling,
    "fails-in-queue": failing_in_queue,
    "fails-in-processing": failing,
    "moderated": failing,
    "out-of-credits": refused(402, "INSUFFICIENT_CREDITS"),
    "server-error": refused(500, "INTERNAL_ERROR"),
    "bad-gateway": refused(502, "BAD_GATEWAY"),
    "overloaded": refused(503, "SERVICE_UNAVAILABLE"),
    "eta-growing": growing,
    "eta-lying": lying,
    "eta-null": hinting(None),
    "eta-zero": hinting("0 seconds"),
    "eta-fractional": hinting("2.5 seconds"),
    "eta-absurd": hinting("1000000000 seconds"),
    "unknown-status": with_an_unknown_word,
    "extra-fields": with_more,
    "optional-absent": with_less,
    "optional-null": with_nulls,
    "no-output": without_output,
    "created-201": created(201),
    "created-202": created(202),
    "finished-at-once": at_once,
    "unguessable": unguessable,
    "links-lag": lagging,
    "links-expire": expiring,
    "truncated-clip": truncated,
    "wrong-content-type": mistyped,
}


@pytest.fixture
def sandbox(server: MockServer, request: pytest.FixtureRequest) -> Sandbox:
    """A sandbox of the test's own, its clock frozen."""
    made = server.sandbox(f"scenario {request.node.nodeid}")
    made.reset()
    made.freeze()
    return made


def test_every_scenario_is_tested_here() -> None:
    """The scenarios of the core and the tests here have the same names; faults and webhooks have files of their own."""
    elsewhere = {scenario.name for scenario in (*FAULTS, *WEBHOOKS)}
    assert [scenario.name for scenario in CORE if scenario.name not in elsewhere] == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_scenario_as_a_plain_client_sees_it(name: str, sandbox: Sandbox) -> None:
    """Asked for by a header, a scenario gives the scenario that its sentence says."""
    client = PlainClient(sandbox, name)
    EXPECTED[name](client.run(), client)


def test_a_default_a_queue_and_a_request_choose_in_turn(sandbox: Sandbox) -> None:
    """The request's own scenario wins over the queue's next, and that over the sandbox's default."""
    sandbox.configure(scenario="instant", queue=["fails-in-queue", "polls=1"])
    asked = PlainClient(sandbox, "out-of-credits").run()
    first, second, third = (PlainClient(sandbox).run() for _ in range(3))
    assert asked.created == 402
    assert first.words[-1] == "failed"
    assert [len(second.polls), second.words] == [1, ["completed"]]
    assert [len(third.polls), third.words] == [1, ["completed"]]
    assert [job["scenario"] for job in sandbox.jobs()] == ["fails-in-queue", "polls", "instant"]


def test_a_marker_in_the_prompt_chooses_and_is_taken_out(sandbox: Sandbox) -> None:
    """Where a client can add neither header nor call, the end of its prompt says the scenario; nobody sees it later."""
    marked = PlainClient(sandbox).run(prompt="a cat #mock:fails-in-queue")
    assert marked.words[-1] == "failed"
    plain, echoed = PlainClient(sandbox).run(prompt="a dog"), PlainClient(sandbox).run(prompt="a dog #mock:success")
    assert plain.file_status == echoed.file_status == 200
    middle = PlainClient(sandbox).run(prompt="write #mock:instant on a wall")
    assert middle.words == WHOLE


@pytest.mark.parametrize(
    ("spelling", "told"),
    [
        ("instan", "did you mean instant?"),
        ("polls=x", "takes a number"),
        ("instant=3", "takes no number"),
        ("zzz", "known:"),
    ],
)
def test_an_unknown_spelling_is_our_own_400(spelling: str, told: str, sandbox: Sandbox) -> None:
    """A scenario that is none is refused on our own surface with the nearest spelling, by header or by marker."""
    client = PlainClient(sandbox, spelling)
    for prompt, headers in (("a cat", client.scenario), (f"a cat #mock:{spelling}", {})):
        status, sent, content = client.call("POST", CREATE, {"prompt": prompt}, **headers)
        assert (status, sent["content-type"]) == (400, "application/problem+json")
        assert told in json.loads(content)["detail"]


@pytest.mark.parametrize(("turn", "word"), [("complete", "completed"), ("fail", "failed"), ("stall", "queued")])
def test_a_scenario_is_overridden_from_outside(turn: str, word: str, sandbox: Sandbox) -> None:
    """A job is completed, failed or stalled by a call of the control API, as a fact with its instant."""
    client = PlainClient(sandbox, "stuck-in-queue")
    seen = client.run(polls=1)
    overridden = sandbox.turn(seen.creation["videoId"], turn, why="because I say so" if turn == "fail" else None)
    client.poll(seen, 100, 2)
    assert seen.last["status"] == word
    assert [one["turning"][:4] for one in overridden["turns"]] == [turn[:4]]
    if turn == "fail":
        assert seen.last["error"] == "because I say so"


def test_an_over_job_is_not_overridden_again(sandbox: Sandbox) -> None:
    """A terminal state is never left, not even by hand."""
    seen = PlainClient(sandbox, "instant").run()
    with pytest.raises(ValueError, match="has succeeded already"):
        sandbox.turn(seen.creation["videoId"], "fail")


def test_a_composed_scenario_is_one_like_any_other(server: MockServer, sandbox: Sandbox) -> None:
    """A scenario put together over the control API is listed, chosen by its name, and replaced by a later one."""
    path, data = "/scenarios/rainy-night", {"timeline": {"ends": "failed", "why": "rain"}, "creation": 202}
    server.control("PUT", path, data)
    assert "rainy-night" in [one["name"] for one in server.control("GET", "/scenarios")["scenarios"]]
    seen = PlainClient(sandbox, "rainy-night").run()
    assert (seen.created, seen.words[-1], seen.last["error"]) == (202, "failed", "rain")
    server.control("PUT", path, {"answers": ["no-output"]})
    assert "videoUrl" not in PlainClient(sandbox, "rainy-night").run().last


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("success", {}, "scenario success is built in"),
        ("my-own", {"anwers": []}, "did you mean answers?"),
        ("My_Own", {}, "a name is lower-case letters"),
    ],
)
def test_a_composed_scenario_that_is_wrong_is_told(
    name: str, data: dict[str, object], told: str, server: MockServer
) -> None:
    """What is wrong is said with the nearest spelling."""
    with pytest.raises(ValueError, match=told.replace("?", r"\?")):
        server.control("PUT", f"/scenarios/{name}", data)
