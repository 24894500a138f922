"""Which fault of a scenario a call meets.

Calls are counted only where a scenario has faults that may meet them: for each job, and creations for each scenario and
each operation of a provider.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mockserver.domain.chance import Draw, draw
from mockserver.domain.fault import CountedFor, Fault, FaultPoint, TransportFault, met
from mockserver.domain.file_change import FileChange
from mockserver.domain.job import AnyJob, Snapshot
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.quota import Limit, Standing
from mockserver.domain.scenario import FETCHES, SUCCEEDED_POLLS, Scenario
from mockserver.engine.sandbox import digest_of
from mockserver.provider.call import Answer, Call, Reply


def at_creation(call: Call, scenario: Scenario) -> Problem | None:
    """Meet a creation's fault, and return the refusal that takes its job's place, if it is one."""
    _meet(call, scenario, FaultPoint.CREATION, f"{scenario.name} {call.provider.name}.{call.operation_id}", 0)
    return None if call.fault is not None and call.fault.is_applied else refusal(call, scenario)


def about(call: Call, job: AnyJob, point: FaultPoint) -> Problem | None:
    """Meet the fault of a call about a job, and return the refusal that takes its answer's place, if it is one."""
    if job.scenario is None or not job.scenario.faults:
        return None
    _meet(call, job.scenario, point, job.id, job.n)
    return refusal(call, job.scenario, job)


def beside_jobs(call: Call, reply: Reply) -> Reply:
    """Meet the fault of a call that is about no job: one of the sandbox's scenario that names the operation."""
    scenario = call.sandbox.scenario
    if not scenario.faults or not isinstance(reply, Answer) or reply.job or call.fault is not None:
        return reply
    _meet(call, scenario, None, scenario.name, 0)
    return refusal(call, scenario) or reply


def _meet(call: Call, scenario: Scenario, point: FaultPoint | None, owner: str, n: int) -> None:
    """Give the call the first fault that fits it; its calls are counted for `owner`, `n` is the job's number."""
    if call.is_redirected:  # it was counted when it was sent here
        return
    operation = call.operation_id
    near = [(row, fault) for row, fault in enumerate(scenario.active_faults()) if fault.is_at(point, operation)]
    if not near:
        return
    counts: dict[tuple[str, str], int] = {}
    counted = []
    for _, fault in near:
        name = owner if fault.counted_for is CountedFor.JOB else _shared(call, scenario, fault)
        key = name, fault.counter
        if key not in counts:
            counts[key] = call.sandbox.count_call(*key)
        counted.append((fault, counts[key]))

    def chance(row: int) -> Draw:
        purpose = f"fault\0{scenario.name}\0{near[row][0]}\0{owner}\0{operation}\0{counted[row][1]}"
        return draw(call.sandbox.seed, call.sandbox.digest, n, purpose=purpose)

    seconds = (call.now - call.sandbox.clock.began).total_seconds()
    found = met(counted, seconds, lambda row: chance(row).share(0))
    if found is not None and found.change.jitter_seconds:
        late = found.change.jitter_seconds * chance([fault for _, fault in near].index(found)).share(8)
        change = replace(found.change, latency_seconds=found.change.latency_seconds + late, jitter_seconds=0.0)
        found = replace(found, change=change)
    call.fault = found


def _shared(call: Call, scenario: Scenario, fault: Fault) -> str:
    """Return the name under which the calls of a key, or of the whole sandbox, are counted."""
    whose = digest_of(call.key or "") if fault.counted_for is CountedFor.KEY else "sandbox"
    return f"{whose}\0{scenario.name}"


def refusal(call: Call, scenario: Scenario | None, job: AnyJob | None = None) -> Problem | None:
    """Return the refusal that the fault of a call is, if it is one. One for the rate tells how long to wait."""
    fault = call.fault
    kind = None if fault is None or scenario is None else fault.problem
    if fault is None or scenario is None or kind is None:
        return None
    if kind is ProblemKind.LIMITED:
        window = timedelta(seconds=fault.seconds)
        limit = Limit(1, window) if call.standing is None else call.standing.limit
        call.standing = Standing(limit, 0, window, is_admitted=False)
    detail: dict[str, object] = {"scenario": scenario.name, "missing": False}
    if kind is ProblemKind.MISSING:
        is_file = call.operation is not None and fault.is_at(FaultPoint.FILE, call.operation.id)
        detail |= {"resource": "file" if is_file else "video", "id": "" if job is None else job.id}
    words = fault.word if fault.status is None else f"{fault.word} {fault.status}"
    return Problem(kind, f"scenario {scenario.name}: {words}", detail=detail)


def file_change(call: Call, job: AnyJob) -> FileChange | None:
    """Return what the job's scenario, and the fault of this fetch, do to the file."""
    change = None if job.scenario is None else job.scenario.file_change()
    if change is None and call.fault is None:
        return None
    usual = change or FileChange()
    nth = 0
    if usual.counts_fetches or (call.fault is not None and call.fault.does is TransportFault.ETAG_CHANGED):
        nth = call.sandbox.count_call(job.id, FETCHES)
    made = usual.after(call.fault, nth)
    if call.fault is None:
        call.fault = made.fault(is_redirected=call.is_redirected)
    return made


def gone(call: Call, job: AnyJob, seen: Snapshot, change: FileChange) -> Problem | None:
    """Return the refusal of a link that has stopped working, in the status that its scenario asks for."""
    if change.gone_status is None or not change.is_gone((call.now - seen.since).total_seconds(), change.fetch):
        return None
    call.fault = Fault(FaultPoint.FILE, TransportFault.STATUS, status=change.gone_status)
    return refusal(call, job.scenario, job)


def lags_behind(call: Call, job: AnyJob) -> bool:
    """Return whether a poll that tells of the job's success comes too early for its output."""
    lag = 0 if job.scenario is None else job.scenario.output_lag_polls
    if lag == 0 or call.operation_id == job.kind:  # the creation's answer is no poll
        return lag > 0
    return call.sandbox.count_call(job.id, SUCCEEDED_POLLS) <= lag
