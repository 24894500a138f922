"""Which fault of its job's scenario a call meets. Calls are counted only where a scenario has faults."""

from __future__ import annotations

from datetime import timedelta

from mockserver.domain.fault import Misdeed, Place, met
from mockserver.domain.job import Job
from mockserver.domain.problem import Kind, Problem
from mockserver.domain.quota import Limit, Standing
from mockserver.domain.scenario import Scenario
from mockserver.provider.call import Call


def at_creation(call: Call, fate: Scenario) -> Problem | None:
    """Meet a creation's fault; the refusal in the place of its job, if it is one."""
    _meet(call, fate, Place.CREATION, fate.name)
    return None if call.fault is not None and call.fault.is_applied else refusal(call, fate)


def about(call: Call, job: Job, place: Place) -> Problem | None:
    """Meet the fault of a call about a job; the refusal in its answer's place, if it is one."""
    if job.fate is None or job.fate.faults is None:
        return None
    _meet(call, job.fate, place, job.id)
    return refusal(call, job.fate)


def _meet(call: Call, fate: Scenario, place: Place, name: str) -> None:
    faults = fate.troubles()
    if any(one.place is place for one in faults):
        call.fault = met(faults, place, call.sandbox.book.counted(name, place))


def refusal(call: Call, fate: Scenario | None) -> Problem | None:
    """The refusal that the fault of a call is, if it is one. One for the rate tells how long to wait."""
    fault = call.fault
    if fault is None or fate is None or isinstance(fault.does, Misdeed):
        return None
    if fault.does is Kind.LIMITED:
        window = timedelta(seconds=fault.seconds)
        limit = Limit(1, window) if call.standing is None else call.standing.limit
        call.standing = Standing(limit, 0, window, is_admitted=False)
    detail = {"scenario": fate.name, "missing": False}
    return Problem(fault.does, f"scenario {fate.name}: {fault.word}", detail=detail)
