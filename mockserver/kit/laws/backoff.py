"""Laws of waiting after a refusal: hints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import told
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.reading import ABSURD_SECONDS, number
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.timing import EARLY_SECONDS, STANDS_STILL, stands_still, wait_between, waited

DATE_GRAIN: Final = 1.0
SHORTEST_PAUSE: Final = 0.1
"""Who sends again sooner has not waited."""
NOT_AGAIN: Final = "the call was not sent again, and the client had not ended"


def obeys_seconds_of_a_429(run: Run) -> Iterator[Finding]:
    """BKO-01: after 429 the call is not sent again before the seconds of Retry-After are over."""
    yield from _obeyed(run, lambda call: call.status == 429 and _form(call) == "seconds")


def obeys_dates(run: Run) -> Iterator[Finding]:
    """BKO-02: a Retry-After that is a date is obeyed, in each of its three forms."""
    yield from _obeyed(run, lambda call: call.status in (429, 503) and _form(call) == "date")


def obeys_seconds_of_a_503(run: Run) -> Iterator[Finding]:
    """BKO-03: Retry-After is obeyed on 503 and on redirects too."""
    wanted = frozenset({503, *range(300, 400)})
    yield from _obeyed(run, lambda call: call.status in wanted and _form(call) == "seconds")


def _form(call: Call) -> str | None:
    """The form of a sane Retry-After; None: there is none, or no sane one."""
    hint = call.retry_after
    return hint.form if hint is not None and hint.is_sane else None


def _obeyed(run: Run, fits: Callable[[Call], bool]) -> Iterator[Finding]:
    """Whether a call that fits is not sent again before its Retry-After is over."""
    for call in run.index.hinted:
        hint = call.retry_after
        if hint is None or not fits(call):
            continue
        again = call.next if call.status is not None and call.status // 100 != 3 else _after_redirect(call, run)
        if again is not None:
            grain = DATE_GRAIN if hint.form == "date" else 0.0
            yield waited(run, call, again, hint.seconds, f"Retry-After of record {call.n}", grain=grain)
        elif run.facts.is_over:
            yield Kept((call.n,))
        else:
            yield Untold(NOT_AGAIN, (call.n,))


def _after_redirect(call: Call, run: Run) -> Call | None:
    """The call that follows a redirect: the next whose path stands at the end of its Location."""
    place = call.header("location") or ""
    return next((one for one in run.index.soon_after(call) if one.exchange.request.path in place), None)


def survives_a_broken_hint(run: Run) -> Iterator[Finding]:
    """BKO-04: a Retry-After that is none (negative, past, empty, a fraction, garbage) means the client's own pause."""
    for call in run.index.hinted:
        hint = call.retry_after
        if hint is None or hint.form != "broken":
            continue
        again = call.next
        if again is None:
            if run.facts.crashed is not None:
                yield Breach("a pause of the client's own", told(run), (call.n,))
            elif run.facts.is_over:
                yield Kept((call.n,))
            continue
        took = wait_between(run, call, again)
        if took >= SHORTEST_PAUSE:
            yield Kept((call.n, again.n))
        elif stands_still(run, call, again):
            yield Untold(STANDS_STILL, (call.n, again.n))
        else:
            said = call.header("retry-after")
            yield Breach(f"a pause of the client's own after {said!r}", f"{took:.3f} s", (call.n, again.n))


def tells_an_absurd_hint(run: Run) -> Iterator[Finding]:
    """BKO-05: a Retry-After of a day or more ends in an error to the caller, not in an early try."""
    for call in run.index.hinted:
        hint = call.retry_after
        if hint is None or hint.form == "broken" or hint.seconds < ABSURD_SECONDS:
            continue
        if call.next is not None:
            yield waited(run, call, call.next, hint.seconds, f"Retry-After of record {call.n}, or an error")
        elif run.facts.crashed is not None:
            yield Breach("an error to the caller, in time", told(run), (call.n,))
        elif run.facts.is_over:
            yield Kept((call.n,))
        else:
            yield Untold(NOT_AGAIN, (call.n,))


def quota_of(call: Call) -> float | None:
    """The seconds until a quota with nothing left is filled again, where Retry-After says something else; else None."""
    left = _left(call)
    hint = call.retry_after
    if left is None or (hint is not None and abs(hint.seconds - left) <= 1 + EARLY_SECONDS):
        return None
    return left


def _left(call: Call) -> float | None:
    """The seconds until the quota of an answer is filled again, where it says that nothing is left of it."""
    names = call.view.quota
    if names is None:
        return None
    remaining, reset = call.header(names["remaining"]), number(call.header(names["reset"]))
    if remaining is None or remaining.strip() != "0" or reset is None:
        return None
    return reset - call.ended.at.timestamp() if names.get("is_epoch") else reset


def waits_for_the_quota(run: Run) -> Iterator[Finding]:
    """BKO-10: where the quota headers say that nothing is left, nothing is sent before it is filled again."""
    for call in run.index.calls:
        left = _left(call)
        if left is None or left <= 0 or call.retry_after is not None:
            continue
        again = run.index.next_of_operation(call)
        if again is not None:
            yield waited(run, call, again, left, f"the quota of record {call.n}", grain=DATE_GRAIN)
        elif run.facts.is_over:
            yield Kept((call.n,))


def puts_retry_after_first(run: Run) -> Iterator[Finding]:
    """BKO-11: where Retry-After and the quota headers differ, Retry-After counts."""
    for call in run.index.hinted:
        hint = call.retry_after
        if hint is None or hint.form != "seconds" or not hint.is_sane or quota_of(call) is None:
            continue
        if call.next is not None:
            yield waited(run, call, call.next, hint.seconds, f"Retry-After of record {call.n}, not the quota's reset")
        elif run.facts.is_over:
            yield Kept((call.n,))


def slows_the_whole_key(run: Run) -> Iterator[Finding]:
    """BKO-13: after 429 no other job of the key goes on at full speed either."""
    for call in run.index.hinted if len(run.index.jobs) > 1 else ():
        hint = call.retry_after
        if call.status != 429 or hint is None or not hint.is_sane:
            continue
        other = next((one for one in run.index.soon_after(call, 20) if _is_other(one, call)), None)
        if other is None:
            continue
        took = wait_between(run, call, other)
        if took < hint.seconds - EARLY_SECONDS:
            expected = f"no call of this key for {hint.seconds:g} s"
            yield Breach(expected, f"a call about {other.job} after {took:.2f} s", (call.n, other.n))
        else:
            yield Kept((call.n, other.n))


def _is_other(one: Call, refused: Call) -> bool:
    """Whether a call is about another job, with the same credential."""
    is_same_key = one.exchange.credential is not None and one.exchange.credential == refused.exchange.credential
    return (
        is_same_key
        and one.job is not None
        and one.job != refused.job
        and one.exchange.request.path != (refused.exchange.request.path)
    )


def obeys_hints_in_bodies(run: Run) -> Iterator[Finding]:
    """BKO-14: the seconds that a refusal's body tells are waited for; where the header differs, the longer counts."""
    for call in run.index.refused:
        told_by_header = call.retry_after.seconds if call.retry_after is not None and call.retry_after.is_sane else 0.0
        hint = call.body_hint
        if hint is None or hint <= told_by_header or hint >= ABSURD_SECONDS:
            continue
        if call.next is not None:
            yield waited(run, call, call.next, hint, f"the body of record {call.n}")
        elif run.facts.is_over:
            yield Kept((call.n,))
        else:
            yield Untold(NOT_AGAIN, (call.n,))
