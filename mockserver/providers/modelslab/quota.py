"""ModelsLab: the queue limit and the throttle (where limits are on), and the spam filter."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from mockserver.domain.job import end_of
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.quota import Limit
from mockserver.provider.call import Call
from mockserver.providers.modelslab.order import KINDS, NAME

QUEUES: Final = {"basic": 5, "standard": 10, "premium": 15}
THROTTLE: Final = Limit(30, timedelta(minutes=1))
REPETITION: Final = Limit(1, timedelta(seconds=30))
RETRY_AFTER: Final = 30
"""The `retry_after` of the page; sent under `retry-30`, and where no end of a waiting job is decided."""


def _makes_video(call: Call) -> bool:
    return call.operation is not None and call.operation.id in KINDS


def queue(call: Call) -> Problem | None:
    """Check the queue limit: a key has at most so many unfinished videos as its plan allows, over both surfaces."""
    if not call.sandbox.limits or not _makes_video(call):
        return None
    most = QUEUES[call.sandbox.tiers.get(NAME, "basic")]
    waiting = [job for job in call.sandbox.unfinished(call.now) if job.provider == NAME]
    if len(waiting) < most:
        return None
    ends = sorted(end for job in waiting if (end := end_of(job)) is not None)
    leaving = len(waiting) - most
    after = call.sandbox.clock.whole_seconds(ends[leaving] - call.now) if leaving < len(ends) else RETRY_AFTER
    if "retry-30" in call.profile:
        after = RETRY_AFTER
    return Problem(
        ProblemKind.LIMITED,
        f"{len(waiting)} videos of this key are unfinished",
        detail={"queue": most, "retry_after": after},
    )


def repetition(call: Call) -> Problem | None:
    """Check, under `spam-filter`, that the same request was not accepted within the last 30 seconds."""
    if "spam-filter" not in call.profile or not _makes_video(call):
        return None
    same = (NAME, call.path, blake2b(call.body, digest_size=16).digest())
    standing = call.sandbox.admit(same, REPETITION, call.now)
    if standing.is_admitted:
        return None
    after = call.sandbox.clock.whole_seconds(standing.reset)
    return Problem(ProblemKind.LIMITED, "the same request again", detail={"repeated": True, "retry_after": after})


def throttle(call: Call) -> tuple[Hashable, Limit] | None:
    """Check the limit of calls per minute; only `request_count` has one."""
    operation = call.operation
    is_count = operation is not None and operation.id in ("requestCount", "requestCountByGet")
    return ((NAME, "requestCount"), THROTTLE) if is_count else None
