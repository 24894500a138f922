"""Laws of receivers of webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mockserver.kit.laws import reading
from mockserver.kit.laws.following import GAVE_UP, told
from mockserver.kit.laws.index import JobLife
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.transcript.model import Attempt

LIMIT_SECONDS: Final = 10.0
"""How long a receiver may take where the provider says nothing."""
NOT_THERE: Final = ("ConnectionRefusedError", "gaierror")
"""How an error begins where nobody listens: a test may name an address that is none."""
FORGED: Final = ("unsigned", "forged", "altered")
STALE: Final = ("stale", "future")
DONE: Final = (*FORGED, *STALE, "respaced", "two signatures", "unknown version")
"""What can be done to a delivery on purpose."""


def _word(attempt: Attempt, run: Run) -> str | None:
    """The status word of a payload; None: it has none."""
    life = run.rules.under(run.profile).life
    found = None if life is None else reading.at(reading.json_of(attempt.request.body), life.fields["status"])
    return found if isinstance(found, str) else None


def _is_taken(attempt: Attempt) -> bool:
    return attempt.status is not None and 200 <= attempt.status < 300


def _shown(attempt: Attempt) -> str:
    return f"{attempt.status}" if attempt.status is not None else attempt.error or "no answer"


def answers_in_time(run: Run) -> Iterator[Finding]:
    """WH-01: a webhook is answered 2xx within the limit."""
    limit = float(run.rules.under(run.profile).extra.get("webhook_seconds", LIMIT_SECONDS))
    for attempt in run.index.attempts:
        if attempt.ended is None or run.facts.deliveries.get(attempt.delivery) in (*FORGED, *STALE):
            continue
        if attempt.error is not None and attempt.error.startswith(NOT_THERE):
            yield Untold(f"no receiver was there: {attempt.error}", (attempt.n,))
            continue
        took = attempt.ended.monotonic - attempt.started.monotonic
        if _is_taken(attempt) and took <= limit:
            yield Kept((attempt.n,))
        else:
            yield Breach(f"2xx within {limit:g} s", f"{_shown(attempt)} after {took:.1f} s", (attempt.n,))


def _done(run: Run, *what: str) -> Iterator[tuple[Attempt, str]]:
    for attempt in run.index.attempts:
        did = run.facts.deliveries.get(attempt.delivery)
        if did in what and attempt.ended is not None:
            yield attempt, did


def refuses_forgeries(run: Run) -> Iterator[Finding]:
    """WH-02: a delivery without a valid signature is refused and has no effect."""
    yield from _refused(run, *FORGED)


def refuses_old_deliveries(run: Run) -> Iterator[Finding]:
    """WH-04: a delivery whose timestamp is minutes off is refused."""
    yield from _refused(run, *STALE)


def _refused(run: Run, *what: str) -> Iterator[Finding]:
    for attempt, did in _done(run, *what):
        if attempt.status is not None and 400 <= attempt.status < 500:
            yield Kept((attempt.n,))
        else:
            yield Breach(f"4xx for a delivery that is {did}", _shown(attempt), (attempt.n,))


def verifies_the_raw_bytes(run: Run) -> Iterator[Finding]:
    """WH-03: a signature is checked over the bytes as they came."""
    yield from _taken(run, "respaced")


def takes_any_valid_signature(run: Run) -> Iterator[Finding]:
    """WH-07: one valid signature of several is enough."""
    yield from _taken(run, "two signatures", "unknown version")


def _taken(run: Run, *what: str) -> Iterator[Finding]:
    for attempt, did in _done(run, *what):
        if _is_taken(attempt):
            yield Kept((attempt.n,))
        else:
            yield Breach(f"2xx for a delivery with {did}", _shown(attempt), (attempt.n,))


def takes_a_delivery_once(run: Run) -> Iterator[Finding]:
    """WH-05: a delivery that comes twice is answered 2xx both times and takes effect once."""
    taken: dict[str, Attempt] = {}
    for attempt in run.index.attempts:
        before = taken.get(attempt.delivery)
        if before is None:
            if _is_taken(attempt):
                taken[attempt.delivery] = attempt
            continue
        events = (before.n, attempt.n)
        effects = (run.facts.effects or {}).get(attempt.job)
        if not _is_taken(attempt):
            yield Breach("2xx for a delivery that came before", _shown(attempt), events)
        elif effects is not None and effects > 1:
            yield Breach("one effect", f"{effects} effects", events)
        else:
            yield Kept(events)


def never_goes_backwards(run: Run) -> Iterator[Finding]:
    """WH-06: a delivery that comes late moves no job backwards."""
    for life in run.index.jobs.values():
        rows = [(one, _word(one, run)) for one in life.attempts if _is_taken(one)]
        terminal = run.rules.under(run.profile).life
        ends = () if terminal is None else terminal.terminal
        end = next((index for index, (_, word) in enumerate(rows) if word in ends), None)
        late = [one for one, word in rows[end + 1 :] if word not in ends] if end is not None else []
        if end is None or not late:
            continue
        events = (rows[end][0].n, late[0].n)
        left = (run.facts.states or {}).get(life.id)
        if left is None:
            yield Untold("the state in which the receiver left the job was not told", events)
        elif left in ends:
            yield Kept(events)
        else:
            yield Breach(f"the job stays {rows[end][1]}", left, events)


def takes_unknown_events(run: Run) -> Iterator[Finding]:
    """WH-08: an event that the receiver does not know is answered 2xx."""
    life = run.rules.under(run.profile).life
    for attempt in run.index.attempts:
        word = _word(attempt, run)
        if attempt.ended is None or life is None or word is None or life.state_of(word) is not None:
            continue
        if _is_taken(attempt):
            yield Kept((attempt.n,))
        else:
            yield Breach(f"2xx for the unknown event {word}", _shown(attempt), (attempt.n,))


def polls_where_a_webhook_is_lost(run: Run) -> Iterator[Finding]:
    """WH-09: where no webhook arrives, polling still finds the end."""
    fields = run.rules.under(run.profile).extra.get("webhook_fields", ())
    for life in run.index.jobs.values():
        asked = any(reading.at(one.sent, pointer) for one in life.creates for pointer in fields)
        if not asked or any(_is_taken(one) for one in life.attempts):
            continue
        events = (life.creates[0].n,)
        if life.end is not None:
            yield Kept((*events, life.end.n))
        elif not run.facts.is_over or life.polls:
            yield Untold("the job had not ended when the transcript was taken", events)
        else:
            yield Breach("polls until the end", f"no webhook came, and no poll; {told(run)}", events)


def takes_an_early_webhook(run: Run) -> Iterator[Finding]:
    """WH-10: a webhook that comes before its creation was answered is taken."""
    for life in run.index.jobs.values():
        for attempt in life.attempts:
            if not life.creates or attempt.started.monotonic >= life.creates[0].ended.monotonic:
                continue
            events = (life.creates[0].n, attempt.n)
            if attempt.ended is not None and not _is_taken(attempt):
                yield Breach("2xx for a webhook that is early", _shown(attempt), events)
            elif _is_lost_on(run, life):
                yield Breach("the job is followed to its end", told(run), events)
            else:
                yield Kept(events)


def _is_lost_on(run: Run, life: JobLife) -> bool:
    """Whether the client could do nothing with a job."""
    is_bad = run.outcome is not None and run.outcome.result in (*GAVE_UP, Result.TIMEOUT)
    return is_bad and life.end is None
