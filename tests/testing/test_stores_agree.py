"""A client sees no difference between stores: one that waits, in JSON and with conflicts, gives the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime
from mockserver.adapters.store import MemoryStore
from mockserver.app import create_app
from mockserver.engine.store import MakeStore, StoreParts
from mockserver.settings import Settings
from mockserver.testing import MockServer
from mockserver.testing.in_process import InProcessServer
from tests.engine.awaiting_store import AwaitingStore
from tests.engine.engines import awaiting
from tests.testing.test_replay import CREATIONS, STEPS, WHEN, Run

EVERYTHING: list[tuple[str, Any, str]] = [
    ("limit", 2, "two"),
    *(("create", provider, key) for provider in CREATIONS for key in ("one", "two")),
    ("advance", 5.5, "two"),
    ("pass", 2.25, "one"),
    *(("scenario", name, "two") for name in ("stalled", "polls=2", "dropped-polls", "failed-creation")),
    ("limit", 3, "two"),
    ("create", "tensorone", "two"),
    *(("poll", number, key) for number in range(5) for key in ("one", "two")),
]


def ran(make_store: MakeStore, folder: Path, steps: list[tuple[str, Any, str]]) -> list[object]:
    """All that was answered, and what the control API then shows, the journals included."""
    time = HandTime(WHEN)
    told = Settings(cache=folder, public_url="https://mock.example", max_jobs=12)
    app = InProcessServer(lambda: create_app(told, time=time, make_store=make_store))
    with MockServer(served=app) as server:
        run = Run(server, time)
        for step in steps:
            run.step(*step)
        shown = [[one.jobs(), one.journal.read(), one.settings()] for one in run.sandboxes.values()]
        run.sandboxes["one"].reset()
        return [*run.answers, shown, server.sandboxes()]


def test_every_provider_over_both_stores(tmp_path: Path) -> None:
    made: list[AwaitingStore] = []

    def make_store(parts: StoreParts) -> AwaitingStore:
        made.append(AwaitingStore(parts, iter([number % 3 == 0 for number in range(1000)])))
        return made[0]

    assert ran(make_store, tmp_path, EVERYTHING) == ran(MemoryStore.of, tmp_path, EVERYTHING)
    assert made[0].refused > 10, "there were no conflicts to speak of"
    assert {"jobs", "logs", "calls", "room"} == {table for table, _ in made[0].fetched}


@given(steps=st.lists(STEPS, max_size=15), conflicts=st.lists(st.booleans(), max_size=30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_run_over_both_stores(tmp_path: Path, steps: list[tuple[str, Any, str]], conflicts: list[bool]) -> None:
    assert ran(awaiting(conflicts), tmp_path, steps) == ran(MemoryStore.of, tmp_path, steps)
