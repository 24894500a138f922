"""Laws of errors and of what breaks on the way."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import (
    GAVE_UP,
    NO_OUTCOME,
    NOT_OVER,
    first_after,
    harmless,
    has_later,
    later,
    told,
    went_on,
)
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.reading import NOT_JSON
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.laws.view import Role

REGISTERED: Final = frozenset(int(one) for one in HTTPStatus)
PASSING: Final = frozenset({401, 403, 408, 409, 425, 429})
"""Statuses 4xx of which other laws speak, or that may pass."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SURVIVED: Final = frozenset({500, 502, 504})
"""Statuses of a server that a safe call survives; 503 and 429 ask for it in so many words: another law."""
MOST_REDIRECTS: Final = 20
SLOW_SECONDS: Final = 1.0
FEW: Final = 2
"""Who gives up after more failures in a row has tried."""


def retries_no_hopeless_call(run: Run) -> Iterator[Finding]:
    """ERR-01: a call that was refused with another 4xx is not sent again unchanged."""
    for call in run.index.refused:
        status = call.status
        if status not in REGISTERED or not 400 <= status < 500 or status in PASSING or _may_lag(call):
            continue
        if call.next is not None:
            yield Breach(f"no second call after {status}", "the same bytes again", (call.n, call.next.n))
        elif run.facts.is_over:
            yield Kept((call.n,))


def _may_lag(call: Call) -> bool:
    """Whether a refusal of a poll or file is of the kind that may pass: the server is behind, or a range is wrong."""
    return call.role in (Role.POLL, Role.FILE) and call.status in (404, 409, 410, 416)


def survives_a_failed_reading(run: Run) -> Iterator[Finding]:
    """ERR-02: a poll or a download that was lost or failed with 500, 502 or 504 is sent again."""
    yield from _tried_again(run, is_asked=False)


def tries_what_may_pass(run: Run) -> Iterator[Finding]:
    """LIVE-01: a poll or a download that was answered 429 or 503 is sent again."""
    yield from _tried_again(run, is_asked=True)


def _tried_again(run: Run, *, is_asked: bool) -> Iterator[Finding]:
    for row in run.index.streaks:
        last = row[-1]
        asks = last.status in (429, 503)
        is_safe = last.role in (Role.POLL, Role.FILE, Role.RETRIEVE)
        if not is_safe or asks is not is_asked or not (asks or last.is_lost or last.status in SURVIVED):
            continue
        if last.next is not None or _sends(last) > FEW or has_later(last, run):
            yield Kept((last.n,))
        elif not run.facts.is_over or last.is_under_way or run.facts.is_killed:
            yield Untold(NOT_OVER if not run.facts.is_killed else told(run), (last.n,))
        elif last.is_absurd:
            yield Untold("the client was told to wait for a day or more", (last.n,))
        elif run.outcome is not None and run.outcome.result in (Result.TIMEOUT, Result.COMPLETED):
            yield Kept((last.n,))
        else:
            what = "the answer was lost" if last.is_lost else f"the answer was {last.status}"
            yield Breach("another try", f"none, after {what}; {told(run)}", (last.n,))


def _sends(call: Call) -> int:
    """How often a call was sent until then."""
    sends = 1
    while call.previous is not None:
        sends, call = sends + 1, call.previous
    return sends


def takes_nonsense_as_an_error(run: Run) -> Iterator[Finding]:
    """ERR-03: a body that is no JSON object ends in a clean error or another try, not in a crash or a success."""
    for call in run.index.calls:
        if call.role not in (Role.CREATE, Role.POLL, Role.RETRIEVE) or not call.is_success:
            continue
        answer = call.exchange.answer
        if answer is None or answer.body is None or answer.body.is_cut or isinstance(call.json, dict):
            continue
        what = "no JSON" if call.json is NOT_JSON else type(call.json).__name__
        if run.facts.crashed is not None:
            yield Breach("a clean error or another try", f"{told(run)} after a body of {what}", (call.n,))
        elif run.outcome is None:
            yield Kept((call.n,)) if has_later(call, run) else Untold(NO_OUTCOME, (call.n,))
        elif run.outcome.result is Result.COMPLETED and not _ended_after(call, run):
            yield Breach("a clean error or another try", "completed", (call.n,))
        else:
            yield Kept((call.n,))


def _ended_after(call: Call, run: Run) -> bool:
    """Whether the client was told of a success after a call, or had been before."""
    life = run.index.jobs.get(call.job or "")
    return run.index.has_success or (life is not None and life.end is not None and life.end.n > call.n)


def trusts_the_status_of_http(run: Run) -> Iterator[Finding]:
    """ERR-04: of a problem+json the status of HTTP counts, whatever the body says."""
    for call in run.index.calls:
        kind = call.header("content-type") or ""
        said = call.json.get("status") if isinstance(call.json, dict) else None
        if "problem+json" not in kind or said is None or said == call.status:
            continue
        if call.role is Role.CREATE and call.status is not None and 400 <= call.status < 500 and call.status != 429:
            if call.next is not None:
                observed = f"sent again, as for {said}"
                yield Breach(f"no second call after {call.status}", observed, (call.n, call.next.n))
            elif run.outcome is None:
                yield Untold(NO_OUTCOME, (call.n,))
            elif run.outcome.result in (Result.REJECTED, Result.ERROR):
                yield Kept((call.n,))
            else:
                yield Breach(f"rejected: the status of HTTP is {call.status}", told(run), (call.n,))
        elif call.role is Role.POLL:
            yield Kept((call.n,)) if went_on(call, run) else Untold(NO_OUTCOME, (call.n,))


