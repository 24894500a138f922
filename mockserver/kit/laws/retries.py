"""Laws of trying again without a hint: how often, and with which pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import numbers
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.timing import EARLY_SECONDS, stands_still, wait_between
from mockserver.kit.laws.view import Role

PAUSES: Final = 4
"""From so many pauses on, growth shows, with jitter too."""
GROWTH: Final = 1.5
"""The longest of the pauses is at least so many times the shortest, or they do not grow."""
FIRST_PAUSES: Final = 8
"""From so many pauses on, jitter shows."""
SPREAD: Final = 0.02
"""Pauses that differ by less than this share of their mean have no jitter."""
MOST_SENDS: Final = 20
"""So many failed tries of one call in a row are no bound."""
MOST_POLLS: Final = 200
"""So many failed polls in a row are no bound: a poll is tried again until the deadline of the caller."""


def _unhinted(row: Sequence[Call]) -> Sequence[Call]:
    """The calls of a row of failures from its first on, as long as no hint told when to come again."""
    kept = []
    for call in row:
        kept.append(call)
        if call.retry_after is not None or call.body_hint is not None:
            break
    return kept


def _pauses(run: Run, row: Sequence[Call]) -> list[float]:
    """The pauses after each failure of a row, the last one's included where the call was sent again; none where the
    sandbox's clock stood still.
    """
    whole = [*row, row[-1].next] if row[-1].next is not None else [*row]
    if any(stands_still(run, before, after) for before, after in pairwise(whole) if after is not None):
        return []
    return [wait_between(run, before, after) for before, after in pairwise(whole) if after is not None]


def grows_its_pauses(run: Run) -> Iterator[Finding]:
    """BKO-06: without a hint the pauses between tries grow."""
    for streak in run.index.streaks:
        row = _unhinted(streak)
        pauses = _pauses(run, row)
        before = row[0].previous
        # Who met useless answers just before may have reached its longest pause.
        if len(pauses) < PAUSES or (before is not None and before.is_success and before.word is None):
            continue
        if max(pauses) < GROWTH * min(pauses) or max(pauses) < EARLY_SECONDS:
            shown = ", ".join(f"{one:.2f}" for one in pauses[:6])
            yield Breach("pauses that grow", f"{shown} s", numbers(row))
        else:
            yield Kept(numbers(row))


def jitters_its_pauses(run: Run) -> Iterator[Finding]:
    """BKO-07: the first pauses after a failure are not all alike."""
    firsts = [row[0] for row in run.index.streaks if row[0].next is not None and len(_unhinted(row)) == len(row)]
    pairs = [(one, one.next) for one in firsts if one.next is not None]
    pauses = [wait_between(run, *pair) for pair in pairs if not stands_still(run, *pair)]
    if len(pauses) < FIRST_PAUSES:
        return
    mean = sum(pauses) / len(pauses)
    if mean > EARLY_SECONDS and max(pauses) - min(pauses) < SPREAD * mean:
        yield Breach("pauses with jitter", f"{len(pauses)} pauses of {mean:.2f} s", numbers(firsts))
    else:
        yield Kept(numbers(firsts))


def bounds_its_tries(run: Run) -> Iterator[Finding]:
    """BKO-08: a call that fails for ever is given up."""
    for row in run.index.streaks:
        most = MOST_POLLS if row[0].role is Role.POLL else MOST_SENDS
        if len(row) > most:
            yield Breach(f"at most {most} tries", f"{len(row)} tries", (row[0].n, row[-1].n))
        elif row[-1].next is not None or run.facts.is_over:
            yield Kept(numbers(row))
        else:
            yield Untold("the client had not ended when the transcript was taken", numbers(row))


def starts_again_small(run: Run) -> Iterator[Finding]:
    """BKO-09: after a success the pause after a new failure is short again."""
    latest: dict[str, list[float]] = {}
    for row in run.index.streaks:
        first = row[0]
        place = f"{first.exchange.request.method} {first.exchange.request.path}?{first.exchange.request.query}"
        pauses = _pauses(run, _unhinted(row))
        before = latest.get(place)
        if before is not None and pauses and len(before) > 1 and before[-1] > 1.8 * before[0]:
            if pauses[0] >= 0.9 * before[-1]:
                observed = f"{pauses[0]:.2f} s, as after the last of {len(before)} failures before"
                yield Breach(f"a pause of about {before[0]:.2f} s", observed, numbers(row))
            else:
                yield Kept(numbers(row))
        latest[place] = pauses


def multiplies_no_layers(run: Run) -> Iterator[Finding]:
    """BKO-12: a call is sent no more often than the client declares, transport retries included."""
    most = run.facts.attempts
    for row in run.index.streaks:
        sends = len(row) + (1 if row[-1].next is not None else 0)
        if most is None:
            yield Untold("the client did not declare how often it sends a call", numbers(row))
        elif sends > most:
            yield Breach(f"at most {most} sends", f"{sends} sends", numbers(row))
        else:
            yield Kept(numbers(row))
