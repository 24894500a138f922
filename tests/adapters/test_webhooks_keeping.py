"""What the dispatcher keeps: one waiting task, bounded records, what fell due since the last call, nothing once
forgotten.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from mockserver.domain.delivery import delivery_id
from mockserver.domain.job import Override, OverrideKind
from mockserver.domain.webhook_plan import Try
from tests.adapters.dispatchers import LONG, SANDBOX, World, finals, job, ours, run, world
from tests.adapters.receiver import receiver


def test_forgetting_drops_what_is_ahead_on_its_way_and_recorded_and_nothing_of_another_sandbox() -> None:
    async def script() -> None:
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
            here.dispatcher.forget(SANDBOX)
            assert here.dispatcher.records(SANDBOX) == ()
            assert (await deaf.arrivals.get()).value["job"] == "job-4"
            assert await here.advance(1000) == []
            assert [one.value["job"] for one in hook.received] == ["job-1"]
            assert [one.value["job"] for one in deaf.received] == ["job-2", "job-4"]
            assert here.dispatcher.records(SANDBOX) == ()

    run(script())


def test_a_forgotten_sandbox_can_expect_again_on_another_clock() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 99), finals(hook.url))
            here.dispatcher.forget(SANDBOX)
            here.clock = here.new_clock()
            here.expect(job(1, 7), finals(hook.url))
            assert len(await here.advance(7)) == 1

    run(script())


def test_ten_thousand_jobs_under_a_frozen_clock_are_one_waiting_task() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            for n in range(10_000):
                here.expect(job(n, 100 + n % 7), finals(hook.url))
            assert len(ours()) == 1
            assert "WebhookDispatcher._wait" in ours()[0]
            assert hook.received == []

    run(script())


def test_the_waiting_task_turns_to_what_falls_due_earlier() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 100), finals(hook.url))
            here.expect(job(3, 0), finals(hook.url))
            assert (await hook.arrivals.get()).value["job"] == "job-3"
            here.expect(job(2, 10), finals(hook.url))
            here.clock.advance(timedelta(seconds=10))
            assert (await hook.arrivals.get()).value["job"] == "job-2"
            here.clock.advance(timedelta(seconds=90))
            assert (await hook.arrivals.get()).value["job"] == "job-1"

    run(script())


def test_the_records_are_bounded() -> None:
    async def script() -> None:
        async with world(kept=3) as here, receiver() as hook:
            for n in range(5):
                here.expect(job(n), finals(hook.url))
            assert len(await here.advance(10)) == 5
            assert [one.delivery.job for one in here.attempts] == ["job-2", "job-3", "job-4"]

    run(script())


def test_settled_lists_what_fell_due_since_the_last_call_whatever_made_it_due() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job(1, 0), finals(hook.url))
            await hook.arrivals.get()
            here.expect(job(2), finals(hook.url))
            ids = await here.advance(10)
            assert [one.delivery.job for one in here.attempts] == ["job-1", "job-2"]
            assert ids == [one.delivery.id for one in here.attempts]
            three = here.expect(job(3, 99), finals(hook.url))
            here.dispatcher.overridden(SANDBOX, three.overridden(Override(here.clock.now(), OverrideKind.COMPLETED)))
            assert await here.dispatcher.settled(SANDBOX, LONG) == [here.attempts[-1].delivery.id]
            assert await here.dispatcher.settled(SANDBOX, LONG) == []
            assert await here.dispatcher.settled("sb_unknown", LONG) == []

    run(script())


def test_what_one_move_gave_up_waiting_for_does_not_delay_the_next() -> None:
    async def script() -> None:
        async with world() as here, receiver(None) as deaf, receiver() as hook:
            here.expect(job(1, 5), finals(deaf.url))
            here.expect(job(2, 9), finals(hook.url))
            assert await here.advance(5, within=0) == []
            assert await here.advance(4) == [delivery_id(job(2), 1)]
            assert here.dispatcher.under_way(SANDBOX) == 1

    run(script())


def test_without_a_call_of_settled_nothing_piles_up() -> None:
    async def script() -> None:
        async with world(kept=2) as here, receiver() as hook:
            for n in range(6):
                here.expect(job(n, 0), finals(hook.url))
                await asyncio.wait([pending.made for pending in here.dispatcher._outboxes[SANDBOX].fresh])
            assert here.dispatcher._outboxes[SANDBOX].jobs == {}
            assert await here.advance(0) == [delivery_id(job(n), 0) for n in (4, 5)]

    run(script())


def test_forgetting_drops_attempts_that_are_ahead() -> None:
    async def script() -> None:
        async with world(plan=(Try(), Try(timedelta(seconds=30)))) as here, receiver() as hook:
            here.expect(job(), finals(hook.url))
            await here.advance(10)
            here.dispatcher.forget(SANDBOX)
            here.expect(job(2, 50), finals(hook.url))
            await here.advance(40)
            assert [one.value["job"] for one in hook.received] == ["job-1", "job-2"]

    run(script())


def test_closing_ends_all_workers_at_once_and_nothing_is_expected_after() -> None:
    async def script() -> None:
        async with receiver(None) as deaf:
            here = World()
            for n in range(3):
                here.expect(job(n), finals(deaf.url))
            here.expect(job(9, 99), finals(deaf.url))
            waiting = asyncio.create_task(here.advance(10))
            await deaf.arrivals.get()
            await here.dispatcher.aclose()
            await deaf.left.wait()
            assert await waiting == []
            here.expect(job(10, 0), finals("no URL: recorded at once"))
            assert here.dispatcher.records(SANDBOX) == ()
            assert len(deaf.received) == 1

    run(script())


def test_on_a_live_clock_the_webhook_comes_by_itself() -> None:
    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.clock.freeze(False)
            here.clock.run_at(1e9)
            here.expect(job(1, 1000), finals(hook.url))
            here.time.pass_seconds(1)
            assert (await hook.arrivals.get()).value["word"] == "succeeded"

    run(script())
