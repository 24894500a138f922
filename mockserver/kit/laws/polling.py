"""Laws of polling."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mockserver.kit.laws.index import groups
from mockserver.kit.laws.law import Finding
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.timing import waited

FLOOR_SECONDS = 1.0
"""The shortest pause between two polls where nobody says another."""


def keeps_the_floor(run: Run) -> Iterator[Finding]:
    """Two polls of a job are never closer than the floor."""
    floor = FLOOR_SECONDS if run.facts.floor is None else run.facts.floor
    for polls in groups(run.index.polls).values():
        for before, after in pairwise(polls):
            yield waited(run, before, after, floor, "the shortest pause between polls", from_arrival=True)
