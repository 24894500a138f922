"""Faults at the point `webhook`: what they make of the attempts that are planned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mockserver.domain.scenario_composition import composed
from mockserver.domain.timeline import State
from mockserver.domain.webhook_plan import CHANGES, Plan, Try


def planned(*rows: dict[str, Any], **more: Any) -> Plan | None:
    """The attempts at the webhook that tells of a success, under these faults."""
    faults = [{"at": "webhook", **row} for row in rows]
    return composed("mine", {"faults": faults, **more}).webhook_plan(State.SUCCEEDED)


@pytest.mark.parametrize("change", CHANGES)
def test_an_attempt_is_sent_wrong(change: str) -> None:
    """Every way in which a webhook can be wrong is a fault of its attempts."""
    assert planned({"does": change, "from": 2, "to": 2}, webhooks={"tries": [0, 5, 9]}) == (
        Try(), Try(timedelta(seconds=5), changes=(change,)), Try(timedelta(seconds=9)),
    )  # fmt: skip


def test_an_attempt_is_lost_or_late() -> None:
    """Without a plan there is one attempt at once; it is not made, or made later."""
    assert planned({"does": "lost"}) == ()
    assert planned({"does": "delayed", "seconds": 7}) == (Try(timedelta(seconds=7)),)
    assert planned({"does": "lost", "every": 2}, webhooks={"tries": [0, 1, 2, 3]}) == (
        Try(timedelta(seconds=1)), Try(timedelta(seconds=3)),
    )  # fmt: skip


def test_a_retry_follows_a_lost_attempt() -> None:
    """What is lost had no answer: the retry comes in any case, as long after it as after one that failed."""
    assert planned({"does": "lost", "to": 1}, webhooks="webhook-retried", number=2) == (
        Try(timedelta(seconds=1)), Try(timedelta(seconds=2), only_if_failed=True),
    )  # fmt: skip
    assert planned({"does": "lost", "to": 1}, webhooks="webhook-together") == (Try(),)


def test_other_faults_leave_webhooks_alone() -> None:
    """A scenario without faults of webhooks has the usual attempts."""
    assert composed("mine", {"faults": [{"at": "poll", "does": "cut"}]}).webhook_plan(State.SUCCEEDED) is None
