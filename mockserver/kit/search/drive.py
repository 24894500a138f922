"""The search in one process: Hypothesis draws, runs and shrinks. One exception class for each law, so that one search
returns one smallest scenario for each law that is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from time import monotonic
from typing import Any, Final

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from mockserver.kit.cases.judging import BROKEN, CaseResult
from mockserver.kit.cases.model import Case, case_of
from mockserver.kit.search.drawing import case_of_scenario, scenarios
from mockserver.kit.search.found import Finding, named

PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
"""Not `explain`, which made 5.6 seconds 126."""
BATCH: Final = 200
"""So many examples are drawn before the time is looked at."""


class Breached(Exception):
    """A law was broken; each law has a class of its own, by which Hypothesis tells failures apart."""


@cache
def breached(law: str) -> type[Breached]:
    """Return the exception class of a law."""
    return type(f"Breached{law.replace('-', '')}", (Breached,), {"law": law})


class Search:
    """A search for scenarios that break laws, of a client that `run` puts through a case."""

    def __init__(self, run: Callable[[Case], CaseResult], provider: str, *, seed: int = 0) -> None:
        self._run, self._provider, self._seed = run, provider, seed
        self._smallest: dict[str, tuple[int, Finding]] = {}
        self._known: set[str] = set()
        self.examples = 0
        """How many scenarios were run, those of the shrinking included."""
        self.until_found: dict[str, int] = {}
        """After how many scenarios each law was first seen broken."""

    def seconds(self, limit: float) -> list[Finding]:
        """Search for so many seconds, or a little longer; the findings, one for each law."""
        begun, number = monotonic(), 0
        while not number or monotonic() - begun < limit:
            self._batch(number)
            number += 1
        return [finding for _, finding in self._smallest.values()]

    def _batch(self, number: int) -> None:
        """Draw one batch; laws that were found before are not looked for again."""
        passed = frozenset(self._known)

        @settings(
            phases=PHASES, max_examples=BATCH, deadline=None, database=None, report_multiple_bugs=True,
            verbosity=Verbosity.quiet, suppress_health_check=list(HealthCheck), print_blob=False,
        )  # fmt: skip
        @given(scenarios())
        def survives(scenario: dict[str, Any]) -> None:
            self._try(scenario, passed)

        survives = _seeded(survives, self._seed * 100_003 + number)
        try:
            survives()
        except (Breached, ExceptionGroup):
            self._known |= set(self._smallest)

    def _try(self, scenario: Mapping[str, Any], passed: frozenset[str]) -> None:
        """Run one scenario; raise for the first law that it breaks and that is not passed over."""
        raw = case_of_scenario(scenario)
        result = self._run(case_of(raw))
        self.examples += 1
        for verdict in result.verdicts:
            law = verdict.law.id
            if verdict.kind not in BROKEN or law in passed:
                continue
            self.until_found.setdefault(law, self.examples)
            size = len(str(raw["scenario"]))
            if law not in self._smallest or size <= self._smallest[law][0]:
                self._smallest[law] = size, Finding(law, named(law, self._provider, raw), verdict.observed)
            raise breached(law)


def _seeded(test: Callable[..., None], seed: int) -> Callable[..., None]:
    from hypothesis import seed as with_seed

    return with_seed(seed)(test)


def sample(seed: int, count: int) -> list[dict[str, Any]]:
    """Return so many drawn scenarios as cases: the same for the same seed."""
    found: list[dict[str, Any]] = []

    @settings(phases=[Phase.generate], max_examples=count, deadline=None, database=None, verbosity=Verbosity.quiet,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.lists(scenarios(), min_size=1, max_size=1))
    def collect(drawn: list[dict[str, Any]]) -> None:
        found.extend(case_of_scenario(one) for one in drawn)

    _seeded(collect, seed)()
    return found
