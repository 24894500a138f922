"""From the plan of a delivery to its pending attempts."""

from __future__ import annotations

import asyncio
from datetime import datetime

from mockserver.adapters.webhooks.address import Address
from mockserver.adapters.webhooks.outbox import Outbox
from mockserver.adapters.webhooks.pending import PendingAttempt
from mockserver.domain.delivery import Delivery
from mockserver.domain.webhook_plan import Try


def plan_attempts(outbox: Outbox, delivery: Delivery, address: Address, rank: tuple[int, int]) -> None:
    """Put the attempts at a delivery on the heap, but for retries, whose instant nobody knows yet."""
    for number, planned in enumerate(delivery.plan, 1):
        if not planned.only_if_failed:
            due = delivery.at + planned.after
            outbox.hold(pending_attempt(number, delivery, planned, due, address, rank))


def plan_retry(outbox: Outbox, failed: PendingAttempt) -> None:
    """Put the try that follows a failed one on the heap, where it is a retry."""
    plan, number = failed.delivery.plan, failed.number + 1
    if failed.number < len(plan) and plan[failed.number].only_if_failed:
        planned = plan[failed.number]
        due = failed.due + planned.after
        outbox.hold(pending_attempt(number, failed.delivery, planned, due, failed.address, failed.rank))


def pending_attempt(
    number: int, delivery: Delivery, planned: Try, due: datetime, address: Address, rank: tuple[int, int]
) -> PendingAttempt:
    """Return an attempt that is not made yet; needs a running loop."""
    made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    return PendingAttempt(delivery, number, planned, due, address, rank, made)
