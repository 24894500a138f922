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


@given(limits, gaps)
def test_waiting_for_exactly_the_reset_succeeds_and_a_moment_less_does_not(
    limit: Limit, waits: list[timedelta]
) -> None:
    """After a refusal the exact length is enough, and a microsecond less is not."""
    log, now = Log(), START
    for wait in waits:
        now += wait
        standing = admit(log, limit, now)
        if not standing.is_admitted:
            for early, admitted in ((timedelta(microseconds=1), False), (timedelta(0), True)):
                assert stand(Log(log.admitted.copy()), limit, now + standing.reset - early).is_admitted is admitted


@given(limits, gaps)
def test_remaining_counts_down_and_never_below_zero(limit: Limit, waits: list[timedelta]) -> None:
    """What is left after an admitted call is the limit less the calls in the window."""
    log, now = Log(), START
    for wait in waits:
        now += wait
        standing = admit(log, limit, now)
        assert standing.remaining == limit.calls - len(log.admitted) >= 0
        assert timedelta(0) < standing.reset <= limit.window
