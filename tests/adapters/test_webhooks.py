"""What is told of a job: one POST per event that has a payload, when it falls due, saying what a poll sees."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings

from mockserver.domain.delivery import Payload, delivery_id
from mockserver.domain.job import Job, Override, OverrideKind, Snapshot, State, events, snapshot
from mockserver.domain.webhook_plan import Try
from tests.adapters.dispatchers import LONG, SANDBOX, all_events, finals, job, run, said, world
from tests.adapters.receiver import receiver
from tests.domain.timelines import CREATED, jobs, overrides


def test_one_post_at_the_end_with_the_bytes_of_the_payload_function() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(), lambda one, seen: Payload(f"{hook.url}/a%20b?c=d e#f", {"é": [1, seen.state.value]}))
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

    run(script())


def test_nothing_is_sent_before_its_instant_and_nothing_twice() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(), finals(hook.url))
            assert await here.advance(9.999999) == []
            assert hook.received == []
            assert len(await here.advance(0.000001)) == 1
            assert await here.advance(1000) == []
            assert [one.value["word"] for one in hook.received] == ["succeeded"]

    run(script())


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED])
def test_a_failure_is_told_like_a_success(end: State) -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(end=end), finals(hook.url))
            await here.advance(10)
            assert [one.value["word"] for one in hook.received] == [end.value]

    run(script())


@settings(max_examples=40, deadline=None)
@given(jobs(overridden=False), overrides)
def test_what_a_webhook_says_is_what_a_poll_at_its_instant_sees(one: Job, steps: tuple[Override, ...]) -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            current = here.expect(one, all_events(hook.url))
            polls = {}
            for turn in steps:
                await here.advance((turn.at - here.clock.now()).total_seconds())
                for attempt in here.attempts:
                    polls.setdefault(attempt.delivery.id, said(current, snapshot(current, attempt.delivery.at)))
                current = current.overridden(turn)
                here.dispatcher.overridden(SANDBOX, current)
            await here.advance(86400)
            for attempt in here.attempts:
                polls.setdefault(attempt.delivery.id, said(current, snapshot(current, attempt.delivery.at)))
            assert [json.loads(attempt.body) for attempt in here.attempts] == list(polls.values())
            assert [got.body for got in hook.received] == [attempt.body for attempt in here.attempts]
            words = [(at, said(current, seen)) for at, seen in events(current)]
            assert all(word in [(a.delivery.at, json.loads(a.body)) for a in here.attempts] for word in words)

    run(script())


def test_a_job_forced_to_fail_before_its_completion_is_told_as_failed_and_once() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            one = here.expect(job(), finals(hook.url))
            await here.advance(4)
            here.dispatcher.overridden(
                SANDBOX, one.overridden(Override(here.clock.now(), OverrideKind.FAILED, "by hand"))
            )
            assert (await hook.arrivals.get()).value == said(one, snapshot(one, CREATED)) | {
                "word": "failed", "progress": 40, "why": "by hand",
            }  # fmt: skip
            assert await here.dispatcher.settled(SANDBOX, LONG) == [delivery_id(one, 1)]
            assert await here.advance(100) == []
            assert len(hook.received) == 1
            assert here.attempts[0].due == CREATED + timedelta(seconds=4)

    run(script())


def test_a_stalled_job_is_told_no_end_and_a_completed_one_is_told_earlier() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            stalled, completed = here.expect(job(1), finals(hook.url)), here.expect(job(2), finals(hook.url))
            await here.advance(1)
            here.dispatcher.overridden(SANDBOX, stalled.overridden(Override(here.clock.now(), OverrideKind.STALLED)))
            here.dispatcher.overridden(
                SANDBOX, completed.overridden(Override(here.clock.now(), OverrideKind.COMPLETED))
            )
            assert (await hook.arrivals.get()).value["job"] == "job-2"
            assert await here.dispatcher.settled(SANDBOX, LONG) == [delivery_id(completed, 1)]
            assert await here.advance(1000) == []
            assert len(hook.received) == 1

    run(script())


def test_a_poll_that_reaches_its_number_makes_the_webhook_due() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            one = here.expect(job(polls=3), finals(hook.url))
            await here.advance(5000)
            here.dispatcher.overridden(
                SANDBOX, one._replace(polls=3).overridden(Override(here.clock.now(), OverrideKind.COMPLETED))
            )
            assert (await hook.arrivals.get()).value["word"] == "succeeded"

    run(script())


def test_a_payload_function_that_fails_or_writes_no_json_harms_nobody() -> None:
    def crashes(_one: Job, _seen: Snapshot) -> Payload | None:
        raise RuntimeError("boom")

    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 0), crashes)
            here.expect(
                job(2), lambda one, seen: Payload(hook.url, {"x": object()}) if seen.state.is_terminal else None
            )
            here.expect(job(3), finals(hook.url))
            await here.advance(10)
            assert "RuntimeError: boom" in here.refused[0].why
            assert "not JSON serializable" in here.refused[1].why
            assert [one.value["job"] for one in hook.received] == ["job-3"]

    run(script())


def test_ids_repeat_and_differ() -> None:
    async def ids() -> list[str]:
        async with world() as here, receiver() as hook:
            for n in (1, 2):
                here.expect(job(n), all_events(hook.url))
            return await here.advance(0) + await here.advance(10)

    async def script() -> None:
        first = await ids()
        assert first == await ids()
        assert first == [delivery_id(job(n), number) for number in (0, 1) for n in (1, 2)]

    run(script())


def test_a_plan_of_more_attempts_is_followed_on_the_sandboxes_clock() -> None:
    async def script() -> None:
        plan = (Try(), Try(), Try(timedelta(seconds=30)))
        async with world(plan=plan) as here, receiver() as hook:
            one = here.expect(job(), finals(hook.url))
            assert await here.advance(10) == [delivery_id(one, 1)]
            # The duplicate stands in the same target queue: a later delivery to it comes after.
            here.expect(job(2, 20), finals(hook.url))
            await here.advance(10)
            assert await here.advance(19.9) == []
            assert await here.advance(0.1) == []
            for _ in range(5):
                await hook.arrivals.get()
            got = [(attempt.delivery.job, attempt.number, (attempt.due - CREATED).seconds) for attempt in here.attempts]
            assert got[:4] == [("job-1", 1, 10), ("job-1", 2, 10), ("job-2", 1, 20), ("job-2", 2, 20)]
            assert hook.received[0].body == hook.received[1].body == hook.received[4].body

    run(script())
