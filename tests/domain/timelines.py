"""Strategies that make every scenario a job can have, stalled and overridden ones included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from mockserver.domain.job import Job, Override, OverrideKind, State, Timeline

CREATED = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)

lengths = st.one_of(
    st.just(timedelta(0)),
    st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(hours=2)),
)
timelines = st.builds(
    Timeline,
    queued=st.none() | lengths,
    running=st.none() | lengths,
    end=st.sampled_from([State.SUCCEEDED, State.FAILED]),
    stalls_at=st.none() | st.floats(0, 0.99),
    stages=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    polls=st.none() | st.integers(1, 5),
    why=st.sampled_from(["", "moderated"]),
)
instants = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=5)).map(lambda age: CREATED + age)
overrides = st.lists(
    st.builds(Override, at=instants, kind=st.sampled_from(OverrideKind), why=st.just("by hand")), max_size=3
).map(lambda found: tuple(sorted(found, key=lambda turn: turn.at)))


@st.composite
def jobs(draw: st.DrawFn, overridden: bool = True) -> Job:
    """A job with any life."""
    return Job(
        id="job", provider="p", kind="k", n=1, created=CREATED, timeline=draw(timelines), request=None, seed=1,
        overrides=draw(overrides) if overridden else (), polls=draw(st.integers(0, 4)),
    )  # fmt: skip
