"""Lanes: one queue and at most one worker per target, so that a target that never answers stops nobody else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mockserver.adapters.webhooks.address import Target
from mockserver.adapters.webhooks.box import Box, Parcel


@dataclass(slots=True, eq=False)
class Lane:
    """The parcels on their way to one target, in the order in which they fell due."""

    queue: deque[Parcel] = field(default_factory=deque)
    worker: asyncio.Task[None] | None = None


class Lanes:
    """All targets that something is on its way to. `make` makes one attempt; it raises nothing."""

    def __init__(self, make: Callable[[Parcel], Awaitable[None]]) -> None:
        self._make = make
        self._lanes: dict[Target, Lane] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def put(self, parcel: Parcel) -> None:
        """Send a parcel as soon as those before it to the same target are sent."""
        target = parcel.address.target
        lane = self._lanes.get(target)
        if lane is None:
            lane = self._open(target, Lane())
        lane.queue.append(parcel)

    def _open(self, target: Target, lane: Lane) -> Lane:
        self._lanes[target] = lane
        lane.worker = asyncio.create_task(self._work(target, lane))
        self._workers.add(lane.worker)
        lane.worker.add_done_callback(self._workers.discard)
        return lane

    async def _work(self, target: Target, lane: Lane) -> None:
        while lane.queue:
            parcel = lane.queue.popleft()
            sending = parcel.box.sending
            try:
                # A forgotten sandbox leaves its parcels here: to look for them would make a reset cost what it drops.
                if not parcel.box.is_gone:
                    sending.add(target)
                    await self._make(parcel)
            finally:
                sending.discard(target)
                _settle(parcel)
        if self._lanes.get(target) is lane:
            del self._lanes[target]

    def break_off(self, box: Box) -> None:
        """End the attempts that are being made for a forgotten sandbox; what others sent to these targets goes on."""
        for target in box.sending:
            lane = self._lanes.pop(target)
            if lane.worker is not None:
                lane.worker.cancel()
            if lane.queue:
                self._open(target, Lane(lane.queue))
                lane.queue = deque()

    async def aclose(self) -> None:
        """End all workers at once."""
        lanes, self._lanes = list(self._lanes.values()), {}
        for lane in lanes:
            if lane.worker is not None:
                lane.worker.cancel()
            for parcel in lane.queue:
                _settle(parcel)
        await asyncio.gather(*self._workers, return_exceptions=True)


def _settle(parcel: Parcel) -> None:
    if not parcel.made.done():
        parcel.made.set_result(None)
