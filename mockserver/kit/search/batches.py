"""The search for clients out of process: batches of scenarios are drawn, run side by side, and shrunk side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from mockserver.kit.cases.judging import BROKEN, CaseResult
from mockserver.kit.cases.model import Case, case_of
from mockserver.kit.search.drawing import case_of_scenario
from mockserver.kit.search.drive import sample
from mockserver.kit.search.found import Finding, named
from mockserver.kit.search.shrink import Scenario, shrunk, size

RunAll = Callable[[Sequence[Case]], Sequence[CaseResult]]
"""Runs cases, some side by side; the results in the order of the cases."""
SHARE: Final = 0.6
"""So much of the time is for finding; the rest is for shrinking."""


class BatchSearch:
    """A search for scenarios that break laws, of a client whose cases are run side by side."""

    def __init__(self, run_all: RunAll, provider: str, *, seed: int = 0, batch: int = 24) -> None:
        self._run_all, self._provider, self._seed, self._batch = run_all, provider, seed, batch
        self._found: dict[str, tuple[Scenario, str]] = {}
        self.examples = 0
        """How many scenarios were run, those of the shrinking included."""

    def seconds(self, limit: float) -> list[Finding]:
        """Search for about so many seconds; the findings, one for each law. What is under way is ended."""
        begun, number = monotonic(), 0
        while not number or monotonic() - begun < SHARE * limit:
            drawn = [one["scenario"] for one in sample(self._seed * 100_003 + number, self._batch)]
            self._look(drawn)
            number += 1
        return [self._smallest(law, lambda: monotonic() - begun < limit) for law in list(self._found)]

    def _results(self, scenarios: Sequence[Scenario]) -> Sequence[CaseResult]:
        self.examples += len(scenarios)
        return self._run_all(
            [case_of(case_of_scenario(one, f"drawn-{number}")) for number, one in enumerate(scenarios)]
        )

    def _look(self, scenarios: Sequence[Scenario]) -> None:
        """Run scenarios, and keep the smallest that breaks each law."""
        for scenario, result in zip(scenarios, self._results(scenarios), strict=True):
            for verdict in result.verdicts:
                law = verdict.law.id
                if verdict.kind in BROKEN and (law not in self._found or size(scenario) < size(self._found[law][0])):
                    self._found[law] = scenario, verdict.observed

    def _smallest(self, law: str, goes_on: Callable[[], bool]) -> Finding:
        scenario, observed = self._found[law]

        def breaks(tried: Sequence[Scenario]) -> list[bool]:
            results = self._results(tried)
            return [any(one.law.id == law and one.kind in BROKEN for one in result.verdicts) for result in results]

        scenario = shrunk(scenario, breaks, goes_on)
        return Finding(law, named(law, self._provider, case_of_scenario(scenario)), observed)
