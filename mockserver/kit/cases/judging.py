"""What came of a client's run through a case, and the verdicts on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.ending import ENDINGS, endings
from mockserver.kit.cases.model import Case
from mockserver.kit.laws.judging import judge
from mockserver.kit.laws.law import AnyLaw
from mockserver.kit.laws.providers import documented_prices, rules
from mockserver.kit.laws.run import CaseFacts, Clock, Outcome, Prices, Run
from mockserver.kit.laws.table import LAWS
from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.transcript import read

BROKEN = (Kind.FAIL, Kind.WARN)
"""Verdicts that say that a must or a should was broken."""


@dataclass(frozen=True)
class Ended:
    """How a client's run through a case ended."""

    outcome: Outcome | None = None
    """What it reported. None: nothing that is an outcome."""
    printed: str | None = None
    """All that it printed. None: nobody listened."""
    crashed: str | None = None
    """How it ended where it told no outcome as it should."""
    is_killed: bool = False
    """Whether it had not ended long after its deadline."""
    unsupported: str | None = None
    """Why the client does not support the case, in its own words. None: it ran."""
    harness: str | None = None
    """What went wrong on our side. None: nothing."""
    attempts: int | None = None
    """How often the client says that it sends a request at most."""
    leaves_clips: bool = True
    """Whether it was told where to leave its clip."""
    clock: Clock = Clock.MACHINE


@dataclass(frozen=True)
class CaseResult:
    """A case, how the client ended, and the verdicts."""

    case: Case
    kind: ClientKind
    ended: Ended
    run: Run | None
    """What was judged. None: nothing was, because the case is not supported or our side failed."""
    verdicts: Sequence[Verdict]
    """Of the laws that the case provokes or that were exercised."""

    @property
    def broken(self) -> list[Verdict]:
        """The laws that the client broke: must and should."""
        return [one for one in self.verdicts if one.kind in BROKEN]

    @property
    def failed(self) -> list[Verdict]:
        """The laws that it broke and must not."""
        return [one for one in self.verdicts if one.kind is Kind.FAIL]


@dataclass(frozen=True)
class Judging:
    """How cases are judged: by which laws, at which prices, and the command that replays one (`{case}` in it)."""

    laws: Sequence[AnyLaw] = LAWS
    prices: Prices = field(default_factory=documented_prices)
    replay: str = ""


def judged(judging: Judging, kind: ClientKind, case: Case, journal: Any, key: str, ended: Ended) -> CaseResult:
    """Return what comes of a client's run through a case; `journal` is the transcript as a JSON value."""
    if ended.unsupported is not None or ended.harness is not None:
        return CaseResult(case, kind, ended, None, [])
    facts = CaseFacts(
        case=case.id, floor=case.poll_seconds, deadline=case.deadline_seconds, intents=1, attempts=ended.attempts,
        printed=ended.printed, crashed=ended.crashed, is_killed=ended.is_killed, key=key, clock=ended.clock,
    )  # fmt: skip
    run = Run(
        read(journal), rules(kind.provider), tuple(case.profile), ended.outcome, facts, judging.prices,
        judging.replay.replace("{case}", case.id),
    )  # fmt: skip
    verdicts = judge(run, [*judging.laws, *endings(case, leaves_clips=ended.leaves_clips)])
    return CaseResult(case, kind, ended, run, list(_told(case, verdicts)))


def _told(case: Case, verdicts: Iterable[Verdict]) -> Iterable[Verdict]:
    """The verdicts that say something: of the laws that the case provokes, and of those that were exercised.

    An end that is not reasonable counts only where no other law says why.
    """
    known = list(verdicts)
    why = next((one.law.id for one in known if one.breaches and one.law.id not in ENDINGS), None)
    for one in known:
        if one.law.id in ENDINGS and one.breaches and why is not None:
            reason = f"{one.observed}, which the breach of {why} explains"
            yield replace(one, kind=Kind.INCONCLUSIVE, reason=reason, breaches=())
        elif one.law.id in case.laws or one.kind not in (Kind.INCONCLUSIVE, Kind.NOT_APPLICABLE):
            yield one
