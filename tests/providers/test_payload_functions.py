"""Payloads are pure functions of a job and what a poll sees: they need no call and no server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from mockserver.domain.job import Job, events
from mockserver.provider.table import Provider
from mockserver.providers.gately import PROVIDER as GATELY
from mockserver.providers.modelslab import PROVIDER as MODELSLAB
from tests.providers.gately.test_callbacks import Hook, hook
from tests.web.test_deliveries import ProviderContext

__all__ = ["hook"]

CREATIONS: dict[str, tuple[str, dict[str, str], str, list[str]]] = {
    "modelslab": ("/api/v6/video/text2video", {"key": "k", "model_id": "cogvideox", "prompt": "a"}, "webhook", []),
    "gately": ("/v1/video_generation", {"model": "T2V-01", "prompt": "a"}, "callback_url", ["callbacks"]),
}
"""Path, body, the field of the webhook's URL and the profile words of a creation."""


@pytest.mark.parametrize("provider", [MODELSLAB, GATELY], ids=lambda one: one.name)
def test_what_is_sent_is_what_the_payload_function_gives_for_the_stored_job(
    provider: Provider, hook: Hook, tmp_path: Path
) -> None:
    """A job as it lies in the store is enough to write what was sent, whatever its sandbox is set to since."""
    path, body, field, words = CREATIONS[provider.name]
    creation = {**body, field: hook.url}

    async def script() -> None:
        context = ProviderContext(tmp_path)
        async with asyncio.timeout(20):
            await context.call("PATCH", SANDBOX, {"profiles": {provider.name: words}, "scenario": "unguessable"})
            await context.call("PATCH", f"{SANDBOX}/clock", {"frozen": True})
            await context.call("POST", path, creation, {"authorization": "Bearer k"})
            await context.call("PATCH", SANDBOX, {"profiles": {provider.name: OTHER[provider.name]}})
            await context.call("PATCH", f"{SANDBOX}/clock", {"advance_seconds": 3600})
            (job,) = stored(context)
            assert hook.reports
            assert hook.reports == written(provider, job)
            await context.engine.webhooks.aclose()

    asyncio.run(script())


SANDBOX = "/_mock/sandboxes/k"
OTHER = {"modelslab": ["video-generations"], "gately": ["minimax"]}


def stored(context: ProviderContext) -> list[Job]:
    return [job for sandbox in context.engine.store for job in sandbox.all_jobs()]


def written(provider: Provider, job: Job) -> list[Any]:
    """The payloads of a job's events, as JSON values."""
    function = provider.webhook_payload
    assert function is not None
    payloads = [function(job, seen) for _, seen in events(job)]
    return [orjson.loads(orjson.dumps(one.body)) for one in payloads if one is not None]
