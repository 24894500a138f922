"""After a move of the clock nothing waits: what was due by then was made and recorded, and the receiver has it."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.delivery import delivery_id
from mockserver.domain.job import AnyJob, events, snapshot
from mockserver.domain.webhook_plan import Plan, Try
from mockserver.domain.webhook_signature import key_of, verify
from tests.adapters.dispatchers import LONG, SANDBOX, World, all_events, finals, job, ours, run, said, world
from tests.adapters.receiver import Receiver, receiver
from tests.domain.timelines import CREATED

REFUSING = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"


def after(seconds: float, *, retry: bool = False, beside: bool = False) -> Try:
    return Try(timedelta(seconds=seconds), only_if_failed=retry, with_previous=beside)


def due_by(one: AnyJob, plan: Plan, now: datetime, *, fails: bool) -> Iterator[tuple[str, int, datetime]]:
    """The attempts at a job's webhooks that are due by an instant, read off its events and the plan."""
    for at, _seen in events(one):
        due = at
        for number, planned in enumerate(plan, 1):
            if planned.only_if_failed and not fails:
                continue
            due = (due if planned.only_if_failed else at) + planned.after
            if due <= now and (at <= now):
                yield one.id, number, due


tries = st.builds(after, st.sampled_from([0, 0, 1, 5]), retry=st.booleans(), beside=st.booleans())
plans = st.lists(tries, min_size=1, max_size=5).map(lambda many: (Try(), *many))
jobs = st.lists(st.sampled_from([0.0, 2.0, 7.0]), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(jobs, plans, st.booleans(), st.lists(st.sampled_from([0.0, 1.0, 3.0, 30.0]), min_size=1, max_size=4))
def test_after_a_move_the_receiver_has_what_events_and_plan_say(
    lengths: list[float], plan: Plan, fails: bool, moves: list[float]
) -> None:
    """Exactly that: repeats, late ones and retries are among it, and nothing comes twice or early."""

    async def script() -> None:
        async with world(plan=plan) as here, receiver(REFUSING if fails else None or OK) as hook:
            made = [here.expect(job(n, seconds), all_events(hook.url)) for n, seconds in enumerate(lengths)]
            for move in moves:
                await here.advance(move)
                wanted = [one for each in made for one in due_by(each, plan, here.clock.now(), fails=fails)]
                assert sorted((one.delivery.job, one.number, one.due) for one in here.attempts) == sorted(wanted)
                assert arrived(hook) == Counter(id_ for id_, _, _ in wanted)
                assert here.dispatcher.under_way(SANDBOX) == 0

    run(script())


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def arrived(hook: Receiver) -> Counter[str]:
    return Counter(one.value["job"] for one in hook.received)


def test_a_webhook_that_comes_twice_has_come_twice_when_the_move_returns() -> None:
    async def script() -> None:
        for _ in range(100):
            async with world(plan=(Try(), Try())) as here, receiver() as hook:
                here.expect(job(), finals(hook.url))
                await here.advance(10)
                assert (len(hook.received), len(here.attempts)) == (2, 2)

    run(script())


def test_retries_follow_their_back_off_until_one_is_received() -> None:
    """Each retry falls due so long after the attempt before it, on the sandbox's clock; after a success none comes."""

    async def script() -> None:
        plan = (Try(), after(1, retry=True), after(2, retry=True), after(4, retry=True))
        async with world(plan=plan) as here, receiver(REFUSING) as hook:
            here.expect(job(), finals(hook.url))
            assert await here.advance(10) == [delivery_id(job(), 1)]
            assert await here.advance(0.9) == []
            assert len(hook.received) == 1
            await here.advance(0.1)
            assert len(hook.received) == 2
            hook.answer = OK
            await here.advance(100)
            assert [one.status for one in here.attempts] == [500, 500, 200]
            assert [(one.due - here.attempts[0].due).total_seconds() for one in here.attempts] == [0, 1, 3]
            assert await here.advance(1000) == []
            assert len(hook.received) == 3

    run(script())


def test_after_the_last_try_the_delivery_is_given_up() -> None:
    async def script() -> None:
        plan = (Try(), after(1, retry=True), after(2, retry=True))
        async with world(plan=plan) as here, receiver(REFUSING) as hook:
            here.expect(job(), finals(hook.url))
            await here.advance(10_000)
            assert [one.number for one in here.attempts] == [1, 2, 3]
            await here.advance(10_000)
            assert len(hook.received) == 3

    run(script())


def test_two_attempts_can_be_under_way_at_the_same_moment() -> None:
    async def script() -> None:
        plan = (Try(), after(0, beside=True))
        async with world(plan=plan) as here, receiver(None) as deaf:
            here.expect(job(), finals(deaf.url))
            await here.advance(10, within=0)
            for _ in plan:
                await deaf.arrivals.get()
            assert deaf.most_at_once == 2

    run(script())


def test_what_is_still_under_way_after_the_bound_is_told() -> None:
    async def script() -> None:
        async with world() as here, receiver(None) as deaf:
            one = here.expect(job(), finals(deaf.url))
            assert await here.advance(10, within=0) == []
            (open_,) = here.dispatcher.attempts_under_way(SANDBOX)
            assert (open_.delivery.id, open_.number, open_.delivery.job) == (delivery_id(one, 1), 1, one.id)

    run(script())


def test_a_hanging_target_of_one_sandbox_delays_no_other_sandbox() -> None:
    """Each sandbox has a queue of its own for each target."""

    async def script() -> None:
        async with world() as here, receiver(None) as deaf:
            here.expect(job(1), finals(deaf.url))
            here.expect(job(2), finals(deaf.url))
            other = here.new_clock()
            here.expect(job(3), finals(deaf.url), "sb_000000000002", other)
            await here.advance(10, within=0)
            other.advance(timedelta(seconds=10))
            await here.dispatcher.settled("sb_000000000002", 0)
            came = {(await deaf.arrivals.get()).value["job"], (await deaf.arrivals.get()).value["job"]}
            assert came == {"job-1", "job-3"}

    run(script())


def test_a_frozen_clock_and_a_forgotten_sandbox_in_one_turn_of_the_loop_leave_no_task() -> None:
    """A cancellation that comes together with a change of the clock is not lost."""

    async def script() -> None:
        here = World()
        here.clock.freeze(False)
        here.expect(job(seconds=1000), finals("http://127.0.0.1:9"))
        await asyncio.sleep(0)
        (task,) = here.dispatcher._tasks
        here.clock.freeze(True)
        here.dispatcher.forget(SANDBOX)
        await asyncio.wait([task])
        assert task.cancelled()
        await here.dispatcher.aclose()
        assert ours() == []

    run(script())


def test_what_a_plan_makes_wrong_arrives_wrong_and_a_replay_is_right() -> None:
    async def script() -> None:
        plan = (Try(changes=("truncated", "wrong-content-type")),)
        async with world(plan=plan) as here, receiver() as hook:
            one = here.expect(job(), finals(hook.url))
            (id_,) = await here.advance(10)
            made = await here.dispatcher.replay(SANDBOX, id_, LONG)
            assert made is not None
            assert (made.number, made.is_replay, made.status) == (2, True, 200)
            wrong, right = hook.received
            assert (wrong.headers["content-type"], right.headers["content-type"]) == ("text/plain", "application/json")
            assert right.value == said(one, snapshot(one, here.clock.now()))
            assert right.body.startswith(wrong.body)
            assert len(wrong.body) == len(right.body) // 2

    run(script())


def test_a_lost_webhook_can_be_replayed() -> None:
    async def script() -> None:
        async with world(plan=()) as here, receiver() as hook:
            here.expect(job(), finals(hook.url))
            await here.advance(10)
            (lost,) = here.refused
            assert hook.received == []
            await here.dispatcher.replay(SANDBOX, lost.delivery.id, LONG)
            assert len(hook.received) == 1
            with pytest.raises(KeyError):
                await here.dispatcher.replay(SANDBOX, "whd_none", LONG)

    run(script())


def test_signed_webhooks_verify_on_the_clients_clock() -> None:
    """Under every secret of the sandbox, also those of a retry and a replay."""

    async def script() -> None:
        secrets = [f"whsec_{b64encode(bytes(range(n, 32 + n))).decode()}" for n in (0, 1)]
        async with world(plan=(Try(), Try())) as here, receiver() as hook:
            here.dispatcher.sign(SANDBOX, secrets)
            here.clock.start = CREATED
            here.expect(job(), finals(hook.url))
            (id_,) = await here.advance(10)
            await here.dispatcher.replay(SANDBOX, id_, LONG)
            assert [one.headers["webhook-id"] for one in hook.received] == [id_] * 3
            for one in hook.received:
                for secret in secrets:
                    verify(key_of(secret), one.headers, one.body, here.clock.now().timestamp())

    run(script())
