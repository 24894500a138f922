"""The catalogue of scenarios: looked up by spelling, added to, forgotten."""

from __future__ import annotations

import pytest

from mockserver.domain.builtin_scenarios import CORE
from mockserver.domain.scenario import Scenario, UnknownScenario
from mockserver.domain.scenario_catalogue import BuiltInScenario, ScenarioCatalogue

MINE = Scenario("mine", "Of my own.")


def test_a_composed_scenario_is_added_replaced_and_forgotten() -> None:
    """The first of a name is new, a later one takes its place, and both are gone after `forget`."""
    catalogue = ScenarioCatalogue(CORE)
    assert catalogue.add(MINE) is True
    later = Scenario("mine", "Another one.")
    assert catalogue.add(later) is False
    assert catalogue.parse("mine") is later
    assert catalogue.forget("mine") is later
    assert list(catalogue) == [scenario.name for scenario in CORE]
    with pytest.raises(KeyError):
        catalogue.forget("mine")


def test_a_built_in_scenario_is_neither_replaced_nor_forgotten() -> None:
    """Both are refused, and the catalogue is as it was."""
    catalogue = ScenarioCatalogue(CORE)
    with pytest.raises(BuiltInScenario, match="success is built in; choose another name"):
        catalogue.add(Scenario("success", "Mine."))
    with pytest.raises(BuiltInScenario, match="success is built in"):
        catalogue.forget("success")
    assert catalogue["success"] is CORE[0]
    assert [catalogue.is_built_in("success"), catalogue.is_built_in("mine")] == [True, False]


@pytest.mark.parametrize(
    ("spelling", "told"),
    [
        ("mein", "did you mean mine"),
        ("zzzz", "known: success, instant"),
        ("polls=", "takes a number"),
        ("polls=inf", "takes a number"),
        ("stuck-in-queue=1", "takes no number"),
    ],
)
def test_an_unknown_spelling_is_told_with_the_nearest(spelling: str, told: str) -> None:
    """The text names what is near, of composed scenarios too."""
    with pytest.raises(UnknownScenario, match=told):
        ScenarioCatalogue(CORE, [MINE]).parse(spelling)


@pytest.mark.parametrize("spelling", ["polls", "polls=7", "polls=2.5", "success", "mine"])
def test_a_scenario_is_spelled_as_it_was_asked_for(spelling: str) -> None:
    """The spelling of a parsed scenario is the one that was parsed; a default number is left out."""
    catalogue = ScenarioCatalogue(CORE, [MINE])
    assert catalogue.spelled(catalogue.parse(spelling)) == spelling
    assert catalogue.spelled(catalogue.parse("polls=3")) == "polls"
