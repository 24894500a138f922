"""Laws of the ends of a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import ended_failed, told
from mockserver.kit.laws.index import JobLife
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.reading import at
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.laws.timing import wait_between
from mockserver.kit.laws.view import Role

UNTOLD: Final = Untold("the client told no outcome")
ENDS: Final = {
    "failed": frozenset({Result.FAILED, Result.REJECTED}),
    "cancelled": frozenset({Result.CANCELLED}),
    "expired": frozenset({Result.EXPIRED}),
}
"""The outcomes that tell an end of a job, by our state for it."""


def stops_at_the_end(run: Run) -> Iterator[Finding]:
    """TRM-01: no poll follows the poll that told the end, unless a link had expired."""
    for life in run.index.jobs.values():
        end = life.end
        if end is None or end.role is not Role.POLL:
            continue
        renewed = next((one.n for one in life.files if one.status is not None and one.status >= 400), None)
        late = [one for one in life.polls if one.n > end.n and not (renewed is not None and one.n > renewed)]
        late = [one for one in late if one.arrived.monotonic >= end.ended.monotonic]
        if late:
            observed = f"{len(late)} polls after {end.word}"
            yield Breach("no poll of a job that has ended", observed, (end.n, late[-1].n))
        else:
            yield Kept((end.n,))


def tells_ends_apart(run: Run) -> Iterator[Finding]:
    """TRM-02: a job that failed, was cancelled or expired is reported as that, never as a success, never as no end."""
    for life in run.index.jobs.values():
        end = life.end
        if end is None or not ended_failed(life):
            continue
        if run.outcome is None:
            yield UNTOLD
        elif run.outcome.result in ENDS.get(end.state or "", ENDS["failed"]):
            yield Kept((end.n,))
        else:
            yield Breach(f"an outcome that says {end.word}", told(run), (end.n,))


def passes_the_reason_on(run: Run) -> Iterator[Finding]:
    """TRM-03: the code or message of a failed job reaches the caller."""
    for life in run.index.jobs.values():
        end = life.end
        if end is None or not ended_failed(life) or end.view.life is None:
            continue
        pointer = end.view.life.fields.get("error")
        texts = [one for one in _texts(at(end.json, pointer)) if one] if pointer is not None else []
        if not texts:
            continue
        if run.outcome is None:
            yield UNTOLD
            continue
        reported = f"{run.outcome.code or ''} {run.outcome.message or ''}"
        if any(one in reported for one in texts):
            yield Kept((end.n,))
        else:
            yield Breach(f"code or message of the job: {texts[-1]}", reported.strip() or "none", (end.n,))


def _texts(value: Any) -> list[str]:
    """The texts and numbers in an error, whatever its form."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [str(value)] if isinstance(value, str | int) and not isinstance(value, bool) else []


def takes_no_success_without_output(run: Run) -> Iterator[Finding]:
    """TRM-04: a success without an output is an error."""
    for life in run.index.jobs.values():
        end = life.end
        if end is None or end.state != "succeeded" or end.view.life is None:
            continue
        pointers = end.view.life.fields.get("output", ())
        if any(at(end.json, pointer) for pointer in pointers):
            continue
        if run.outcome is None:
            yield UNTOLD if run.facts.crashed is None else _bad(run, end)
        elif run.outcome.result in (Result.COMPLETED, Result.TIMEOUT):
            yield _bad(run, end)
        else:
            yield Kept((end.n,))


def _bad(run: Run, end: Call) -> Breach:
    return Breach("an error: the job ended without an output", told(run), (end.n,))


def cancels_what_it_gives_up(run: Run) -> Iterator[Finding]:
    """TRM-05: a job that the client gives up is cancelled, where the API can."""
    for life in run.index.jobs.values():
        if life.end is not None or not life.creates:
            continue
        cancelled = next((one for one in life.cancels), None)
        last = [*life.creates, *life.polls][-1]
        if cancelled is not None:
            yield Kept((last.n, cancelled.n))
        elif run.facts.is_over:
            yield Breach(f"a call that cancels {life.id}", "none", (last.n,))


def takes_moderation_as_a_refusal(run: Run) -> Iterator[Finding]:
    """TRM-06: a job that is refused for its content is reported so, and not made again unchanged."""
    for life in run.index.jobs.values():
        end = life.end
        if end is None or not _is_moderated(end):
            continue
        again = _again(life, end)
        if again is not None:
            cost = run.prices.cost(again.exchange)
            yield Breach("no second job of the same content", f"{again.job} was made", (end.n, again.n), cost)
        elif run.outcome is None:
            if run.facts.is_over and run.facts.crashed is None:
                yield Kept((end.n,))
        elif run.outcome.result in (Result.FAILED, Result.REJECTED):
            yield Kept((end.n,))
        else:
            yield Breach("an outcome that says failed or rejected", told(run), (end.n,))


def _is_moderated(call: Call) -> bool:
    """Whether an end says that the content was refused."""
    return any(at(call.json, one["pointer"]) in one["values"] for one in call.view.moderation)


def _again(life: JobLife, end: Call) -> Call | None:
    """The first creation of the same bytes after an end."""
    return next((one for made in life.creates for one in _following(made) if one.n > end.n), None)


def _following(call: Call) -> Iterable[Call]:
    after = call.next
    while after is not None:
        yield after
        after = after.next


def tells_apart_why_it_ended(run: Run) -> Iterator[Finding]:
    """TRM-07: the caller's abort, the deadline, a refusal and a transport that failed are different outcomes."""
    expected = _expected(run)
    if expected is None:
        return
    results, what, events = expected
    if run.outcome is None:
        yield Untold(UNTOLD.reason, events)
    elif run.outcome.result in results:
        yield Kept(events)
    else:
        wanted = " or ".join(one.value for one in results)
        yield Breach(f"{wanted}: {what}", told(run), events)


def _expected(run: Run) -> tuple[tuple[Result, ...], str, tuple[int, ...]] | None:
    """The outcomes that fit how the run went, where no job has ended; None: the run does not say."""
    index = run.index
    if not index.creates or any(life.end is not None for life in index.jobs.values()):
        return None
    last = index.creates[-1]
    if last.is_refused and last.status is not None and 400 <= last.status < 500 and last.status not in (408, 429):
        return (Result.REJECTED, Result.ERROR), f"the creation was refused with {last.status}", (last.n,)
    if index.polls and index.polls[-1].is_accepted and _is_late(run, index.polls[-1]):
        is_known = index.polls[-1].state is not None
        fitting = (Result.TIMEOUT,) if is_known else (Result.TIMEOUT, Result.UNKNOWN_STATE)
        return fitting, "the deadline came before the end of the job", (index.polls[-1].n,)
    if all(one.is_lost for one in index.creates):
        return (Result.ERROR, Result.TIMEOUT), "no creation was answered", (last.n,)
    return None


def _is_late(run: Run, call: Call) -> bool:
    """Whether a call came so late that the client may well have run out of time: in the second half of it."""
    limit = run.facts.deadline
    return limit is not None and wait_between(run, run.index.calls[0], call, from_arrival=True) > limit / 2
