"""What faults at the point `webhook` do to the attempts that are planned at one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from mockserver.domain.fault import Fault, FaultPoint, TransportFault
from mockserver.domain.webhook_plan import Plan, Try


def faulty_plan(plan: Plan, faults: Iterable[Fault]) -> Plan:
    """Return a plan whose attempts meet the faults: each the first that fits it, counted from 1 for each webhook."""
    rows = [fault for fault in faults if fault.point is FaultPoint.WEBHOOK]
    made: list[Try] = []
    lost: Try | None = None
    for number, planned in enumerate(plan, 1):
        fault = next((one for one in rows if one.counts(number)), None)
        attempt = planned if lost is None else _after_lost(lost, planned)
        lost = attempt if fault is not None and fault.does is TransportFault.LOST else None
        if lost is None:
            made.append(_changed(attempt, fault))
    return tuple(made)


def _after_lost(lost: Try, planned: Try) -> Try:
    """Return the attempt that follows a lost one: it waits for no other attempt, and a retry is made in any case."""
    after = lost.after + planned.after if planned.only_if_failed else planned.after
    return replace(planned, after=after, only_if_failed=False, with_previous=False)


def _changed(planned: Try, fault: Fault | None) -> Try:
    if fault is None:
        return planned
    if fault.does is TransportFault.DELAYED:
        return replace(planned, after=planned.after + timedelta(seconds=fault.seconds))
    return replace(planned, changes=(*planned.changes, fault.word))
