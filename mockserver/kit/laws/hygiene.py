"""Laws of what a client leaves and how it uses connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mockserver.kit.laws.following import NOT_OVER, told
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Run

MANY_CALLS: Final = 5
"""From so many calls of one origin on, reuse of connections shows."""
MOST_IN_FLIGHT: Final = 20
"""So many calls under way at once are enough where the provider says nothing."""


def reuses_connections(run: Run) -> Iterator[Finding]:
    """HYG-01: calls of one origin share connections."""
    calls = [one for one in run.index.calls if one.exchange.connection and one.origin == run.index.api_origin]
    kept_open = [one for one in calls if (one.header("connection") or "").lower() != "close" and not one.is_lost]
    if len(kept_open) < MANY_CALLS:
        return
    connections = {one.exchange.connection for one in kept_open}
    events = (kept_open[0].n, kept_open[-1].n)
    if len(connections) == len(kept_open):
        yield Breach("connections that are used again", f"{len(kept_open)} calls, each on its own", events)
    else:
        yield Kept(events)


def keeps_few_in_flight(run: Run) -> Iterator[Finding]:
    """HYG-02: no more calls are under way at once than the limit says."""
    limit = int(run.rules.under(run.profile).extra.get("in_flight", MOST_IN_FLIGHT))
    if len(run.index.calls) < 2:
        return
    changes = [(one.arrived.monotonic, 1, one.n) for one in run.index.calls]
    changes += [(one.ended.monotonic, -1, one.n) for one in run.index.calls]
    now, most, at = 0, 0, 0
    for _, change, n in sorted(changes):
        now += change
        if now > most:
            most, at = now, n
    if most > limit:
        yield Breach(f"at most {limit} calls under way at once", f"{most}", (at,))
    else:
        yield Kept((at,))


def leaves_nothing_behind(run: Run) -> Iterator[Finding]:
    """HYG-03: at the end no request is half done, and no job is left that nobody knows of."""
    if not run.index.calls:
        return
    if not run.facts.is_over or run.facts.crashed is not None:
        yield Untold(NOT_OVER if not run.facts.is_over else f"{told(run)}, and could name no job")
        return
    named = frozenset(run.outcome.jobs) if run.outcome is not None else frozenset()
    half = next((one for one in run.index.calls[-1:] if one.is_under_way), None)
    left = [one for one in run.index.jobs.values() if one.end is None and not one.cancels and one.id not in named]
    orphans = [one for one in left if any(made.names_its_job for made in one.creates)]
    if half is not None:
        yield Breach("no request under way at the end", "one was", (half.n,))
    elif orphans:
        made = orphans[0].creates[0]
        observed = f"{orphans[0].id} was made and neither followed to its end nor cancelled nor reported"
        yield Breach("no job that nobody knows of", observed, (made.n,))
    else:
        yield Kept((run.index.calls[-1].n,))
