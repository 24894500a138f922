"""Smaller scenarios: what could be left out of one, or be more boring. The shrinking for clients out of process, where
each run takes real seconds: all candidates of a round are run side by side, and the smallest that still breaks the law
is the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

Scenario = Mapping[str, Any]
KEEPS: Final = ("at", "does", "from")
"""Members without which a fault is none."""
MOST_CANDIDATES: Final = 24


def size(scenario: Scenario) -> int:
    """Return how large a scenario is: the length of its text, and the numbers in it."""
    rows: Sequence[Mapping[str, Any]] = scenario.get("faults", ())
    return len(str(scenario)) + sum(int(one.get("from", 0)) + int(one.get("to", 0)) for one in rows)


def candidates(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield scenarios that are smaller by one step each; the most is left out first."""
    faults: Sequence[Mapping[str, Any]] = scenario.get("faults", ())
    if len(faults) > 2:
        half = len(faults) // 2
        yield {**scenario, "faults": list(faults[:half])}
        yield {**scenario, "faults": list(faults[half:])}
    for index in range(len(faults)):
        yield _without_empty({**scenario, "faults": [*faults[:index], *faults[index + 1 :]]})
    for name in ("answers", "creation", "unguessable"):
        if name in scenario:
            yield {other: value for other, value in scenario.items() if other != name}
    if scenario.get("timeline", {}) != {"polls": 1}:
        yield {**scenario, "timeline": {"polls": 1}}
    for index, row in enumerate(faults):
        for smaller in _smaller(row):
            yield {**scenario, "faults": [*faults[:index], smaller, *faults[index + 1 :]]}


def _smaller(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in row:
        if name not in KEEPS and not (name == "status" and row["does"] == "status") and name != "to":
            yield {other: value for other, value in row.items() if other != name}
    if "to" in row and row["to"] > row["from"]:
        yield {**row, "to": row["from"]}
    if row["from"] > 1:
        length = row.get("to", row["from"]) - row["from"]
        yield {**row, "from": 1, **({"to": 1 + length} if "to" in row else {})}


def _without_empty(scenario: dict[str, Any]) -> dict[str, Any]:
    return scenario if scenario["faults"] else {name: value for name, value in scenario.items() if name != "faults"}


def shrunk(
    scenario: Scenario, breaks: Callable[[Sequence[Scenario]], Sequence[bool]], goes_on: Callable[[], bool]
) -> Scenario:
    """Return the smallest scenario that was found to break what this one breaks.

    `breaks` says of each of some scenarios whether it does, and may run them side by side; `goes_on` says whether there
    is time for another round.
    """
    while goes_on():
        smaller = sorted((one for one in candidates(scenario) if size(one) < size(scenario)), key=size)
        tried = smaller[:MOST_CANDIDATES]
        found = next((one for one, does in zip(tried, breaks(tried), strict=True) if does), None) if tried else None
        if found is None:
            return scenario
        scenario = found
    return scenario
