"""One queue and at most one worker per target of a sandbox: a target that never answers stops no other target, and no
other sandbox.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from mockserver.adapters.webhooks.address import Target
from mockserver.adapters.webhooks.pending import PendingAttempt

log = logging.getLogger("mockserver")


class TargetQueues:
    """The attempts of a sandbox on their way, by target, in the order in which they fell due."""

    def __init__(self, make: Callable[[PendingAttempt], Awaitable[None]], workers: set[asyncio.Task[None]]) -> None:
        """`make` makes one attempt; `workers` holds each worker while it runs, also after `cancel`."""
        self._make, self._all = make, workers
        self._queues: dict[Target, deque[PendingAttempt]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def put(self, pending: PendingAttempt) -> None:
        """Have an attempt made as soon as those before it to the same target have ended."""
        target = pending.address.target
        queue = self._queues.get(target)
        if queue is not None:
            queue.append(pending)
            return
        queue = self._queues[target] = deque((pending,))
        worker = asyncio.create_task(self._work(target, queue))
        for group in (self._workers, self._all):
            group.add(worker)
            worker.add_done_callback(group.discard)

    async def _work(self, target: Target, queue: deque[PendingAttempt]) -> None:
        while queue:
            together = [queue.popleft()]
            while queue and queue[0].planned.with_previous and queue[0].delivery is together[0].delivery:
                together.append(queue.popleft())
            if len(together) == 1:
                await self._made(together[0])
            else:
                await asyncio.gather(*map(self._made, together))
        self._queues.pop(target, None)

    async def _made(self, pending: PendingAttempt) -> None:
        """Make one attempt. Whatever happens to it, those behind it come next."""
        try:
            await self._make(pending)
        except Exception:
            log.exception("attempt %d at webhook %s cannot be made", pending.number, pending.delivery.id)
        finally:
            pending.end()

    def cancel(self) -> None:
        """End what is under way and drop what waits, in one step whatever its number."""
        self._queues = {}
        for worker in self._workers:
            worker.cancel()
