"""Laws of polling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import NOT_OVER, harmless, told
from mockserver.kit.laws.index import JobLife, seconds
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.reading import ABSURD_SECONDS, NOT_JSON, at, number
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.laws.timing import EARLY_SECONDS, STANDS_STILL, stands_still, wait_between, waited
from mockserver.kit.laws.view import Role

FLOOR_SECONDS: Final = 1.0
"""The shortest pause between two polls where nobody says another."""
MANY: Final = 10
"""From so many polls on, a pause that never changes shows."""
STEADY: Final = 0.05
"""Pauses that differ by less than this share of their mean do not change."""
MOST_TRIES: Final = 20
"""So many answers 404 in a row are the end of a job."""
GRACE_SECONDS: Final = 1.0
"""How long after the deadline a poll may still come that was begun before."""
SILENCE_SECONDS: Final = 29.0
"""A silence that ended before was ended by the client: the mock server keeps silent for half a minute."""
GONE: Final = (404, 410)


def hint_of(call: Call) -> float | None:
    """The seconds to wait that an accepted answer tells, by Retry-After or in its body; None: none, or absurd."""
    if not call.is_accepted or call.is_terminal:
        return None
    header = call.retry_after
    told = [call.body_hint or 0.0, header.seconds if header is not None else 0.0]
    return max((one for one in told if 0 < one < ABSURD_SECONDS), default=None)


def waits_for_the_hint(run: Run) -> Iterator[Finding]:
    """POL-01: the next poll comes no sooner than the answer's hint says."""
    for before, after, hint, known in _hinted(run):
        if known is None or hint == known:
            yield waited(run, before, after, hint, f"the hint of record {before.n}", grain=_grain(before))


def reads_each_hint(run: Run) -> Iterator[Finding]:
    """POL-02: a hint that changes is obeyed from then on."""
    for before, after, hint, known in _hinted(run):
        if known is not None and hint != known:
            yield waited(run, before, after, hint, f"the new hint of record {before.n}", grain=_grain(before))


def _grain(call: Call) -> float:
    header = call.retry_after
    return 1.0 if header is not None and header.form == "date" else 0.0


def _hinted(run: Run) -> Iterator[tuple[Call, Call, float, float | None]]:
    """Each answer with a hint, the poll after it, the hint, and the hint before of the same job."""
    for life in run.index.jobs.values():
        known: float | None = None
        for before, after in pairwise([*life.creates[-1:], *life.polls]):
            hint = hint_of(before)
            if hint is not None:
                yield before, after, hint, known
                known = hint


def keeps_the_floor(run: Run) -> Iterator[Finding]:
    """POL-03: two polls of a job are never closer than the floor."""
    floor = FLOOR_SECONDS if run.facts.floor is None else run.facts.floor
    for polls in run.index.polls_by_job.values():
        for before, after in pairwise(polls):
            if not before.is_redirect:
                yield waited(run, before, after, floor, "the shortest pause between polls", from_arrival=True)


def slows_down(run: Run) -> Iterator[Finding]:
    """POL-04: without hints the pauses of a long job grow or vary."""
    for life in run.index.jobs.values():
        if len(life.polls) < MANY or any(hint_of(one) is not None for one in life.polls):
            continue
        if any(stands_still(run, *pair) for pair in pairwise(life.polls)):
            yield Untold(STANDS_STILL, (life.polls[0].n, life.polls[-1].n))
            continue
        pauses = [wait_between(run, *pair, from_arrival=True) for pair in pairwise(life.polls)]
        mean = sum(pauses) / len(pauses)
        events = (life.polls[0].n, life.polls[-1].n)
        if mean > 0 and max(pauses) - min(pauses) < max(STEADY * mean, 2 * EARLY_SECONDS):
            yield Breach("pauses that grow or vary", f"{len(pauses)} pauses of {mean:.2f} s", events)
        else:
            yield Kept(events)


def ends_at_its_deadline(run: Run) -> Iterator[Finding]:
    """POL-05: a job that never ends is given up at the deadline of the caller."""
    limit = run.facts.deadline
    for life in run.index.jobs.values():
        if life.end is not None or not life.polls:
            continue
        first, last = run.index.calls[0], life.polls[-1]
        took = wait_between(run, first, last, from_arrival=True)
        if limit is not None and took > limit + (0 if run.facts.crashed is not None else GRACE_SECONDS):
            yield Breach(f"no poll after the deadline of {limit:g} s", f"a poll after {took:.1f} s", (first.n, last.n))
        elif run.facts.is_over and (limit is not None or run.outcome is not None):
            yield Kept((last.n,))
        else:
            yield Untold("the deadline of the client was not told" if run.facts.is_over else NOT_OVER, (last.n,))


