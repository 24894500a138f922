"""Webhooks: one scheduler on the sandboxes' clocks, one worker per target."""

from __future__ import annotations

from mockserver.domain.delivery import Herald
from mockserver.domain.job import Job
from mockserver.ports import Clock


class Post:
    """The port `Courier`."""

    def expect(self, sandbox: str, clock: Clock, job: Job, herald: Herald) -> None:
        """Take on the letters of a job's events."""

    def turned(self, sandbox: str, job: Job) -> None:
        """Read the later events of a turned job anew."""

    def forget(self, sandbox: str) -> None:
        """Drop all that is expected of a sandbox."""

    async def aclose(self) -> None:
        """Stop all workers."""
