"""Target queues: one queue and at most one worker per target, so that a target that never answers stops nobody else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mockserver.adapters.webhooks.address import Target
from mockserver.adapters.webhooks.outbox import Outbox, PendingAttempt


@dataclass(slots=True, eq=False)
class TargetQueue:
    """The pending attempts on their way to one target, in the order in which they fell due."""

    queue: deque[PendingAttempt] = field(default_factory=deque)
    worker: asyncio.Task[None] | None = None


class TargetQueues:
    """All targets that something is on its way to. `make` makes one attempt; it raises nothing."""

    def __init__(self, make: Callable[[PendingAttempt], Awaitable[None]]) -> None:
        self._make = make
        self._queues: dict[Target, TargetQueue] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def put(self, pending: PendingAttempt) -> None:
        """Send a pending attempt as soon as those before it to the same target are sent."""
        target = pending.address.target
        target_queue = self._queues.get(target)
        if target_queue is None:
            target_queue = self._open(target, TargetQueue())
        target_queue.queue.append(pending)

    def _open(self, target: Target, target_queue: TargetQueue) -> TargetQueue:
        self._queues[target] = target_queue
        target_queue.worker = asyncio.create_task(self._work(target, target_queue))
        self._workers.add(target_queue.worker)
        target_queue.worker.add_done_callback(self._workers.discard)
        return target_queue

    async def _work(self, target: Target, target_queue: TargetQueue) -> None:
        while target_queue.queue:
            pending = target_queue.queue.popleft()
            sending = pending.outbox.sending
            try:
                # A forgotten sandbox leaves its pending attempts here: to look for them would make a reset cost what it
                # drops.
                if not pending.outbox.is_gone:
                    sending.add(target)
                    await self._make(pending)
            finally:
                sending.discard(target)
                _settle(pending)
        if self._queues.get(target) is target_queue:
            del self._queues[target]

    def break_off(self, outbox: Outbox) -> None:
        """End the attempts that are being made for a forgotten sandbox; what others sent to these targets goes on."""
        for target in outbox.sending:
            target_queue = self._queues.pop(target)
            if target_queue.worker is not None:
                target_queue.worker.cancel()
            if target_queue.queue:
                self._open(target, TargetQueue(target_queue.queue))
                target_queue.queue = deque()

    async def aclose(self) -> None:
        """End all workers at once."""
        target_queues, self._queues = list(self._queues.values()), {}
        for target_queue in target_queues:
            if target_queue.worker is not None:
                target_queue.worker.cancel()
            for pending in target_queue.queue:
                _settle(pending)
        await asyncio.gather(*self._workers, return_exceptions=True)


def _settle(pending: PendingAttempt) -> None:
    if not pending.made.done():
        pending.made.set_result(None)
