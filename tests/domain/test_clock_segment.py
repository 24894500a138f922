"""A segment says what a clock's hands do, without asking the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime, SandboxClock
from mockserver.domain.clock_segment import ClockSegment

BASE = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
MOVES = st.sampled_from(["freeze", "go", "advance", "fast", "slow", "wait"])


@given(moves=st.lists(st.tuples(MOVES, st.integers(0, 1000)), max_size=12))
def test_it_tells_the_instant_that_the_clock_tells(moves: list[tuple[str, int]]) -> None:
    time = HandTime(BASE)
    clock = SandboxClock(time)
    for move, number in moves:
        match move:
            case "freeze" | "go":
                clock.freeze(move == "freeze")
            case "advance":
                clock.advance(timedelta(seconds=number))
            case "fast" | "slow":
                clock.run_at(8.0 if move == "fast" else 0.5)
            case _:
                time.pass_seconds(number)
        assert clock.segment.at(time.monotonic()) == clock.now()


def test_before_its_base_it_stands_at_its_base() -> None:
    assert ClockSegment(BASE, 10.0, 2.0).at(9.0) == BASE
    assert ClockSegment(BASE, 10.0, 2.0).at(11.0) == BASE + timedelta(seconds=2)
    assert ClockSegment(BASE, 10.0, 0.0).at(11.0) == BASE
