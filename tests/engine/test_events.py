"""The one stream: numbered, bounded, told of gaps, and free while nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime
from mockserver.domain.job import Job, Override, OverrideKind
from mockserver.engine import Engine
from mockserver.engine.events import Event, Events, EventType, Missed, Subscription
from mockserver.engine.sandbox import Sandbox, digest_of
from tests.engine.engines import ORDER, START, engine


def run(steps: Callable[[], Awaitable[None]]) -> None:
    async def guarded() -> None:
        async with asyncio.timeout(30):
            await steps()

    asyncio.run(guarded())


def tell(events: Events, sandbox: str = "a") -> None:
    events.publish(EventType.JOB_CREATED, sandbox, START, {})


def read(subscription: Subscription) -> list[Event | Missed]:
    found = []
    while (one := subscription.take()) is not None:
        found.append(one)
    return found


def ids(subscription: Subscription) -> list[int]:
    return [one.id for one in read(subscription) if isinstance(one, Event)]


def test_nothing_is_numbered_or_kept_while_nobody_listens() -> None:
    events = Events()
    tell(events)
    assert (events.last, list(events._recent), events.is_open) == (0, [], False)


def test_events_come_in_order_to_all_whom_they_concern() -> None:
    async def steps() -> None:
        events = Events()
        all_, one = events.subscribe(), events.subscribe("a")
        for sandbox in "aba":
            tell(events, sandbox)
        assert ids(all_) == [2, 3, 4]
        assert ids(one) == [2, 4]

    run(steps)


@given(lag=st.integers(0, 12), kept=st.integers(1, 5))
def test_one_that_lags_loses_the_oldest_and_is_told_which(lag: int, kept: int) -> None:
    """It never holds more than the bound, and gets the latest; another that keeps up gets all."""

    async def steps() -> None:
        events = Events(kept)
        slow, quick, seen = events.subscribe(), events.subscribe(), []
        for _ in range(lag):
            tell(events)
            seen += ids(quick)
        first = events.last - lag + 1
        assert seen == list(range(first, events.last + 1))
        lost = max(0, lag - kept)
        expected = [Missed(first, first + lost - 1, lost)] if lost else []
        found = read(slow)
        assert found[: len(expected)] == expected
        assert [one.id for one in found[len(expected) :] if isinstance(one, Event)] == seen[lost:]

    run(steps)


def test_one_that_comes_back_goes_on_where_it_was() -> None:
    async def steps() -> None:
        events = Events()
        first = events.subscribe()
        tell(events), tell(events)
        (seen, *_) = ids(first)
        first.close()
        tell(events)  # it may come back: events are still kept
        again = events.subscribe(after=seen)
        assert read(again) == list(events._recent)[1:]
        assert ids(events.subscribe(after=events.last)) == []

    run(steps)


def test_one_that_comes_back_too_late_is_told_what_it_missed() -> None:
    async def steps() -> None:
        events = Events(2)
        keeper = events.subscribe()
        for _ in range(5):
            tell(events)  # 2 to 6; the last two are kept
        late = read(events.subscribe(after=2))
        assert late[0] == Missed(3, 4, None)
        assert [one.id for one in late[1:] if isinstance(one, Event)] == [5, 6]
        keeper.close()
        events._shut()  # nobody was there for a while
        tell(events)
        assert read(events.subscribe(after=6)) == [Missed(7, 7, None)]
        assert read(events.subscribe(after=99)) == [Missed(1, 7, None)]  # an id of another run of the server

    run(steps)


def test_waiting_ends_with_an_event_and_with_the_stream() -> None:
    async def steps() -> None:
        events = Events()
        one = events.subscribe()
        waiting = asyncio.create_task(one.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        tell(events)
        await waiting
        one.take()
        waiting = asyncio.create_task(one.wait())
        await asyncio.sleep(0)
        events.close()
        await waiting
        assert (one.is_closed, events.is_open) == (True, False)

    run(steps)


async def work(world: Engine, key: str, steps: Callable[[Sandbox], object]) -> object:
    return await world.work(await world.store.load(digest_of(key)), steps)


async def following(subscription: Subscription) -> tuple[str, dict[str, object]]:
    await subscription.wait()
    found = subscription.take()
    assert isinstance(found, Event)
    return found.type.value, dict(found.data)


def test_what_happens_to_a_job_and_its_sandbox_is_told() -> None:
    """Its creation, an override, its end at the instant that its life says, the sandbox's changes and reset."""

    async def steps() -> None:
        time = HandTime(START)
        world = engine(time)
        await work(world, "a", lambda box: box.moving().freeze(True))
        early = await work(world, "a", lambda box: world.submit(box, ORDER, box.clock.now()))
        told = await world.listen(digest_of("a"))
        job = await work(world, "a", lambda box: world.submit(box, ORDER, box.clock.now()))
        assert isinstance(job, Job)
        assert isinstance(early, Job)
        about = {"job": job.id, "provider": "toy"}
        assert await following(told) == ("job.created", {**about, "operation": "make", "scenario": "success"})
        await work(
            world, "a", lambda box: world.configure(box, [lambda box: box.moving().advance(timedelta(minutes=1))])
        )
        assert await following(told) == ("sandbox.configured", {"members": ["clock"]})
        ends = [await following(told), await following(told)]
        assert sorted(end[1]["job"] for end in ends) == sorted([early.id, job.id])  # type: ignore[type-var]
        assert {end[0] for end in ends} == {"job.ended"}
        other = await work(world, "a", lambda box: world.submit(box, ORDER, box.clock.now()))
        assert isinstance(other, Job)
        await following(told)
        override = Override(START + timedelta(minutes=1), OverrideKind.FAILED, "because")
        await work(world, "a", lambda box: world.override(box, other, override))
        failed = {"job": other.id, "provider": "toy", "why": "because"}
        assert await following(told) == ("job.overridden", {**failed, "override": "failed"})
        assert await following(told) == ("job.ended", {**failed, "state": "failed"})
        await work(world, "a", world.reset)
        assert await following(told) == ("sandbox.reset", {"jobs_forgotten": 3})
        await world.store.close(digest_of("a"))
        assert await following(told) == ("sandbox.closed", {})
        assert told.take() is None
        world.events.close()
        await asyncio.sleep(0)
        assert [repr(task.get_coro()) for task in asyncio.all_tasks() if "Endings" in repr(task.get_coro())] == []

    run(steps)


def test_what_is_not_committed_is_not_told() -> None:
    async def steps() -> None:
        world = engine()
        told = await world.listen()

        def fail(box: Sandbox) -> None:
            world.submit(box, ORDER, box.clock.now())
            raise ZeroDivisionError

        with suppress(ZeroDivisionError):
            await work(world, "a", fail)
        assert told.take() is None

    run(steps)