def takes_unknown_codes_by_their_class(run: Run) -> Iterator[Finding]:
    """ERR-05: a status that is not registered acts as the x00 of its class."""
    for call in run.index.calls:
        if call.status is None or call.status in REGISTERED:
            continue
        family = call.status // 100
        if family == 2 and call.is_terminal:
            yield Kept((call.n,))
        elif family == 2 and call.role in (Role.CREATE, Role.POLL):
            yield from harmless(run, [call], f"the status {call.status}")
        elif family == 4 and call.role in (Role.CREATE, Role.RETRIEVE):
            if call.next is not None:
                yield Breach(f"no second call after {call.status}, as after 400", "sent again", (call.n, call.next.n))
            elif run.facts.is_over:
                yield Kept((call.n,))
        elif family == 5 and call.role is Role.POLL:
            if call.next is not None:
                yield Kept((call.n, call.next.n))
            elif run.facts.is_over and (run.outcome is None or run.outcome.result in GAVE_UP):
                yield Breach(f"another poll after {call.status}, as after 500", told(run), (call.n,))


def takes_no_part_for_the_whole(run: Run) -> Iterator[Finding]:
    """ERR-06: an answer of the API that broke off in its body is no answer."""
    for call in run.index.calls:
        if call.exchange.ending != "cut" or call.exchange.answer is None or call.role is Role.FILE:
            continue
        if call.role is Role.CREATE and call.job is not None:
            used = later(call, run)
        elif call.role is Role.POLL and call.job is not None:
            life = run.index.jobs[call.job]
            is_early = life.end is None or life.end.n > call.n
            used = first_after(life.files, call.n) if is_early else None
            if used is not None and life.end is not None and life.end.n < used.n:
                used = None
        else:
            continue
        if used is not None:
            yield Breach("another try: the answer was cut", "the client used its part", (call.n, used.n))
        elif run.facts.is_over or call.next is not None:
            yield Kept((call.n,))


def takes_pieces(run: Run) -> Iterator[Finding]:
    """ERR-07: an answer that comes in chunks or drop by drop is read to its end."""
    slow = [one for one in run.index.calls if one.is_accepted and one.role is not Role.FILE and _is_slow(one)]
    yield from harmless(run, [one for one in slow if one.job is not None], "an answer in pieces")


def _is_slow(call: Call) -> bool:
    first, last = call.exchange.first_byte, call.exchange.last_byte
    is_chunked = "chunked" in (call.header("transfer-encoding") or "")
    is_dripped = first is not None and last is not None and last.monotonic - first.monotonic > SLOW_SECONDS
    return is_chunked or is_dripped


def follows_redirects_well(run: Run) -> Iterator[Finding]:
    """ERR-08: 307 and 308 keep method and body, and a loop ends."""
    hops = 0
    for call in run.index.calls:
        if call.status is None or not 300 <= call.status < 400 or call.header("location") is None:
            hops = 0
            continue
        hops += 1
        follower = _follower(call, run)
        if hops > MOST_REDIRECTS:
            yield Breach(f"at most {MOST_REDIRECTS} redirects", f"{hops} in a row", (call.n,))
        elif follower is None:
            if run.facts.is_over:
                yield Kept((call.n,))
        elif call.status in (307, 308) and _changed(call, follower):
            sent = follower.exchange.request.method
            yield Breach(f"{call.exchange.request.method} with the same body", sent, (call.n, follower.n))
        else:
            yield Kept((call.n, follower.n))


def _follower(call: Call, run: Run) -> Call | None:
    """The call that follows a redirect: the next at the path of its Location."""
    path = urlsplit(call.header("location") or "").path
    return next((one for one in run.index.soon_after(call, 10) if one.exchange.request.path == path), None)


def _changed(call: Call, follower: Call) -> bool:
    one, other = call.exchange.request, follower.exchange.request
    is_same_body = (one.body is None) == (other.body is None) and (one.body is None or one.body == other.body)
    return one.method != other.method or not is_same_body


def takes_an_error_in_a_200_as_one(run: Run) -> Iterator[Finding]:
    """ERR-09: a creation whose body says error is refused, whatever its status."""
    for call in run.index.creates:
        if not call.is_hidden_refusal:
            continue
        is_made = any(one.is_accepted for one in run.index.creates)
        poll = next((one for one in run.index.soon_after(call) if one.role is Role.POLL and one.job is None), None)
        if poll is not None and not is_made:
            yield Breach("an error: the body says so", "the client polled a job that is none", (call.n, poll.n))
        elif run.outcome is not None and run.outcome.result is Result.COMPLETED and not is_made:
            yield Breach("an error: the body says so", "completed", (call.n,))
        elif run.facts.crashed is not None:
            yield Breach("a clean error: the body says so", told(run), (call.n,))
        elif run.facts.is_over or is_made:
            yield Kept((call.n,))
