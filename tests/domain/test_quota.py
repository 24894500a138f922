"""The laws of a rate limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.quota import Limit, Log, admit, stand

START = datetime(2026, 1, 1, tzinfo=UTC)
gaps = st.lists(st.timedeltas(timedelta(0), timedelta(seconds=40)), min_size=1, max_size=40)
limits = st.builds(Limit, st.integers(1, 5), st.timedeltas(timedelta(seconds=1), timedelta(seconds=60)))


def admitted_instants(limit: Limit, waits: list[timedelta]) -> tuple[list[datetime], list[datetime]]:
    log, now, yes, no = Log(), START, [], []
    for wait in waits:
        now += wait
        (yes if admit(log, limit, now).is_admitted else no).append(now)
    return yes, no


@given(limits, gaps)
def test_never_more_than_the_limit_in_any_window(limit: Limit, waits: list[timedelta]) -> None:
    """Any half-open window holds at most the limit's number of admitted calls."""
    yes, _ = admitted_instants(limit, waits)
    for at in yes:
        assert sum(at - limit.window < other <= at for other in yes) <= limit.calls


@given(limits, gaps)
def test_never_refused_under_the_limit(limit: Limit, waits: list[timedelta]) -> None:
    """A refused call met a full window of admitted ones."""
    yes, no = admitted_instants(limit, waits)
    for at in no:
        assert sum(at - limit.window < other <= at for other in yes) == limit.calls


@given(st.integers(1, 5), st.integers(2, 60), gaps)
def test_waiting_exactly_as_told_succeeds_and_a_second_less_does_not(
    calls: int, seconds: int, waits: list[timedelta]
) -> None:
    """After a refusal the told whole seconds are enough, and one second less is not."""
    limit, log, now = Limit(calls, timedelta(seconds=seconds)), Log(), START
    for wait in waits:
        now += wait
        standing = admit(log, limit, now)
        if not standing.is_admitted:
            told = timedelta(seconds=standing.reset_seconds)
            assert not stand(Log(log.admitted.copy()), limit, now + told - timedelta(seconds=1)).is_admitted
            assert stand(Log(log.admitted.copy()), limit, now + told).is_admitted
            return


@given(limits, gaps)
def test_remaining_counts_down_and_never_below_zero(limit: Limit, waits: list[timedelta]) -> None:
    """What is left after an admitted call is the limit less the calls in the window."""
    log, now = Log(), START
    for wait in waits:
        now += wait
        standing = admit(log, limit, now)
        assert standing.remaining == limit.calls - len(log.admitted) >= 0
        assert 0 < standing.reset_seconds <= -(-limit.window // timedelta(seconds=1))
