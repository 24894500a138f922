"""What a report shows: cases, the verdicts on each, what the jobs cost, and how the run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from mockserver.kit.laws.law import Cost
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.drawing_calls import makes_job

ORDER: Final = (
    Kind.FAIL, Kind.HARNESS_ERROR, Kind.WARN, Kind.INFO, Kind.PASS, Kind.INCONCLUSIVE, Kind.NOT_APPLICABLE,
)  # fmt: skip
"""The kinds of verdict, the most urgent first."""
KEPT, BROKEN, COULD_NOT_RUN = 0, 1, 2
"""The exit codes."""


@dataclass(frozen=True)
class Spend:
    """What jobs cost at documented prices, in one currency."""

    currency: str
    amount: Decimal
    jobs: int
    """How many jobs have a documented price."""


@dataclass(frozen=True)
class Drift:
    """An answer that a client must not expect from the document: the provider has moved away from it."""

    event: int
    """The number of its record."""
    operation: str
    expected: str
    observed: str


@dataclass(frozen=True)
class Case:
    """One run of a client at one provider, and what the laws say of it."""

    name: str
    run: Run
    verdicts: Sequence[Verdict]
    drifts: Sequence[Drift] = ()
    """Answers that do not conform to the provider's document."""
    answers: int = 0
    """How many answers were compared with the document."""

    def of(self, *kinds: Kind) -> list[Verdict]:
        """Return the verdicts of some kinds."""
        return [one for one in self.verdicts if one.kind in kinds]

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many verdicts there are of each kind, in the order of `ORDER`."""
        found = Counter(one.kind for one in self.verdicts)
        return {kind: found[kind] for kind in ORDER}

    @property
    def jobs(self) -> int:
        """How many jobs the client made."""
        return len({one.job for one in self.run.index.creates if makes_job(one)})

    @property
    def spend(self) -> list[Spend]:
        """What the jobs cost, by currency; jobs without a documented price are not in it."""
        amounts: dict[str, list[Decimal]] = {}
        for one in self.run.index.creates:
            cost = self.run.prices.cost(one.exchange) if makes_job(one) else None
            if cost is not None and cost.amount is not None:
                amounts.setdefault(cost.currency, []).append(cost.amount)
        return [Spend(name, sum(found, Decimal(0)), len(found)) for name, found in amounts.items()]


@dataclass(frozen=True)
class Row:
    """A verdict and the case that it is on."""

    case: Case
    verdict: Verdict


@dataclass(frozen=True)
class Group:
    """The verdicts of one law and one kind, on one case or more."""

    rows: Sequence[Row]

    @property
    def first(self) -> Row:
        """The verdict on the first case."""
        return self.rows[0]

    @property
    def costs(self) -> list[Cost]:
        """What the breaches on all cases would have cost."""
        return [cost for row in self.rows for cost in row.verdict.costs]

    @property
    def breaches(self) -> int:
        """How many breaches there are on all cases."""
        return sum(len(row.verdict.breaches) for row in self.rows)


@dataclass(frozen=True)
class Report:
    """Everything that is shown, in whatever form."""

    command: str
    """What made the report, such as `mockserver observe -- pytest tests/`."""
    version: str
    """The version of this program."""
    cases: Sequence[Case]
    ended: int | None = None
    """The exit code of the program that was observed; None: none was."""
    problem: str = ""
    """Why there is nothing to judge; empty where there is."""
    notes: Sequence[str] = ()
    """What else somebody should know of the run, one sentence each."""

    def rows(self, *kinds: Kind) -> Iterator[Row]:
        """Yield the verdicts of some kinds, the most urgent kind first, in the order of the cases."""
        for kind in ORDER:
            if kind in kinds:
                yield from (Row(case, one) for case in self.cases for one in case.of(kind))

    def groups(self, *kinds: Kind) -> list[Group]:
        """Return the same by law: the most urgent kind first, then the law that is broken in most cases."""
        found: dict[tuple[Kind, str], list[Row]] = {}
        for row in self.rows(*kinds):
            found.setdefault((row.verdict.kind, row.verdict.law.id), []).append(row)
        order = sorted(found.values(), key=lambda rows: (ORDER.index(rows[0].verdict.kind), -len(rows)))
        return [Group(rows) for rows in order]

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many verdicts there are of each kind."""
        return {kind: sum(case.counts[kind] for case in self.cases) for kind in ORDER}

    @property
    def spend(self) -> list[Spend]:
        """What the jobs of all cases cost, by currency."""
        found: dict[str, Spend] = {}
        for one in (spend for case in self.cases for spend in case.spend):
            before = found.get(one.currency, Spend(one.currency, Decimal(0), 0))
            found[one.currency] = Spend(one.currency, before.amount + one.amount, before.jobs + one.jobs)
        return list(found.values())

    @property
    def drifts(self) -> int:
        """How many answers do not conform to a document."""
        return sum(len(one.drifts) for one in self.cases)

    @property
    def exit_code(self) -> int:
        """0: no must failed. 1: some did. 2: it could not run."""
        counts = self.counts
        if counts[Kind.FAIL]:
            return BROKEN
        return COULD_NOT_RUN if self.problem or counts[Kind.HARNESS_ERROR] else KEPT
