"""Scenarios: named scenarios of jobs, chosen by the tester.

A scenario is a value. What it does to a life is read when the job is submitted (`apply_to`); what it does to a
submission itself is `refuses`. A scenario may take one number: `polls=3`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import get_close_matches
from math import isfinite
from typing import Final

from mockserver.domain import alteration
from mockserver.domain.alteration import Alteration, FileChange
from mockserver.domain.delivery import Plan, Try
from mockserver.domain.fault import Fault, FaultPoint, TransportFault
from mockserver.domain.job import State, Timeline
from mockserver.domain.problem import ProblemKind

MODERATED: Final = "moderated"
"""The reason of a failure that providers put into words of their own for moderation."""

Change = Callable[[Timeline, float], Timeline]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named scenario. `timing` replaces the sandbox's, `change` alters the timeline (with the scenario's number),
    `refuses` turns the submission away, `judged` does so where the provider judges before it takes a job; `number` is
    the default of its number, None when it takes none. `answers` changes what is answered about the job, `file` what
    its links give; `creation` is the status of its creation, `at_once` answers that with the job's end, `is_opaque`
    gives it ids and links that cannot be guessed. `faults` is what goes wrong at its calls, `webhooks` the attempts at
    a webhook about it by the state that it tells of (None: as usual); both with the scenario's number.
    """

    name: str
    says: str
    timing: str | None = None
    change: Change | None = None
    refuses: ProblemKind | None = None
    judged: ProblemKind | None = None
    number: float | None = None
    answers: tuple[Alteration, ...] = ()
    file: Callable[[float], FileChange] | None = None
    creation: int | None = None
    at_once: bool = False
    is_opaque: bool = False
    faults: Callable[[float], tuple[Fault, ...]] | None = None
    webhooks: Callable[[State, float], Plan] | None = None

    def apply_to(self, timeline: Timeline) -> Timeline:
        """The life of a job that would have lived `timeline`."""
        return timeline if self.change is None else self.change(timeline, self.number or 0)

    def active_faults(self) -> tuple[Fault, ...]:
        """What goes wrong at its calls."""
        return () if self.faults is None else self.faults(self.number or 0)


class UnknownScenario(ValueError):
    """No scenario of this spelling; the text says what is wrong and what is near."""


def _slow(timeline: Timeline, times: float) -> Timeline:
    queued, running = timeline.queued or timedelta(0), timeline.running or timedelta(0)
    return timeline._replace(queued=queued * times, running=running * times)


def _polls(timeline: Timeline, number: float) -> Timeline:
    return timeline._replace(queued=timedelta(0), running=timedelta(0), polls=max(1, int(number)))


