"""The scenarios of a server: the built-in ones, and those that a tester composed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mockserver import MockServerError
from mockserver.domain.scenario import Scenario, parse


class BuiltInScenario(MockServerError, ValueError):
    """A change of a built-in scenario that was asked for; the text names it."""


class ScenarioCatalogue(Mapping[str, Scenario]):
    """Scenarios by name. Composed ones can be added, replaced and forgotten; of one name the later definition holds."""

    def __init__(self, built_in: Iterable[Scenario], composed: Iterable[Scenario] = ()) -> None:
        self._found = {scenario.name: scenario for scenario in built_in}
        self._built_in = frozenset(self._found)
        for scenario in composed:
            self.add(scenario)

    def __getitem__(self, name: str) -> Scenario:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def is_built_in(self, name: str) -> bool:
        """Return whether a name belongs to a built-in scenario."""
        return name in self._built_in

    def parse(self, spelling: str) -> Scenario:
        """Return the scenario of a spelling such as `polls=3`; raises UnknownScenario with the nearest one."""
        return parse(spelling, self._found)

    def add(self, scenario: Scenario) -> bool:
        """Add a composed scenario or replace it; whether its name is new. Raises BuiltInScenario."""
        self._refuse_built_in(scenario.name, "; choose another name")
        is_new = scenario.name not in self._found
        self._found[scenario.name] = scenario
        return is_new

    def forget(self, name: str) -> Scenario:
        """Forget a composed scenario and return it; raises BuiltInScenario, or KeyError where there is none."""
        self._refuse_built_in(name, "")
        return self._found.pop(name)

    def _refuse_built_in(self, name: str, advice: str) -> None:
        if name in self._built_in:
            raise BuiltInScenario(f"scenario {name} is built in{advice}")

    def spelled(self, scenario: Scenario) -> str:
        """Return the spelling that was asked for: with its number where that is not the default one."""
        usual, number = self._found.get(scenario.name), scenario.number
        if number is None or (usual is not None and usual.number == number):
            return scenario.name
        return f"{scenario.name}={int(number) if number == int(number) else number}"
