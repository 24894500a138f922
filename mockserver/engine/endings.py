"""The ends of jobs as events. A job's end is read off its life, so somebody has to wait for it; only while events are
listened to anybody does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from mockserver.domain.job import AnyJob, end_of
from mockserver.ports import Clock

Current = Callable[[str, str], Awaitable[AnyJob | None]]
"""Returns the job of a sandbox as it is now, by the digest and the id."""
Ended = Callable[[str, AnyJob, datetime], None]
"""Called with the digest, the job and the instant of its end."""


@dataclass(slots=True, eq=False)
class _Ahead:
    """The ends that are ahead in one sandbox."""

    clock: Clock
    heap: list[tuple[datetime, int, str]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Endings:
    """Waits for the ends of jobs on the clocks of their sandboxes."""

    def __init__(self, current: Current, ended: Ended) -> None:
        self._current, self._ended = current, ended
        self._ahead: dict[str, _Ahead] = {}

    def expect(self, sandbox: str, clock: Clock, job: AnyJob) -> None:
        """Wait for the end of a job, where one is decided; call it again when its life has changed."""
        end = end_of(job)
        if end is None:
            return
        ahead = self._ahead.get(sandbox)
        if ahead is None:
            ahead = self._ahead[sandbox] = _Ahead(clock)
        first = ahead.heap[0][0] if ahead.heap else None
        heappush(ahead.heap, (end, job.n, job.id))
        if first is None or end < first:
            if ahead.task is not None:
                ahead.task.cancel()
            ahead.task = asyncio.get_running_loop().create_task(self._wait(sandbox, ahead))

    def forget(self, sandbox: str) -> None:
        """Wait for no end in a sandbox any more."""
        ahead = self._ahead.pop(sandbox, None)
        if ahead is not None and ahead.task is not None:
            ahead.task.cancel()

    def clear(self) -> None:
        """Wait for nothing any more."""
        for sandbox in list(self._ahead):
            self.forget(sandbox)

    async def _wait(self, sandbox: str, ahead: _Ahead) -> None:
        while ahead.heap:
            next_end = ahead.heap[0]
            end, _, name = next_end
            await ahead.clock.wait_until(end)
            job = await self._current(sandbox, name)
            while ahead.heap and ahead.heap[0] == next_end:  # a job may have been expected twice
                heappop(ahead.heap)
            if job is not None and end_of(job) == end:  # else its life has changed, and its end is expected anew
                self._ended(sandbox, job, end)
        ahead.task = None