def _stuck(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(queued=None)


def _stalled(timeline: Timeline, percent: float) -> Timeline:
    return timeline._replace(stalls_at=min(max(percent, 0.0), 99.0) / 100)


def _fails_in_queue(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(running=timedelta(0), end=State.FAILED)


def _fails(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(end=State.FAILED)


def _moderated(timeline: Timeline, _number: float) -> Timeline:
    return timeline._replace(end=State.FAILED, why=MODERATED)


SUCCESS: Final = Scenario("success", "The job succeeds in the time that --timing gives it.")

LIVES: Final[tuple[Scenario, ...]] = (
    SUCCESS,
    Scenario("instant", "The first poll finds it finished.", timing="instant"),
    Scenario("slow", "It takes N times as long as usual (slow=10).", change=_slow, number=10),
    Scenario("documented", "It takes the minutes that the provider documents.", timing="documented"),
    Scenario("polls", "It is done at the N-th poll, however long that takes (polls=3).", change=_polls, number=3),
    Scenario("stuck-in-queue", "It never leaves the queue.", change=_stuck),
    Scenario("stalled", "It runs up to N percent and never further (stalled=60).", change=_stalled, number=60),
    Scenario("fails-in-queue", "It fails before it ever runs.", change=_fails_in_queue),
    Scenario("fails-in-processing", "It fails at the end of its run.", change=_fails),
    Scenario(
        "moderated",
        "It is refused or fails for its content, in the provider's words.",
        change=_moderated,
        judged=ProblemKind.MODERATED,
    ),
)

REFUSALS: Final[tuple[Scenario, ...]] = (
    Scenario("out-of-credits", "The submission is refused: no credits are left.", refuses=ProblemKind.OUT_OF_CREDITS),
    Scenario("server-error", "The submission meets a server fault.", refuses=ProblemKind.CRASHED),
    Scenario("bad-gateway", "The submission meets an upstream that is down.", refuses=ProblemKind.UPSTREAM),
    Scenario("overloaded", "The submission meets a server that is overloaded.", refuses=ProblemKind.UNAVAILABLE),
)

ANSWERS: Final[tuple[Scenario, ...]] = (
    Scenario("eta-growing", "The waiting time told grows with every poll.", answers=(alteration.eta_growing,)),
    Scenario(
        "eta-lying", "The waiting time told is always 1 s; it takes N times as long as usual (eta-lying=5).",
        change=_slow, number=5, answers=(alteration.eta_lying,),
    ),
    Scenario("eta-null", "The waiting time told is null.", answers=(alteration.eta_null,)),
    Scenario("eta-zero", "The waiting time told is 0 from the start.", answers=(alteration.eta_zero,)),
    Scenario("eta-fractional", "The waiting time told is no whole number.", answers=(alteration.eta_fractional,)),
    Scenario("eta-absurd", "The waiting time told is a thousand million seconds.", answers=(alteration.eta_absurd,)),
    Scenario("unknown-status", "While it runs, its status is a word on no page.", answers=(alteration.unknown_status,)),
    Scenario("extra-fields", "Answers carry members that are on no page.", answers=(alteration.extra_fields,)),
    Scenario("optional-absent", "Members that may be absent are absent.", answers=(alteration.optional_absent,)),
    Scenario("optional-null", "Members that may be absent are null.", answers=(alteration.optional_null,)),
    Scenario("no-output", "It completes without any link to its output.", answers=(alteration.no_output,)),
    Scenario("created-201", "Its creation is answered with 201.", creation=201),
    Scenario("created-202", "Its creation is answered with 202.", creation=202),
    Scenario("finished-at-once", "Its creation is answered with its end.", timing="instant", at_once=True),
    Scenario("unguessable", "Its ids, links and fetch addresses follow no rule.", is_opaque=True),
)  # fmt: skip

FILES: Final[tuple[Scenario, ...]] = (
    Scenario(
        "links-lag", "Its links work N seconds after its completion (links-lag=5).",
        number=5, file=lambda seconds: FileChange(lag_seconds=seconds),
    ),
    Scenario(
        "links-expire", "Its links stop working N seconds after its completion (links-expire=60).",
        number=60, file=lambda seconds: FileChange(expires_seconds=seconds),
    ),
    Scenario(
        "truncated-clip", "N percent of its clip's bytes are there (truncated-clip=60).",
        number=60, file=lambda percent: FileChange(share=min(percent, 100.0) / 100),
    ),
    Scenario(
        "wrong-content-type", "Its clip comes as text/html.", file=lambda _: FileChange(content_type="text/html"),
    ),
)  # fmt: skip


def _at_polls(does: ProblemKind | TransportFault) -> Callable[[float], tuple[Fault, ...]]:
    """At so many polls from the second on: the first tells a client that all is well."""
    return lambda count: (Fault(FaultPoint.POLL, does, first=2, last=1 + max(1, int(count))),)


def _at_once(
    place: FaultPoint, does: ProblemKind | TransportFault, *, is_applied: bool = False
) -> Callable[[float], tuple[Fault, ...]]:
    """At the first so many calls."""
    return lambda count: (Fault(place, does, last=max(1, int(count)), is_applied=is_applied),)


def _everywhere(seconds: float) -> tuple[Fault, ...]:
    return tuple(Fault(place, TransportFault.DELAYED, seconds=seconds) for place in FaultPoint)


FAULTS: Final[tuple[Scenario, ...]] = (
    Scenario(
        "limited-creation", "N creations are refused for their rate, the next is taken (limited-creation=1).",
        number=1, faults=_at_once(FaultPoint.CREATION, ProblemKind.LIMITED),
    ),
    Scenario(
        "limited-polls", "N polls from the second on are refused for their rate (limited-polls=1).",
        number=1, faults=_at_polls(ProblemKind.LIMITED),
    ),
    Scenario(
        "failing-polls", "N polls from the second on meet a server fault (failing-polls=1).",
        number=1, faults=_at_polls(ProblemKind.CRASHED),
    ),
    Scenario("unauthorized-polls", "From the second poll on its key is a wrong one.", faults=lambda _: (
        Fault(FaultPoint.POLL, ProblemKind.UNAUTHENTICATED, first=2),
    )),
    Scenario(
        "dropped-creation", "It is made, and the connection ends before N creations are answered (dropped-creation=1).",
        number=1, faults=_at_once(FaultPoint.CREATION, TransportFault.DROPPED),
    ),
    Scenario(
        "failed-creation", "It is made, and N creations are answered with a server fault (failed-creation=1).",
        number=1, faults=_at_once(FaultPoint.CREATION, ProblemKind.CRASHED, is_applied=True),
    ),
    Scenario(
        "dropped-polls", "The connection ends before N polls from the second on are answered (dropped-polls=1).",
        number=1, faults=_at_polls(TransportFault.DROPPED),
    ),
    Scenario(
        "cut-polls", "The connection ends within the answers of N polls from the second on (cut-polls=1).",
        number=1, faults=_at_polls(TransportFault.CUT),
    ),
    Scenario(
        "silent-polls", "N polls from the second on are never answered (silent-polls=1).",
        number=1, faults=_at_polls(TransportFault.SILENT),
    ),
    Scenario(
        "html-polls", "A page of HTML stands in for the answers of N polls from the second on (html-polls=1).",
        number=1, faults=_at_polls(TransportFault.HTML),
    ),
    Scenario("slow-answers", "Every answer comes N seconds late (slow-answers=2).", number=2, faults=_everywhere),
    Scenario(
        "failing-file", "Its file is refused N times with an overload, then served (failing-file=1).",
        number=1, faults=_at_once(FaultPoint.FILE, ProblemKind.UNAVAILABLE),
    ),
    Scenario(
        "cut-file", "The connection ends within its file, the first N times (cut-file=1).",
        number=1, faults=_at_once(FaultPoint.FILE, TransportFault.CUT),
    ),
)  # fmt: skip


def _after(*seconds: float) -> Plan:
    return tuple(Try(timedelta(seconds=one)) for one in seconds)


WEBHOOKS: Final[tuple[Scenario, ...]] = (
    Scenario(
        "webhook-again", "Each of its webhooks comes N times (webhook-again=2).",
        number=2, webhooks=lambda _, times: _after(*[0] * min(max(1, int(times)), 100)),
    ),
    Scenario(
        "webhook-late", "Its webhooks come N seconds after what they tell of (webhook-late=5).",
        number=5, webhooks=lambda _, seconds: _after(seconds),
    ),
    Scenario("webhook-lost", "Its webhooks never come.", webhooks=lambda _state, _number: ()),
    Scenario(
        "webhook-disorder", "Its last webhook comes first, the others N seconds late (webhook-disorder=30).",
        number=30, webhooks=lambda state, seconds: _after(0 if state.is_terminal else seconds),
    ),
)  # fmt: skip

CORE: Final = (*LIVES, *REFUSALS, *ANSWERS, *FILES, *FAULTS, *WEBHOOKS)


def table(*groups: tuple[Scenario, ...]) -> dict[str, Scenario]:
    """Scenarios by name; later groups replace earlier ones."""
    return {scenario.name: scenario for group in groups for scenario in group}


def parse(text: str, known: Mapping[str, Scenario]) -> Scenario:
    """The scenario of a spelling such as `stalled` or `polls=3`; UnknownScenario says what is wrong with it."""
    name, equals, value = text.strip().partition("=")
    scenario = known.get(name)
    if scenario is None:
        close = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
        raise UnknownScenario(f"unknown scenario {name[:60]!r}; {hint}")
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