def gives_each_request_its_time(run: Run) -> Iterator[Finding]:
    """POL-06: a request that is never answered is given up."""
    limit = run.facts.deadline
    for call in run.index.calls:
        exchange = call.exchange
        is_left = exchange.ending == "left" and exchange.first_byte is None
        if not is_left and not (exchange.ending == "cut" and exchange.fault == "silent"):
            continue
        took = seconds(exchange.read.at, call.ended.at)
        took = max(took, call.ended.monotonic - exchange.read.monotonic)
        if limit is not None and took >= limit:
            yield Breach(f"no wait beyond the deadline of {limit:g} s", f"{took:.1f} s of silence", (call.n,))
        elif is_left or took < SILENCE_SECONDS:
            yield Kept((call.n,))
        else:
            yield Untold(f"the server broke off after {took:.1f} s of silence, before the client did", (call.n,))


def takes_an_estimate_as_one(run: Run) -> Iterator[Finding]:
    """POL-07: an estimate that is late, null or zero is no error."""
    yield from harmless(run, _estimates(run), "an estimate that is late, null or zero")


def _estimates(run: Run) -> Iterator[Call]:
    """The answers of jobs whose estimate was wrong: null, not above zero, or over while the job goes on."""
    for life in run.index.jobs.values():
        due: tuple[Call, float] | None = None
        is_late = False
        for call in (*life.creates, *life.polls):
            pointer = call.view.fields.get("hint")
            if pointer is None or call.is_terminal or not call.is_accepted or call.json is NOT_JSON:
                continue
            if call.role is Role.CREATE and not call.names_its_job:
                continue
            value = at(call.json, pointer)
            estimate = number(value)
            is_late = is_late or (due is not None and wait_between(run, due[0], call) > due[1])
            if is_late:
                yield call
            if estimate is not None and due is None:
                due = call, estimate
            elif estimate is None and not isinstance(value, str) and _is_told(call, pointer):
                yield call


def _is_told(call: Call, pointer: str) -> bool:
    """Whether a member stands at a pointer, even as null."""
    parent, _, name = pointer.rpartition("/")
    holder = at(call.json, parent) if parent else call.json
    return isinstance(holder, dict) and name in holder


def takes_progress_as_a_hint(run: Run) -> Iterator[Finding]:
    """POL-08: a progress that is missing, constant, backward or above 100 is harmless."""
    yield from harmless(run, _odd_progress(run), "a progress that is missing or makes no sense")


def _odd_progress(run: Run) -> Iterator[Call]:
    for life in run.index.jobs.values():
        before: float | None = None
        for call in life.polls:
            pointer = call.view.fields.get("progress")
            if pointer is None or call.state != "running":
                continue
            now = number(at(call.json, pointer))
            if now is None or now > 100 or (before is not None and now <= before):
                yield call
            before = now if now is not None else before


def polls_one_at_a_time(run: Run) -> Iterator[Finding]:
    """POL-09: two polls of a job are never under way together."""
    for polls in run.index.polls_by_job.values():
        for before, after in pairwise(polls):
            if before.is_under_way or after.arrived.monotonic < before.ended.monotonic:
                yield Breach("one poll of a job at a time", "a poll before the last was answered", (before.n, after.n))
            else:
                yield Kept((before.n, after.n))


def stops_at_a_job_that_is_gone(run: Run) -> Iterator[Finding]:
    """POL-10: polls that are answered 404 or 410 end after a bounded number of tries."""
    for polls in run.index.polls_by_job.values():
        for row in _rows(polls):
            if len(row) > MOST_TRIES:
                events = (row[0].n, row[-1].n)
                yield Breach(f"at most {MOST_TRIES} polls of a job that is gone", f"{len(row)} in a row", events)
            elif row[-1] is not polls[-1] or run.facts.is_over:
                yield Kept((row[0].n, row[-1].n))
            else:
                yield Untold(NOT_OVER, (row[-1].n,))


def _rows(polls: Sequence[Call]) -> Iterator[Sequence[Call]]:
    """The longest rows of polls that were answered 404 or 410."""
    row: list[Call] = []
    for call in polls:
        if call.status in GONE:
            row.append(call)
        elif row:
            yield row
            row = []
    if row:
        yield row


def takes_an_empty_answer_as_not_yet(run: Run) -> Iterator[Finding]:
    """POL-11: a poll answered 202, 204 or without a body is no end."""
    for life in run.index.jobs.values():
        for call in life.polls:
            if call.status in (202, 204) or (call.is_success and _is_empty(call)):
                if life.polls[-1] is not call or call.is_terminal:
                    yield Kept((call.n,))
                elif not run.facts.is_over:
                    yield Untold(NOT_OVER, (call.n,))
                elif run.outcome is not None and run.outcome.result is Result.TIMEOUT:
                    yield Untold("the client's time was over", (call.n,))
                else:
                    yield Breach("another poll: the job goes on", _last(life, run), (call.n,))


def _is_empty(call: Call) -> bool:
    answer = call.exchange.answer
    return answer is not None and answer.body is None


def _last(life: JobLife, run: Run) -> str:
    ended = f"no poll of {life.id} followed"
    return ended if run.outcome is None and run.facts.crashed is None else f"{ended}; {told(run)}"
