"""The ring: numbers without gaps, bounds in count and bytes, and one bound over all."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from mockserver.engine.journal import Budget, Journal


@dataclass
class Note:
    """A record of so many bytes."""

    weight: int = 10
    is_over: bool = False
    n: int = 0
    size: int = 0
    settled: list[int] = field(default_factory=list)

    def settle(self) -> int:
        assert not self.settled, "a record is settled once"
        self.settled.append(self.n)
        return self.weight


def noted(journal: Journal, weight: int = 10) -> Note:
    one = Note(weight)
    journal.begin(one)
    one.is_over = True
    journal.end(weight)
    return one


def numbers(journal: Journal) -> list[int]:
    return [one.n for one in journal.entries]


@given(
    steps=st.lists(st.one_of(st.integers(1, 400), st.sampled_from(["open", "end", "settle", "clear"])), max_size=60),
    kept=st.integers(1, 12),
    bound=st.integers(100, 1000),
)
def test_numbers_have_no_gaps_and_the_bounds_hold(steps: list[int | str], kept: int, bound: int) -> None:
    """Whatever begins, ends, is settled and cleared in whatever order."""
    budget = Budget()
    journal = Journal(budget, kept=kept, kept_bytes=bound)
    begun, under_way = 0, []
    for step in steps:
        if step == "open":
            under_way.append(Note())
            journal.begin(under_way[-1])
            begun += 1
        elif step == "end" and under_way:
            under_way.pop(0).is_over = True
            journal.end(10)
        elif step == "settle":
            assert journal.settle()
            assert journal.used <= bound
        elif step == "clear":
            journal.clear()
            begun = 0
        elif isinstance(step, int):
            noted(journal, step)
            begun += 1
        assert journal.last == begun
        assert len(journal.entries) <= kept
        assert numbers(journal) == list(range(journal.first, journal.last + 1))
        assert budget.used == journal.used
    journal.settle()
    assert journal.used == sum(one.size for one in journal.entries) <= bound
    assert all(one.size for one in journal.entries if one.is_over)


def test_what_left_unread_is_never_settled() -> None:
    journal = Journal(kept=3)
    notes = [noted(journal) for _ in range(5)]
    journal.settle()
    assert [bool(one.settled) for one in notes] == [False, False, True, True, True]


def test_a_record_that_alone_breaks_the_bound_is_not_kept() -> None:
    journal = Journal(kept_bytes=100)
    noted(journal, 50)
    noted(journal, 101)
    journal.settle()
    assert (numbers(journal), journal.first, journal.last, journal.used) == ([], 3, 2, 0)


def test_many_bytes_are_settled_at_once() -> None:
    """What is not settled may hold whole bodies: they do not wait for anybody to read."""
    journal = Journal(kept_bytes=1000)
    one = noted(journal, 2000)
    assert one.settled


def test_the_first_that_ends_asks_for_settling() -> None:
    journal = Journal()
    answers = []
    for _ in range(3):
        one = Note()
        journal.begin(one)
        one.is_over = True
        answers.append(journal.end(10))
    assert answers == [True, False, False]
    assert [journal.settle(2), journal.settle(2)] == [False, True]
    journal.begin(Note())
    assert journal.end(10)


def test_the_bytes_of_all_journals_are_bounded_and_the_idlest_gives_first() -> None:
    budget = Budget(1000)
    idle, busy = Journal(budget), Journal(budget)
    for _ in range(5):
        noted(idle, 100)
    idle.settle()
    for _ in range(6):
        noted(busy, 100)
        busy.settle()
    assert budget.used == idle.used + busy.used == 900
    assert (numbers(idle), len(busy.entries)) == ([3, 4, 5], 6)
    busy.clear()
    assert budget.used == idle.used == 300


def test_polls_are_counted_by_job_and_operation_while_one_of_them_is_kept() -> None:
    journal = Journal(kept=3)

    def counted(job: str, operation: str) -> int:
        return journal.counted(noted(journal).n, job, operation)

    assert [counted("a", "status"), counted("a", "status"), counted("a", "clip")] == [1, 2, 1]
    assert [counted("a", "status"), counted("b", "status"), counted("b", "status")] == [3, 1, 2]
    assert counted("a", "status") == 1  # none of a's is kept any more


def test_counts_do_not_grow_with_the_jobs() -> None:
    journal = Journal(kept=10)
    for number in range(500):
        journal.counted(noted(journal).n, f"job-{number}", "status")
    assert len(journal._counts) <= 21


def test_watchers_hear_of_every_end_and_of_a_reset() -> None:
    journal, heard = Journal(), []
    journal.watchers.append(lambda: heard.append(journal.last))
    noted(journal)
    noted(journal)
    journal.clear()
    assert heard == [1, 2, 0]


def test_what_was_under_way_at_a_reset_is_in_no_journal() -> None:
    journal = Journal()
    one = Note()
    journal.begin(one)
    journal.clear()
    one.is_over = True
    journal.end(10)
    assert (journal.settle(), journal.used, numbers(journal)) == (True, 0, [])
    assert noted(journal).n == 1
