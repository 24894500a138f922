"""The sandbox clock: advance is additive, a change of rate never jumps, waiting ends at the instant."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime, SandboxClock

START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
seconds = st.integers(0, 10**6)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), seconds),
        st.tuples(st.just("advance"), seconds),
        st.tuples(st.just("rate"), st.sampled_from([0.25, 0.5, 1, 2, 8, 64])),
        st.tuples(st.just("freeze"), st.booleans()),
    ),
    max_size=20,
)


@given(seconds, seconds)
def test_advance_is_additive(one: int, two: int) -> None:
    """Two advances are one advance by their sum."""
    apart, together = SandboxClock(HandTime(START)), SandboxClock(HandTime(START))
    apart.advance(timedelta(seconds=one))
    apart.advance(timedelta(seconds=two))
    together.advance(timedelta(seconds=one + two))
    assert apart.now() == together.now()


@given(moves)
def test_the_clock_is_the_sum_of_what_happened(script: list[tuple[str, float]]) -> None:
    """Time passes at the rate unless frozen; advancing adds; a change of rate or freezing never jumps."""
    time = HandTime(START)
    clock = SandboxClock(time)
    expected, rate, frozen = START, 1.0, False
    for what, value in script:
        if what == "pass":
            time.pass_seconds(value)
            expected += timedelta(0) if frozen else timedelta(seconds=value * rate)
        elif what == "advance":
            clock.advance(timedelta(seconds=value))
            expected += timedelta(seconds=value)
        elif what == "rate":
            clock.run_at(value)
            rate = value
        else:
            clock.freeze(bool(value))
            frozen = bool(value)
        assert clock.now() == expected


def test_never_backwards() -> None:
    """Setting to the past or advancing by less than nothing is refused and changes nothing; a restart may go back."""
    clock = SandboxClock(HandTime(START))
    with pytest.raises(ValueError, match="backwards"):
        clock.set(START - timedelta(seconds=1))
    with pytest.raises(ValueError, match="less than nothing"):
        clock.advance(timedelta(seconds=-1))
    assert clock.now() == START
    clock.restart(START - timedelta(days=1))
    assert clock.now() == START - timedelta(days=1)


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_rate_is_finite_and_positive(rate: float) -> None:
    """No other rate is taken."""
    with pytest.raises(ValueError, match="finite number above 0"):
        SandboxClock(HandTime(START)).run_at(rate)


def test_lengths_told_are_divided_by_the_rate_and_frozen_counts_as_one() -> None:
    """A client waits a length in its own time; the wall's instant moves by that."""
    clock = SandboxClock(HandTime(START))
    clock.run_at(4)
    assert clock.told(timedelta(seconds=8)) == timedelta(seconds=2)
    assert clock.on_clients_clock(timedelta(seconds=8)) == START + timedelta(seconds=2)
    clock.freeze(True)
    assert clock.told(timedelta(seconds=8)) == timedelta(seconds=8)


@given(
    st.sampled_from([1 / 60, 0.1, 0.25, 0.3, 1 / 3, 0.5, 0.7, 1, 1.5, 2, 3, 7, 60, 1000, 1e6]),
    st.integers(1, 10**11),
    st.integers(0, 1000),
)
def test_whole_seconds_are_enough_and_one_less_is_not(rate: float, microseconds: int, milliseconds: int) -> None:
    """A client that waits so many of its seconds finds the length passed, at any rate; one second less is too few."""
    length, time = timedelta(microseconds=microseconds), HandTime(START)
    clock = SandboxClock(time)
    clock.run_at(rate)
    clock.advance(timedelta(milliseconds=milliseconds))
    seconds, begun = clock.whole_seconds(length), clock.now()
    time.pass_seconds(seconds - 1)
    assert clock.now() - begun < length
    time.pass_seconds(1)
    assert clock.now() - begun >= length
    clock.freeze(True)
    assert clock.whole_seconds(length) == -(-length // timedelta(seconds=1))


def test_a_clock_with_a_start_begins_there_whatever_the_wall_says() -> None:
    """At first and after every restart. Standing still it is taken for the client's own; running, the wall is."""
    time, start = HandTime(START), START - timedelta(days=400)
    clock = SandboxClock(time, start=start, rate=2.0, is_frozen=True)
    time.pass_seconds(1000)
    assert (clock.now(), clock.rate, clock.is_frozen) == (start, 2.0, True)
    clock.advance(timedelta(seconds=5))
    assert clock.on_clients_clock(timedelta(seconds=8)) == start + timedelta(seconds=13)
    clock.restart()
    assert clock.now() == start
    clock.freeze(False)
    time.pass_seconds(3)
    assert clock.now() == start + timedelta(seconds=6)
    assert clock.on_clients_clock(timedelta(seconds=8)) == time.wall() + timedelta(seconds=4)


def test_waiting_ends_when_a_move_reaches_the_instant() -> None:
    """A waiter on a frozen clock wakes at the advance that reaches its instant, and not at an earlier one."""

    async def script() -> list[str]:
        clock, happened = SandboxClock(HandTime(START)), []
        clock.freeze(True)

        async def wait() -> None:
            await clock.wait_until(START + timedelta(seconds=10))
            happened.append("woken")

        waiter = asyncio.create_task(wait())
        await asyncio.sleep(0)
        clock.advance(timedelta(seconds=9))
        for _ in range(5):
            await asyncio.sleep(0)
        happened.append("nine")
        clock.advance(timedelta(seconds=1))
        await waiter
        return happened

    assert asyncio.run(script()) == ["nine", "woken"]


def test_waiting_that_does_not_outlast_a_freeze() -> None:
    """A waiter that must not wait while frozen is let go when the clock is frozen."""

    async def script() -> None:
        clock = SandboxClock(HandTime(START))
        waiter = asyncio.create_task(clock.wait_until(START + timedelta(days=1), while_frozen=False))
        await asyncio.sleep(0)
        clock.freeze(True)
        await waiter

    asyncio.run(script())
