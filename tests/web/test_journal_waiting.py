"""Waiting for records of the journal: the count that is kept up to date is the count of the ring."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.delivery import AnswerHead, Attempt, Delivery, Moment, Payload
from mockserver.domain.journal import Dispatch
from mockserver.engine.journal import Journal
from mockserver.web.journal.filters import Filter
from mockserver.web.journal.waiting import EndedRecords

AT = datetime(2026, 1, 16, tzinfo=UTC)
MOMENT = Moment(AT, 0.0)


def begun(journal: Journal, job: str) -> Dispatch:
    made = Dispatch(Delivery("dlv_1", job, AT, Payload("http://127.0.0.1/", {}), ()), 1, AT, MOMENT, (), b"")
    journal.begin(made)
    return made


def end(one: Dispatch) -> None:
    one.attempt = Attempt(one.delivery, 1, AT, MOMENT, MOMENT, (), b"", AnswerHead(200))


@settings(max_examples=500)
@given(
    steps=st.lists(
        st.sampled_from(["begin", "begin other", "end first", "end last", "count", "clear"]), min_size=5, max_size=40
    ),
    kept=st.integers(1, 4),
)
def test_the_count_is_what_reading_the_whole_ring_counts(steps: list[str], kept: int) -> None:
    """However records begin, end, leave the ring and are cleared, and however seldom they are counted."""
    journal, under_way = Journal(kept=kept), list[Dispatch]()
    wanted = Filter(job="job-1", status="2xx")
    ended = EndedRecords(journal, wanted)
    for step in [*steps, "count"]:
        if step.startswith("begin"):
            under_way.append(begun(journal, "job-1" if step == "begin" else "job-2"))
        elif step.startswith("end") and under_way:
            end(under_way.pop(0 if step == "end first" else -1))
        elif step == "clear":
            journal.clear()
        elif step == "count":
            ring = cast("list[Dispatch]", list(journal.entries))
            assert ended.count() == sum(one.is_over and wanted.fits(one) for one in ring)
