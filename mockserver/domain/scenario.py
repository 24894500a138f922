"""Scenarios: named descriptions of what happens to jobs, chosen by the tester.

A scenario is plain data. What it does is looked up by name in the tables of `scenario_parts` when it is read, or stands
in it as values; a scenario that a tester composed is the same data as a built-in one. It may take one number:
`polls=3`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

from mockserver import MockServerError
from mockserver.domain.alteration import ALTERATIONS, Alteration
from mockserver.domain.fault import Fault, FaultPoint
from mockserver.domain.file_change import FileChange
from mockserver.domain.problem import ProblemKind
from mockserver.domain.scenario_parts import (
    FAULT_LISTS,
    FILE_CHANGES,
    TIMELINE_CHANGES,
    TimelineChange,
)
from mockserver.domain.spelling import nearest
from mockserver.domain.timeline import State, Timeline
from mockserver.domain.webhook_composition import WEBHOOK_PLANS, WebhookPlan
from mockserver.domain.webhook_faults import faulty_plan
from mockserver.domain.webhook_plan import ONCE, Plan

FETCHES: Final = "fetches"
"""The counter of the fetches of a job's file."""
SUCCEEDED_POLLS: Final = "polls that tell of the success"
"""The counter of polls whose answers tell that the job succeeded."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to a job, as data. Where a part may be a name, the name is a key of that part's table."""

    name: str
    says: str
    """One sentence for people."""
    timing: str | None = None
    """The timing that replaces the sandbox's."""
    timeline: str | TimelineChange | None = None
    """The change of the job's timeline: a key of `TIMELINE_CHANGES`, or the values themselves."""
    refuses: ProblemKind | None = None
    """The refusal that every submission gets."""
    judged: ProblemKind | None = None
    """The refusal of a submission where the provider judges it before it takes the job."""
    number: float | None = None
    """The number that its parts are given, in a definition the default; None when it takes none."""
    answers: tuple[str, ...] = ()
    """The changes of answers about the job: keys of `ALTERATIONS`."""
    file: str | FileChange | None = None
    """The change of the files that the job's links lead to: a key of `FILE_CHANGES`, or the values."""
    creation: int | None = None
    """The status of the creation's answer."""
    at_once: bool = False
    """Whether the creation is answered with the job's end."""
    is_opaque: bool = False
    """Whether ids and links of the job cannot be guessed."""
    faults: str | tuple[Fault, ...] = ()
    """What goes wrong at the job's calls: a key of `FAULT_LISTS`, or the faults."""
    webhooks: str | WebhookPlan | None = None
    """The attempts at each webhook: a key of `WEBHOOK_PLANS`, or the values; None: as usual."""

    def apply_to(self, timeline: Timeline) -> Timeline:
        """Return the changed timeline of a job."""
        change = self.timeline
        if change is None:
            return timeline
        if isinstance(change, str):
            return TIMELINE_CHANGES[change](timeline, self.number or 0)
        return change.apply_to(timeline)

    def active_faults(self) -> tuple[Fault, ...]:
        """Return the faults of the job's calls, in the order in which they are tried."""
        faults = self.faults
        return FAULT_LISTS[faults](self.number or 0) if isinstance(faults, str) else faults

    def counters(self) -> frozenset[str]:
        """Return under which names the calls about a job may be counted."""
        return frozenset({FETCHES, SUCCEEDED_POLLS, *(fault.counter for fault in self.active_faults())})

    def file_change(self) -> FileChange | None:
        """Return the change of the job's files, if there is one."""
        change = self.file
        return FILE_CHANGES[change](self.number or 0) if isinstance(change, str) else change

    @property
    def output_lag_polls(self) -> int:
        """How many polls tell that the job succeeded before one tells its output."""
        return self.timeline.output_lag_polls if isinstance(self.timeline, TimelineChange) else 0

    def alterations(self) -> tuple[Alteration, ...]:
        """Return the changes of answers about the job."""
        return tuple(ALTERATIONS[name] for name in self.answers)

    def webhook_plan(self, state: State) -> Plan | None:
        """Return the attempts at the webhook that tells of a state; None: as usual."""
        plan = self.webhooks
        planned = None if plan is None else self._planned(plan, state)
        if not any(fault.point is FaultPoint.WEBHOOK for fault in self.active_faults()):
            return planned
        return faulty_plan(ONCE if planned is None else planned, self.active_faults())

    def _planned(self, plan: str | WebhookPlan, state: State) -> Plan:
        return WEBHOOK_PLANS[plan](state, self.number or 0) if isinstance(plan, str) else plan.plan(state)


class UnknownScenario(MockServerError, ValueError):
    """No scenario of this spelling; the text says what is wrong and what is near."""


def parse(text: str, known: Mapping[str, Scenario]) -> Scenario:
    """Return the scenario of a spelling such as `stalled` or `polls=3`; UnknownScenario says what is wrong with it."""
    name, equals, value = text.strip().partition("=")
    scenario = known.get(name)
    if scenario is None:
        raise UnknownScenario(f"unknown scenario {name[:60]!r}{nearest(name, known)}")
    if not equals:
        return scenario
    if scenario.number is None:
        raise UnknownScenario(f"scenario {name} takes no number, got {value[:60]!r}")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not isfinite(number) or not 0 <= number <= 1e9:
        raise UnknownScenario(f"scenario {name} takes a number from 0 to 1e9 such as {name}=3, got {value[:60]!r}")
    return replace(scenario, number=number)
