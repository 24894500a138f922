"""What judging a run by a law gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mockserver.kit.laws.law import AnyLaw, Breach, Cost, Ground, Severity


class Kind(StrEnum):
    """The kinds of verdict."""

    PASS = "pass"  # noqa: S105  (a verdict, and no password)
    FAIL = "fail"
    """A must was broken."""
    WARN = "warn"
    """A should was broken."""
    INFO = "info"
    """A may was broken."""
    NOT_APPLICABLE = "not-applicable"
    """The provider has nothing that the law is about."""
    INCONCLUSIVE = "inconclusive"
    """The situation did not occur, or the run does not tell enough."""
    HARNESS_ERROR = "harness-error"
    """The judging itself went wrong: never the client's fault."""


@dataclass(frozen=True)
class Verdict:
    """The verdict of one law on one run."""

    law: AnyLaw
    kind: Kind
    severity: Severity
    """How bad a breach is at this provider under this profile."""
    ground: Ground
    """The ground of that severity."""
    reason: str = ""
    """One sentence: why it does not apply, is inconclusive or went wrong; empty for the others."""
    breaches: Sequence[Breach] = ()
    """All breaches, in the order of the records; empty unless the law was broken."""
    situations: int = 0
    """In how many situations the law was exercised, kept or not."""
    events: tuple[int, ...] = ()
    """Numbers of the records on which the verdict rests: those of the first breach, or of the situations kept."""
    replay: str = ""
    """The one command that replays the run; empty where there is none."""

    @property
    def expected(self) -> str:
        """What the first breach should have been; empty where there is none."""
        return self.breaches[0].expected if self.breaches else ""

    @property
    def observed(self) -> str:
        """What the first breach was; empty where there is none."""
        return self.breaches[0].observed if self.breaches else ""

    @property
    def costs(self) -> list[Cost]:
        """What the breaches would have cost, those with money at stake only."""
        return [one.cost for one in self.breaches if one.cost is not None]

    def to_json(self, case: str | None = None) -> dict[str, Any]:
        """Return the verdict as a row of the report's `results`."""
        return {
            "law": self.law.id,
            "case": case,
            "verdict": self.kind.value,
            "severity": self.severity.value,
            "reason": self.reason,
            "expected": self.expected,
            "observed": self.observed,
            "events": list(self.events),
            "situations": self.situations,
            "cost": [
                {
                    "amount": None if one.amount is None else str(one.amount),
                    "currency": one.currency,
                    "source": one.source,
                }
                for one in self.costs
            ],
            "replay": self.replay,
        }
