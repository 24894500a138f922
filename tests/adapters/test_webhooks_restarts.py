"""Retries bring every webhook to a receiver that is away for a while, and none twice."""

from __future__ import annotations

import asyncio

from tests.bench.webhooks import deliver

COUNT = 500
"""`python -m tests.bench.webhooks 10000` does the same with more."""


def test_none_is_lost_and_none_comes_twice_while_the_receiver_is_restarted() -> None:
    """Each arrives once, and each attempt that arrived is recorded as answered."""
    outcome = asyncio.run(deliver(COUNT))
    assert outcome.failed > 0
    assert len(outcome.arrived) == COUNT
    assert set(outcome.arrived.values()) == {1}
    assert outcome.answered == outcome.arrived
