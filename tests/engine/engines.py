"""A small world for engine tests: sandboxes over a hand-moved time, a webhook port that only listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from mockserver.adapters.clock import HandTime, SandboxClock
from mockserver.adapters.store import MemoryStore
from mockserver.domain.builtin_scenarios import CORE
from mockserver.domain.chance import Draw
from mockserver.domain.delivery import PayloadFunction
from mockserver.domain.job import AnyJob, Job
from mockserver.domain.order import Lengths, Names, Order
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.engine.store import MakeStore, StoreParts
from mockserver.ports import Clock
from mockserver.provider.requests import RequestForms
from tests.engine.awaiting_store import AwaitingStore

START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
SCENARIOS = ScenarioCatalogue(CORE)
T = TypeVar("T")


def awaiting(conflicts: Iterable[bool] = ()) -> MakeStore:
    """Makes a store that waits, and of whose commits these meet a conflict."""
    return lambda parts: AwaitingStore(parts, iter(conflicts))


STORES: Final[dict[str, Callable[[], MakeStore]]] = {
    "memory": lambda: MemoryStore.of,
    "awaiting": awaiting,
    "conflicting": lambda: awaiting([True, False, True, True, False] * 1000),
}
"""Every store that there is, and those of tests; each test of stores runs over all of them."""


class SilentWebhooks:
    """A webhook port that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def expect(self, sandbox: str, clock: Clock, job: AnyJob, webhook_payload: PayloadFunction) -> None:
        self.told.append(f"expect {job.id}")

    def overridden(self, sandbox: str, job: AnyJob) -> None:
        self.told.append(f"turned {job.id}")

    def forget(self, sandbox: str) -> None:
        self.told.append(f"forget {sandbox}")


def engine(
    time: HandTime | None = None,
    *,
    max_jobs: int = 100,
    max_sandboxes: int = 10,
    timing: str = "quick",
    make_store: MakeStore = MemoryStore.of,
) -> Engine:
    """An engine with nothing in it."""
    source = time or HandTime(START)

    def make(digest: str, id_block: int) -> Sandbox:
        return Sandbox(digest, SandboxClock(source, start=START), 1, id_block, {}, timing)

    parts = StoreParts(make, max_jobs, max_sandboxes, (), RequestForms([]), SCENARIOS, START)
    return Engine(make_store(parts), SilentWebhooks())  # type: ignore[arg-type]


def ended(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


def opened(world: Engine, key: str) -> Sandbox:
    """The sandbox of a key."""
    return ended(world.store.load(digest_of(key)))


def work(world: Engine, key: str, steps: Callable[[Sandbox], T]) -> T:
    """What a unit of work on the sandbox of a key gives."""

    async def worked() -> T:
        return await world.work(await world.store.load(digest_of(key)), steps)

    return ended(worked())


def submit(world: Engine, key: str) -> AnyJob:
    """A new job of a key."""
    job = work(world, key, lambda box: world.submit(box, ORDER, box.clock.now()))
    assert isinstance(job, Job)
    return job


def jobs(world: Engine, key: str) -> list[AnyJob]:
    """The jobs of a key."""
    return work(world, key, lambda box: box.all_jobs())


def names(chance: Draw) -> Names:
    """An id cut from the chance, and another name."""
    return Names(chance.text(0, 12), chance.uuid(12))


def minutes(_chance: Draw) -> Lengths:
    """One minute each."""
    return timedelta(minutes=1), timedelta(minutes=1)


ORDER = Order("toy", "make", "a request", names, minutes)
