"""One attempt that is planned, or under way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from mockserver.adapters.webhooks.address import Address
from mockserver.domain.delivery import Attempt, Delivery
from mockserver.domain.webhook_plan import Try


@dataclass(slots=True, eq=False)
class PendingAttempt:
    """One attempt that is planned, or under way."""

    delivery: Delivery
    number: int
    planned: Try
    due: datetime
    address: Address
    rank: tuple[int, int]
    """The job's number and the event's, which order what falls due at one instant."""
    made: asyncio.Future[None]
    """Done when the attempt has ended and was recorded, however it ended."""
    is_replay: bool = False
    record: Attempt | None = None

    def end(self) -> None:
        """Say that it has ended."""
        if not self.made.done():
            self.made.set_result(None)
