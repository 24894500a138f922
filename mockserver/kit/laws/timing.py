"""How long a client waited, and whether that was long enough."""

from __future__ import annotations

from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.index import seconds
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Clock, Run

EARLY_SECONDS: Final = 0.05
EARLY_SHARE: Final = 0.02
GRAIN: Final = 0.001
"""Seconds of real time that pass between two calls even where nobody waits."""
STANDS_STILL: Final = "the sandbox's clock stood still, so no wait can be judged"


def wait_between(run: Run, before: Call, after: Call, *, from_arrival: bool = False) -> float:
    """Return the seconds from the end of one call's answer (or its arrival) to the arrival of the next; at least 0."""
    start = before.arrived if from_arrival else before.ended
    sandbox = seconds(start.at, after.arrived.at)
    if run.facts.clock is Clock.SANDBOX:
        return max(0.0, sandbox)
    machine = after.arrived.monotonic - start.monotonic
    return max(0.0, machine) if run.facts.clock is Clock.MACHINE else max(0.0, sandbox, machine)


def stands_still(run: Run, before: Call, after: Call) -> bool:
    """Whether the sandbox's clock did not move between two calls while real time passed."""
    moved = seconds(before.arrived.at, after.arrived.at) > 0
    passed = after.arrived.monotonic - before.arrived.monotonic
    return run.facts.clock is Clock.EITHER and not moved and passed > GRAIN


def tolerance(wanted: float, grain: float = 0.0) -> float:
    """Return by how many seconds a wait may be too short without breaking a law."""
    return max(EARLY_SECONDS, EARLY_SHARE * wanted, grain)


def waited(
    run: Run, before: Call, after: Call, wanted: float, why: str, *, grain: float = 0.0, from_arrival: bool = False
) -> Finding:
    """Return whether the client waited the wanted seconds between two calls; `why` says where they stand."""
    events = (before.n, after.n)
    took = wait_between(run, before, after, from_arrival=from_arrival)
    if took >= wanted - tolerance(wanted, grain):
        return Kept(events)
    if stands_still(run, before, after):
        return Untold(STANDS_STILL, events)
    return Breach(f"a pause of at least {wanted:g} s ({why})", f"{took:.3f} s", events)
