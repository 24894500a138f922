"""Webhooks to a receiver that is restarted twice in the middle: how many came, how often, and how long it took.

python -m tests.bench.webhooks 10000
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from mockserver.domain.webhook_plan import Try
from tests.adapters.dispatchers import finals, job, world
from tests.adapters.receiver import Receiver

RETRIES = 40
PLAN = (Try(), *(Try(timedelta(seconds=5), only_if_failed=True),) * RETRIES)
SECONDS = 100
"""The jobs end within so many seconds of the sandbox's clock."""


@dataclass
class Restarting:
    """A receiver at one port that can be away."""

    hook: Receiver = field(default_factory=Receiver)
    server: asyncio.Server | None = None
    port: int = 0

    async def start(self) -> None:
        self.server = await asyncio.start_server(self.hook.serve, "127.0.0.1", self.port, backlog=1024)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more connections, and answer those that were taken."""
        if self.server is not None:
            self.server.close()
        while self.hook.open:
            self.hook.left.clear()
            await self.hook.left.wait()

    async def stop_after(self, count: int) -> None:
        """Stop in the middle, once so many have come."""
        while len(self.hook.received) < count:
            await self.hook.arrivals.get()
        await self.stop()


@dataclass(frozen=True)
class Outcome:
    """What came of it, by job: how often it arrived, and how often an attempt was answered with 200."""

    arrived: Counter[str]
    answered: Counter[str]
    failed: int
    """Attempts that found nobody."""


async def deliver(count: int) -> Outcome:
    """Send a webhook for each of so many jobs, while the receiver goes away and comes back twice."""
    receiver = Restarting()
    await receiver.start()
    async with world(plan=PLAN, kept=count * (RETRIES + 1)) as here:
        for n in range(count):
            here.expect(job(n, n % SECONDS), finals(f"http://127.0.0.1:{receiver.port}"))
        for share in (0.2, 0.6):
            stopping = asyncio.create_task(receiver.stop_after(int(count * share)))
            await here.advance(SECONDS / 2, within=600)
            await stopping
            await here.advance(20, within=600)  # nobody is there: all that is due fails, and is tried again
            await receiver.start()
        await here.advance(SECONDS + 10, within=600)
        await receiver.stop()
        arrived = Counter(one.value["job"] for one in receiver.hook.received)
        answered = Counter(one.delivery.job for one in here.attempts if one.is_received)
        return Outcome(arrived, answered, sum(one.status is None for one in here.attempts))


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    began = time.monotonic()
    outcome = asyncio.run(deliver(wanted))
    lost = wanted - len(outcome.arrived)
    twice = sum(times > 1 for times in outcome.arrived.values())
    print(f"{wanted} webhooks, {outcome.failed} attempts found nobody; lost {lost}, twice {twice}")
    print(f"{time.monotonic() - began:.1f} s")
