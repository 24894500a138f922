"""Laws of money: paid jobs are made once, and their results are fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.download import EXPIRED, fetches, is_whole
from mockserver.kit.laws.following import NO_OUTCOME, ended_failed, told
from mockserver.kit.laws.index import JobLife
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.reading import NOT_JSON
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.laws.submission import key_of
from mockserver.kit.laws.timing import STANDS_STILL, stands_still, wait_between
from mockserver.kit.laws.view import Role

AMBIGUOUS: Final = frozenset({408, 502, 504, 520, 522, 524})
"""Statuses of gateways that do not know whether the server has done it."""
BY_ITSELF_SECONDS: Final = 0.1
"""Who sends again sooner was no program that decided, but a layer below it."""
RETRY_COUNTS: Final = ("x-stainless-retry-count", "x-retry-count", "amz-sdk-retry")
"""Headers in which libraries count their own tries."""
FEW: Final = 2
ENDED_BADLY: Final = (Result.FAILED, Result.ERROR)


def pays_once(run: Run) -> Iterator[Finding]:
    """MON-01: a second job for one intent is named, with what it costs."""
    for first, second in _pairs(run):
        if second is None:
            yield Kept((first.n,))
        else:
            events = (first.n, second.n)
            cost = run.prices.cost(second.exchange)
            yield Breach("one paid job", f"{first.job} and {second.job} were both made", events, cost)


def _pairs(run: Run) -> Iterator[tuple[Call, Call | None]]:
    """Each paid creation, with a later one that made another job for the same intent, or None."""
    made = [one for one in run.index.creates if one.job is not None]
    if run.facts.intents is not None:
        for number, call in enumerate(made[run.facts.intents :]):
            yield made[number % run.facts.intents] if run.facts.intents else call, call
        if made and len(made) <= run.facts.intents:
            yield made[0], None
        return
    for call in made:
        again = call.next
        is_double = again is not None and again.job not in (None, call.job) and not call.is_accepted
        if is_double or run.facts.is_over:
            yield call, again if is_double else None


def _lost(run: Run) -> Iterator[Call]:
    """The creations of which nobody can know whether they made a job."""
    for call in run.index.creates:
        if (call.is_lost and not call.is_under_way) or call.status in AMBIGUOUS:
            yield call


def sends_no_second_creation(run: Run) -> Iterator[Finding]:
    """MON-02: after the answer to a creation was lost no second one is sent without a key that the provider honours."""
    for call in _lost(run):
        again = call.next
        what = "no answer" if call.is_lost else f"{call.status}"
        if again is not None and (key_of(call) is None or key_of(again) != key_of(call)):
            cost = run.prices.cost(call.exchange)
            expected = f"no second creation after {what}: the job may exist"
            yield Breach(expected, "the same creation again", (call.n, again.n), cost)
        elif again is not None or run.facts.is_over:
            yield Kept((call.n,))


def resends_nothing_by_itself(run: Run) -> Iterator[Finding]:
    """MON-03: no layer below the program sends a creation again."""
    for call in run.index.creates:
        if not call.is_failure or call.is_under_way:
            continue
        again = call.next
        if again is None:
            if run.facts.is_over:
                yield Kept((call.n,))
            continue
        if stands_still(run, call, again):
            yield Untold(STANDS_STILL, (call.n, again.n))
            continue
        took = wait_between(run, call, again)
        count = next((name for name in RETRY_COUNTS if _counts(again, name)), None)
        is_ambiguous = call.is_lost or call.status in AMBIGUOUS
        if took < BY_ITSELF_SECONDS or (count is not None and is_ambiguous):
            told_by = f"after {took:.3f} s" if count is None else f"after {took:.3f} s, by a library that says {count}"
            cost = run.prices.cost(call.exchange) if is_ambiguous else None
            yield Breach("a creation sent by the program alone", f"sent again {told_by}", (call.n, again.n), cost)
        else:
            yield Kept((call.n, again.n))


def _counts(call: Call, name: str) -> bool:
    value = call.sent_header(name)
    return value is not None and value not in ("", "0")


def names_the_job_it_leaves(run: Run) -> Iterator[Finding]:
    """MON-04: who runs out of time says that the job may still end, and names it."""
    if run.outcome is None or run.outcome.result is not Result.TIMEOUT:
        return
    for life in run.index.jobs.values():
        if life.end is not None or not any(one.names_its_job for one in life.creates):
            continue
        events = (life.creates[0].n,)
        if life.id in run.outcome.jobs or life.id in (run.outcome.message or ""):
            yield Kept(events)
        else:
            cost = run.prices.cost(life.creates[0].exchange)
            yield Breach(f"the id {life.id} with the timeout", "no id: the paid job is lost", events, cost)


def resumes_by_id(run: Run) -> Iterator[Finding]:
    """MON-05: a run that is given the id of a job follows it, and makes none."""
    for job in run.facts.resumed:
        life = run.index.jobs.get(job)
        made = [one for one in run.index.creates if one.job is not None]
        if made:
            cost = run.prices.cost(made[0].exchange)
            yield Breach(f"polls of {job}, and no creation", f"{made[0].job} was made", (made[0].n,), cost)
        elif life is not None and life.polls:
            yield Kept((life.polls[0].n,))
        else:
            yield Breach(f"polls of {job}", f"none; {told(run)}", ())


def fetches_before_the_link_ends(run: Run) -> Iterator[Finding]:
    """MON-06: the output of a job is fetched before its link expires, or the link is renewed."""
    for life in run.index.jobs.values():
        gets = fetches(life)
        expired = next((one for one in gets if one.status in EXPIRED), None)
        if life.end is None or life.end.state != "succeeded" or not gets:
            continue
        if any(is_whole(one) for one in gets):
            yield Kept((life.end.n, gets[-1].n))
        elif gets[-1].status in EXPIRED and run.facts.is_over and not (_says_expired(run) or _asked_after(life, gets)):
            cost = run.prices.cost(life.creates[0].exchange) if life.creates else None
            yield Breach("the clip, by a new link", "never fetched: the link had expired", (gets[-1].n,), cost)
        elif expired is not None:
            yield Untold("the client had not fetched the clip yet", (expired.n,))


def _asked_after(life: JobLife, gets: Sequence[Call]) -> bool:
    """Whether the client asked for a new link after the last download."""
    return any(one.n > gets[-1].n for one in (*life.polls, *life.retrieves))


def _says_expired(run: Run) -> bool:
    return run.outcome is not None and run.outcome.result is Result.EXPIRED


def takes_no_failed_poll_for_a_failed_job(run: Run) -> Iterator[Finding]:
    """MON-07: polls that fail in the middle do not make the job a failure."""
    for life in run.index.jobs.values():
        failed = [one for one in life.polls if _is_blip(one)]
        if not failed or ended_failed(life):
            continue
        events = tuple(one.n for one in failed[:FEW])
        if life.end is not None and (run.outcome is None or run.outcome.result is Result.COMPLETED):
            yield Kept(events)
        elif run.outcome is None:
            yield Untold(NO_OUTCOME, events)
        elif run.outcome.result in ENDED_BADLY and len(failed) <= FEW and failed[-1] is life.polls[-1]:
            cost = run.prices.cost(life.creates[0].exchange) if life.creates else None
            observed = f"{told(run)} after {len(failed)} failed polls"
            yield Breach("polls until the end of the job", observed, events, cost)
        else:
            yield Kept(events)


def _is_blip(call: Call) -> bool:
    """Whether a poll told nothing of its job: lost, 429, 5xx, or a body that is none."""
    if call.role is not Role.POLL or call.is_under_way or call.is_absurd:
        return False
    return call.is_failure or (call.is_success and call.status == 200 and call.json is NOT_JSON)
