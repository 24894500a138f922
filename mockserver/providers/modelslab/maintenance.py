"""ModelsLab: the calls about the server and the account. Only `clear_queue` changes something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mockserver.domain.job import Override, OverrideKind, State, snapshot
from mockserver.provider.call import Answer, Call
from mockserver.provider.table import Endpoint
from mockserver.providers.modelslab.order import NAME

COUNTED: Final = "Current processing request count retrieved successfully"


def says(body: Mapping[str, object]) -> Endpoint:
    """Return the endpoint whose answer is always the same."""

    def endpoint(_call: Call) -> Answer:
        return Answer(200, body)

    return endpoint


def count(call: Call) -> Answer:
    """Answer with the number of unfinished videos of the key, on both surfaces together."""
    waiting = sum(job.provider == NAME for job in call.sandbox.unfinished(call.now))
    return Answer(200, {"status": "success", "processing_count": waiting, "message": COUNTED})


def clear_queue(call: Call) -> Answer:
    """Fail every video of the key that still waits; running videos go on."""
    waiting = [
        job
        for job in call.sandbox.unfinished(call.now)
        if job.provider == NAME and snapshot(job, call.now).state is State.QUEUED
    ]
    for job in waiting:
        call.engine.override(call.sandbox, job, Override(call.now, OverrideKind.FAILED))
    return Answer(200, {"status": "success", "message": "Queue cleared, server is restarting"})
