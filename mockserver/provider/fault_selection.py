"""Which fault of its job's scenario a call meets. Calls are counted only where a scenario has faults: for each job, and
creations for each scenario and each operation of a provider.
"""

from __future__ import annotations

from datetime import timedelta

from mockserver.domain.fault import FaultPoint, TransportFault, met
from mockserver.domain.job import AnyJob
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.quota import Limit, Standing
from mockserver.domain.scenario import Scenario
from mockserver.provider.call import Call


def at_creation(call: Call, scenario: Scenario) -> Problem | None:
    """Meet a creation's fault; the refusal in the place of its job, if it is one."""
    _meet(call, scenario, FaultPoint.CREATION, f"{scenario.name} {call.provider.name}.{call.operation_id}")
    return None if call.fault is not None and call.fault.is_applied else refusal(call, scenario)


def about(call: Call, job: AnyJob, point: FaultPoint) -> Problem | None:
    """Meet the fault of a call about a job; the refusal in its answer's place, if it is one."""
    if job.scenario is None or not job.scenario.faults:
        return None
    _meet(call, job.scenario, point, job.id)
    return refusal(call, job.scenario)


def _meet(call: Call, scenario: Scenario, point: FaultPoint, name: str) -> None:
    faults = scenario.active_faults()
    if any(one.point is point for one in faults):
        call.fault = met(faults, point, call.sandbox.count_call(name, point))


def refusal(call: Call, scenario: Scenario | None) -> Problem | None:
    """Return the refusal that the fault of a call is, if it is one. One for the rate tells how long to wait."""
    fault = call.fault
    if fault is None or scenario is None or isinstance(fault.does, TransportFault):
        return None
    if fault.does is ProblemKind.LIMITED:
        window = timedelta(seconds=fault.seconds)
        limit = Limit(1, window) if call.standing is None else call.standing.limit
        call.standing = Standing(limit, 0, window, is_admitted=False)
    detail = {"scenario": scenario.name, "missing": False}
    return Problem(fault.does, f"scenario {scenario.name}: {fault.word}", detail=detail)
