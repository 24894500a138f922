"""Webhooks on a clock moved by hand: one POST per event that has a letter, in order, whoever does not answer."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from mockserver.adapters.clock import HandTime, SandboxClock
from mockserver.adapters.webhooks import Post
from mockserver.adapters.webhooks.post import PATIENCE_SECONDS
from mockserver.domain.delivery import Attempt, Herald, Letter, Try, Undeliverable, delivery_id
from mockserver.domain.job import Job, Snapshot, State, Timeline, Turn, Turning, events, snapshot
from tests.adapters.receiver import receiver
from tests.cli.process import CERTIFICATE, KEY
from tests.domain.lives import CREATED, jobs, turns

SANDBOX = "sb_000000000001"
LONG = 20.0
"""Real seconds that nothing here ever takes: a test that needs them fails."""


def run(scene: Coroutine[Any, Any, None]) -> None:
    async def guarded() -> None:
        async with asyncio.timeout(LONG * 2):
            await scene

    asyncio.run(guarded())


def job(n: int = 1, seconds: float = 10, **life: Any) -> Job:
    """A job that runs at once and ends after so many seconds."""
    timeline = Timeline(timedelta(0), timedelta(seconds=seconds), **life)
    return Job(f"job-{n}", "toy", "make", n, CREATED, timeline, None, 0)


def said(one: Job, seen: Snapshot) -> dict[str, object]:
    """All that a poll could say."""
    return {"job": one.id, "word": seen.state.value, "stage": seen.stage, "progress": seen.progress, "why": seen.why}


def finals(url: str) -> Herald:
    """Letters as ModelsLab sends them: at the end only."""
    return lambda one, seen: Letter(f"{url}/hook", said(one, seen)) if seen.state.is_terminal else None


def all_events(url: str) -> Herald:
    return lambda one, seen: Letter(f"{url}/hook", said(one, seen))


class World:
    """A post, and a frozen sandbox clock over a time that only a hand moves."""

    def __init__(self, **options: Any) -> None:
        self.time = HandTime(CREATED)
        self.clock = self.new_clock()
        self.post = Post(self.time, **options)

    def new_clock(self) -> SandboxClock:
        clock = SandboxClock(self.time)
        clock.freeze(True)
        return clock

    def expect(self, one: Job, herald: Herald, sandbox: str = SANDBOX, clock: SandboxClock | None = None) -> Job:
        self.post.expect(sandbox, clock or self.clock, one, herald)
        return one

    async def advance(self, seconds: float, within: float = LONG) -> list[str]:
        self.clock.advance(timedelta(seconds=seconds))
        return await self.post.settled(SANDBOX, within)

    @property
    def attempts(self) -> list[Attempt]:
        return [one for one in self.post.records(SANDBOX) if isinstance(one, Attempt)]

    @property
    def refused(self) -> list[Undeliverable]:
        return [one for one in self.post.records(SANDBOX) if isinstance(one, Undeliverable)]


@asynccontextmanager
async def world(**options: Any) -> AsyncIterator[World]:
    one = World(**options)
    try:
        yield one
    finally:
        await one.post.aclose()
        assert ours() == []


def ours() -> list[str]:
    """The tasks of posts that are running."""
    running = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    return [name for name in running if "Post." in name or "Lanes." in name]


def test_one_post_at_the_end_with_the_bytes_of_the_herald() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(), lambda one, seen: Letter(f"{hook.url}/a%20b?c=d e#f", {"é": [1, seen.state.value]}))
            await here.advance(9)
            here.time.pass_seconds(3)
            second = await here.advance(1)
            assert second == [here.attempts[-1].delivery.id]
            got = hook.received[-1]
            assert got.line == "POST /a%20b?c=d%20e HTTP/1.1"
            assert got.body == '{"é":[1,"succeeded"]}'.encode()
            assert got.headers["content-type"] == "application/json"
            assert got.headers["host"] == hook.url.removeprefix("http://")
            attempt = here.attempts[-1]
            assert (attempt.status, attempt.error, attempt.number) == (200, "", 1)
            assert attempt.body == got.body
            assert dict(attempt.headers) == got.headers
            assert attempt.due == attempt.delivery.at == CREATED + timedelta(seconds=10)
            assert attempt.started == attempt.ended
            assert (attempt.started.at, attempt.started.monotonic) == (CREATED + timedelta(seconds=10), 3.0)

    run(scene())


def test_nothing_is_sent_before_its_instant_and_nothing_twice() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(), finals(hook.url))
            assert await here.advance(9.999999) == []
            assert hook.received == []
            assert len(await here.advance(0.000001)) == 1
            assert await here.advance(1000) == []
            assert [one.value["word"] for one in hook.received] == ["succeeded"]

    run(scene())


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED])
def test_a_failure_is_told_like_a_success(end: State) -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(end=end), finals(hook.url))
            await here.advance(10)
            assert [one.value["word"] for one in hook.received] == [end.value]

    run(scene())


@settings(max_examples=40, deadline=None)
@given(jobs(turned=False), turns)
def test_what_a_webhook_says_is_what_a_poll_at_its_instant_sees(one: Job, steps: tuple[Turn, ...]) -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            current = here.expect(one, all_events(hook.url))
            polls = {}
            for turn in steps:
                await here.advance((turn.at - here.clock.now()).total_seconds())
                for attempt in here.attempts:
                    polls.setdefault(attempt.delivery.id, said(current, snapshot(current, attempt.delivery.at)))
                current = current.turned(turn)
                here.post.turned(SANDBOX, current)
            await here.advance(86400)
            for attempt in here.attempts:
                polls.setdefault(attempt.delivery.id, said(current, snapshot(current, attempt.delivery.at)))
            assert [json.loads(attempt.body) for attempt in here.attempts] == list(polls.values())
            assert [got.body for got in hook.received] == [attempt.body for attempt in here.attempts]
            words = [(at, said(current, seen)) for at, seen in events(current)]
            assert all(word in [(a.delivery.at, json.loads(a.body)) for a in here.attempts] for word in words)

    run(scene())


def test_deliveries_to_one_target_come_in_the_order_of_their_due_instants_one_at_a_time() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            for n, seconds in enumerate([50, 10, 30, 10, 20, 40], 1):
                here.expect(job(n, seconds), finals(hook.url))
            ids = await here.advance(60)
            order = ["job-2", "job-4", "job-5", "job-3", "job-6", "job-1"]
            assert [one.value["job"] for one in hook.received] == order
            assert [one.delivery.job for one in here.attempts] == order
            assert ids == [one.delivery.id for one in here.attempts]
            assert hook.most_at_once == 1

    run(scene())


@pytest.mark.fact("modelslab.webhook.timeout")
def test_a_target_that_never_answers_stops_nobody_else() -> None:
    async def scene() -> None:
        async with world() as here, receiver(None) as deaf, receiver() as hook:
            for n in range(1, 4):
                here.expect(job(n), finals(deaf.url))
                here.expect(job(n + 10), finals(hook.url))
            ids = await here.advance(10, within=0)
            for n in (11, 12, 13):
                assert (await hook.arrivals.get()).value["job"] == f"job-{n}"
            assert (await deaf.arrivals.get()).value["job"] == "job-1"
            assert ids == []
            assert here.post.under_way(SANDBOX) >= 3
            assert len(deaf.received) == 1

    run(scene())


def test_an_attempt_ends_when_its_real_time_is_over_and_the_next_one_begins() -> None:
    async def scene() -> None:
        async with world(patience_seconds=0.01) as here, receiver(None) as deaf:
            here.expect(job(1), finals(deaf.url))
            here.expect(job(2), finals(deaf.url))
            assert len(await here.advance(10)) == 2
            assert [(one.status, one.error) for one in here.attempts] == [(None, "no answer within 0.01 s")] * 2
            assert [one.value["job"] for one in deaf.received] == ["job-1", "job-2"]

    run(scene())


@pytest.mark.fact("modelslab.webhook.timeout")
def test_thirty_seconds_are_the_default() -> None:
    assert PATIENCE_SECONDS == 30.0


def test_a_job_forced_to_fail_before_its_completion_is_told_as_failed_and_once() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            one = here.expect(job(), finals(hook.url))
            await here.advance(4)
            here.post.turned(SANDBOX, one.turned(Turn(here.clock.now(), Turning.FAILED, "by hand")))
            assert (await hook.arrivals.get()).value == said(one, snapshot(one, CREATED)) | {
                "word": "failed", "progress": 40, "why": "by hand",
            }  # fmt: skip
            assert await here.post.settled(SANDBOX, LONG) == [delivery_id(one, 1)]
            assert await here.advance(100) == []
            assert len(hook.received) == 1
            assert here.attempts[0].due == CREATED + timedelta(seconds=4)

    run(scene())


def test_a_stalled_job_is_told_no_end_and_a_completed_one_is_told_earlier() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            stalled, completed = here.expect(job(1), finals(hook.url)), here.expect(job(2), finals(hook.url))
            await here.advance(1)
            here.post.turned(SANDBOX, stalled.turned(Turn(here.clock.now(), Turning.STALLED)))
            here.post.turned(SANDBOX, completed.turned(Turn(here.clock.now(), Turning.COMPLETED)))
            assert (await hook.arrivals.get()).value["job"] == "job-2"
            assert await here.post.settled(SANDBOX, LONG) == [delivery_id(completed, 1)]
            assert await here.advance(1000) == []
            assert len(hook.received) == 1

    run(scene())


def test_a_poll_that_reaches_its_number_makes_the_webhook_due() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            one = here.expect(job(polls=3), finals(hook.url))
            await here.advance(5000)
            here.post.turned(SANDBOX, replace(one, polls=3).turned(Turn(here.clock.now(), Turning.COMPLETED)))
            assert (await hook.arrivals.get()).value["word"] == "succeeded"

    run(scene())


def test_forgetting_drops_what_is_ahead_on_its_way_and_recorded_and_nothing_of_another_sandbox() -> None:
    async def scene() -> None:
        async with world() as here, receiver(None) as deaf, receiver() as hook:
            here.expect(job(1, 5), finals(hook.url))
            await here.advance(5)
            here.expect(job(2), finals(deaf.url))
            here.expect(job(5), finals(deaf.url))
            here.expect(job(3, 99), finals(hook.url))
            await here.advance(5, within=0)
            await deaf.arrivals.get()
            other = here.new_clock()
            other.advance(timedelta(seconds=10))
            here.expect(job(4), finals(deaf.url), "sb_000000000002", other)
            here.post.forget(SANDBOX)
            assert here.post.records(SANDBOX) == ()
            assert (await deaf.arrivals.get()).value["job"] == "job-4"
            assert await here.advance(1000) == []
            assert [one.value["job"] for one in hook.received] == ["job-1"]
            assert [one.value["job"] for one in deaf.received] == ["job-2", "job-4"]
            assert here.post.records(SANDBOX) == ()

    run(scene())


def test_a_forgotten_sandbox_can_expect_again_on_another_clock() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 99), finals(hook.url))
            here.post.forget(SANDBOX)
            here.clock = here.new_clock()
            here.expect(job(1, 7), finals(hook.url))
            assert len(await here.advance(7)) == 1

    run(scene())


REFUSED = {
    "": "expected an http or https URL",
    "not a url": "expected an http or https URL",
    "ftp://127.0.0.1/x": "expected an http or https URL",
    "http://": "expected an http or https URL",
    "http://127.0.0.1:99999/": "no URL",
    "http://[::1/": "no URL",
    "http://127.0.0.1/\ud800": "no URL",
    "http://u:p@127.0.0.1/": "user name",
    "http://192.0.2.1/x": "not to 192.0.2.1",
    "https://example.com/x": "not to example.com",
    "http://localhost.example.com/": "not to localhost.example.com",
    "http://127.0.0.1.example.com/": "not to 127.0.0.1.example.com",
    "http://2130706433/": "not to 2130706433",
    "http://0.0.0.0/": "not to 0.0.0.0",
    "http://[2001:db8::1]/": "not to 2001:db8::1",
}


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_is_none_or_leads_elsewhere_is_recorded_with_the_reason(url: str) -> None:
    async def scene() -> None:
        async with world() as here:
            one = here.expect(job(), lambda _, seen: Letter(url, {}) if seen.state.is_terminal else None)
            assert await here.advance(10) == []
            assert [(found.delivery.job, found.delivery.letter.url) for found in here.refused] == [(one.id, url)]
            assert REFUSED[url] in here.refused[0].why
            assert here.refused[0].why.isascii()
            assert here.attempts == []

    run(scene())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "LOCALHOST", "[::1]"])
def test_all_of_loopback_is_called(host: str) -> None:
    async def scene() -> None:
        async with world() as here:
            # Nothing listens on port 1; that an attempt was made is enough.
            here.expect(job(), finals(f"http://{host}:1"))
            assert len(await here.advance(10)) == 1
            assert (here.attempts[0].status, here.refused) == (None, [])
            assert here.attempts[0].error

    run(scene())


@pytest.mark.parametrize("allow", ["any", frozenset({"hooks.invalid"})])
def test_other_hosts_can_be_allowed(allow: Any) -> None:
    async def scene() -> None:
        async with world(allow=allow) as here:
            here.expect(job(), finals("http://hooks.invalid"))
            assert len(await here.advance(10)) == 1
            assert here.attempts[0].error

    run(scene())


def answering(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("HTTP/1.1 204 No Content\n\n", 204),
        ("HTTP/1.0 500 Oh\n\nanything", 500),
        ("HTTP/1.1 100 Continue\n\nHTTP/1.1 201 Created\nContent-Length: 0\n\n", 201),
        ("HTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 202 Accepted\nContent-Length: 0\n\n", 202),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n", 200),
        ("HTTP/1.1 302 Found\nLocation: /elsewhere\nContent-Length: 0\n\n", 302),
        ("HTTP/1.1 200 OK\nContent-Length: 10\n\nshort", None),
        ("220 smtp.example ESMTP\n\n", None),
        ("", None),
    ],
)
def test_the_status_is_recorded_and_no_redirect_is_followed(answer: str, status: int | None) -> None:
    async def scene() -> None:
        async with world() as here, receiver(answering(answer)) as hook:
            here.expect(job(), finals(hook.url))
            assert len(await here.advance(10)) == 1
            assert here.attempts[0].status == status
            assert bool(here.attempts[0].error) == (status is None)
            assert len(hook.received) == 1

    run(scene())


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP/1.1 204 No Content\n\n",
        "HTTP/1.1 200 OK\ncontent-length: 2\n\nok",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3;x=y\nabc\n1\nd\n0\nX-Trailer: 1\n\n",
    ],
)
def test_an_answer_is_over_where_it_says_so_though_the_connection_stays(answer: str) -> None:
    async def scene() -> None:
        async with world() as here, receiver(answering(answer), keeps=True) as hook:
            here.expect(job(), finals(hook.url))
            assert len(await here.advance(10)) == 1
            assert here.attempts[0].error == ""

    run(scene())


def test_a_receiver_with_a_certificate_of_its_own_is_called() -> None:
    async def scene() -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATE, KEY)
        async with world() as here, receiver(tls=tls) as hook:
            here.expect(job(), finals(hook.url))
            assert len(await here.advance(10)) == 1
            assert (here.attempts[0].status, here.attempts[0].error) == (200, "")
            assert len(hook.received) == 1

    run(scene())


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook, receiver() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            here.expect(job(), finals(hook.url))
            await here.advance(10)
            assert (len(hook.received), len(proxy.received)) == (1, 0)

    run(scene())


def test_a_herald_that_fails_or_writes_no_json_harms_nobody() -> None:
    def crashes(_one: Job, _seen: Snapshot) -> Letter | None:
        raise RuntimeError("boom")

    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 0), crashes)
            here.expect(job(2), lambda one, seen: Letter(hook.url, {"x": object()}) if seen.state.is_terminal else None)
            here.expect(job(3), finals(hook.url))
            await here.advance(10)
            assert "RuntimeError: boom" in here.refused[0].why
            assert "not JSON serializable" in here.refused[1].why
            assert [one.value["job"] for one in hook.received] == ["job-3"]

    run(scene())


def test_ids_repeat_and_differ() -> None:
    async def ids() -> list[str]:
        async with world() as here, receiver() as hook:
            for n in (1, 2):
                here.expect(job(n), all_events(hook.url))
            return await here.advance(0) + await here.advance(10)

    async def scene() -> None:
        first = await ids()
        assert first == await ids()
        assert first == [delivery_id(job(n), number) for number in (0, 1) for n in (1, 2)]

    run(scene())


def test_ten_thousand_jobs_under_a_frozen_clock_are_one_waiting_task() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            for n in range(10_000):
                here.expect(job(n, 100 + n % 7), finals(hook.url))
            assert len(ours()) == 1
            assert "Post._wait" in ours()[0]
            assert hook.received == []

    run(scene())


def test_the_waiting_task_turns_to_what_falls_due_earlier() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 100), finals(hook.url))
            here.expect(job(3, 0), finals(hook.url))
            assert (await hook.arrivals.get()).value["job"] == "job-3"
            here.expect(job(2, 10), finals(hook.url))
            here.clock.advance(timedelta(seconds=10))
            assert (await hook.arrivals.get()).value["job"] == "job-2"
            here.clock.advance(timedelta(seconds=90))
            assert (await hook.arrivals.get()).value["job"] == "job-1"

    run(scene())


def test_the_records_are_bounded() -> None:
    async def scene() -> None:
        async with world(kept=3) as here, receiver() as hook:
            for n in range(5):
                here.expect(job(n), finals(hook.url))
            assert len(await here.advance(10)) == 5
            assert [one.delivery.job for one in here.attempts] == ["job-2", "job-3", "job-4"]

    run(scene())


def test_settled_lists_what_fell_due_since_the_last_call_whatever_made_it_due() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 0), finals(hook.url))
            await hook.arrivals.get()
            here.expect(job(2), finals(hook.url))
            ids = await here.advance(10)
            assert [one.delivery.job for one in here.attempts] == ["job-1", "job-2"]
            assert ids == [one.delivery.id for one in here.attempts]
            three = here.expect(job(3, 99), finals(hook.url))
            here.post.turned(SANDBOX, three.turned(Turn(here.clock.now(), Turning.COMPLETED)))
            assert await here.post.settled(SANDBOX, LONG) == [here.attempts[-1].delivery.id]
            assert await here.post.settled(SANDBOX, LONG) == []
            assert await here.post.settled("sb_unknown", LONG) == []

    run(scene())


def test_what_one_move_gave_up_waiting_for_does_not_delay_the_next() -> None:
    async def scene() -> None:
        async with world() as here, receiver(None) as deaf, receiver() as hook:
            here.expect(job(1, 5), finals(deaf.url))
            here.expect(job(2, 9), finals(hook.url))
            assert await here.advance(5, within=0) == []
            assert await here.advance(4) == [delivery_id(job(2), 1)]
            assert here.post.under_way(SANDBOX) == 1

    run(scene())


def test_without_a_call_of_settled_nothing_piles_up() -> None:
    async def scene() -> None:
        async with world(kept=2) as here, receiver() as hook:
            for n in range(6):
                here.expect(job(n, 0), finals(hook.url))
                await asyncio.wait([parcel.made for parcel in here.post._boxes[SANDBOX].fresh])
            assert here.post._boxes[SANDBOX].jobs == {}
            assert await here.advance(0) == [delivery_id(job(n), 0) for n in (4, 5)]

    run(scene())


def test_a_plan_of_more_attempts_is_followed_on_the_sandboxes_clock() -> None:
    async def scene() -> None:
        plan = (Try(), Try(), Try(timedelta(seconds=30)))
        async with world(plan=plan) as here, receiver() as hook:
            one = here.expect(job(), finals(hook.url))
            assert await here.advance(10) == [delivery_id(one, 1)]
            # The duplicate stands in the same lane: a later delivery to it comes after.
            here.expect(job(2, 20), finals(hook.url))
            await here.advance(10)
            assert await here.advance(19.9) == []
            assert await here.advance(0.1) == []
            for _ in range(5):
                await hook.arrivals.get()
            got = [(attempt.delivery.job, attempt.number, (attempt.due - CREATED).seconds) for attempt in here.attempts]
            assert got[:4] == [("job-1", 1, 10), ("job-1", 2, 10), ("job-2", 1, 20), ("job-2", 2, 20)]
            assert hook.received[0].body == hook.received[1].body == hook.received[4].body

    run(scene())


def test_forgetting_drops_attempts_that_are_ahead() -> None:
    async def scene() -> None:
        async with world(plan=(Try(), Try(timedelta(seconds=30)))) as here, receiver() as hook:
            here.expect(job(), finals(hook.url))
            await here.advance(10)
            here.post.forget(SANDBOX)
            here.expect(job(2, 50), finals(hook.url))
            await here.advance(40)
            assert [one.value["job"] for one in hook.received] == ["job-1", "job-2"]

    run(scene())


def test_closing_ends_all_workers_at_once_and_nothing_is_expected_after() -> None:
    async def scene() -> None:
        async with receiver(None) as deaf:
            here = World()
            for n in range(3):
                here.expect(job(n), finals(deaf.url))
            here.expect(job(9, 99), finals(deaf.url))
            waiting = asyncio.create_task(here.advance(10))
            await deaf.arrivals.get()
            await here.post.aclose()
            await deaf.left.wait()
            assert await waiting == []
            here.expect(job(10, 0), finals("no URL: recorded at once"))
            assert here.post.records(SANDBOX) == ()
            assert len(deaf.received) == 1

    run(scene())


def test_on_a_live_clock_the_webhook_comes_by_itself() -> None:
    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.clock.freeze(False)
            here.clock.run_at(1e9)
            here.expect(job(1, 1000), finals(hook.url))
            here.time.pass_seconds(1)
            assert (await hook.arrivals.get()).value["word"] == "succeeded"

    run(scene())
