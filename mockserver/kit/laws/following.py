"""What a client did after an answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.index import JobLife
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.laws.view import Role

NOT_OVER: Final = "the client had not ended when the transcript was taken"
NO_OUTCOME: Final = "the client told no outcome"
GAVE_UP: Final = frozenset({Result.ERROR, Result.FAILED, Result.REJECTED, Result.UNKNOWN_STATE})
"""Outcomes of a client that could not go on."""


def first_after(calls: Sequence[Call], n: int) -> Call | None:
    """Return the first of calls, which are in order, whose record comes after the n-th; None: there is none."""
    at = bisect_right(calls, n, key=lambda one: one.n)
    return calls[at] if at < len(calls) else None


def later(call: Call, run: Run) -> Call | None:
    """Return the first call about the same job after a call; None: there is none."""
    life = run.index.jobs.get(call.job or "")
    rows = (life.polls, life.retrieves, life.files) if life is not None else ()
    found = [one for one in (first_after(row, call.n) for row in rows) if one is not None]
    return min(found, key=lambda one: one.n, default=None)


def has_later(call: Call, run: Run) -> bool:
    """Whether any call about the same job comes after a call."""
    life = run.index.jobs.get(call.job or "")
    return life is not None and life.last > call.n


def went_on(call: Call, run: Run) -> bool:
    """Whether the client followed the job after a call, or reports that it completed."""
    if run.outcome is not None and run.outcome.result is Result.COMPLETED:
        return True
    return has_later(call, run)


def told(run: Run) -> str:
    """How the client ended, in a few words."""
    if run.facts.crashed is not None:
        return f"the client crashed ({run.facts.crashed})"
    if run.outcome is None:
        return "the client told no outcome"
    return f"the outcome {run.outcome.result.value}"


def harmless(run: Run, calls: Iterable[Call], what: str) -> Iterator[Finding]:
    """Whether the client goes on after answers in which something is odd but harmless; `what` names it.

    Once the client has gone on after such an answer to a call of one role, a later one is not blamed for its end.
    """
    survived: set[Role] = set()
    for call in calls:
        if went_on(call, run):
            survived.add(call.role)
            yield Kept((call.n,))
        elif not run.facts.is_over:
            yield Untold(NOT_OVER, (call.n,))
        elif run.facts.is_killed or call.role in survived or (call.is_terminal and run.facts.crashed is None):
            yield Untold("the client ended for another reason", (call.n,))
        elif run.facts.crashed is not None or (run.outcome is not None and run.outcome.result in GAVE_UP):
            yield Breach(f"the client goes on: {what} is harmless", f"nothing followed but {told(run)}", (call.n,))
        else:
            yield Untold(NO_OUTCOME, (call.n,))


def answers(run: Run) -> Iterator[Call]:
    """The creations and polls that were accepted: the answers on which a client acts."""
    yield from (one for one in run.index.creates if one.names_its_job)
    yield from (one for one in run.index.polls if one.is_accepted)


def ended_failed(life: JobLife) -> bool:
    """Whether the client was told that the job has ended without success."""
    return life.end is not None and life.end.state != "succeeded"


def succeeded(run: Run) -> Iterator[Call]:
    """The calls that told the client of a success."""
    for life in run.index.jobs.values():
        if life.end is not None and life.end.state == "succeeded":
            yield life.end


def numbers(calls: Sequence[Call]) -> tuple[int, ...]:
    """The numbers of the records of calls."""
    return tuple(one.n for one in calls)
