"""An end for everything at once, within a bound."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

CLOSE_SECONDS: Final = 0.8
"""Real time that closing may take: with the grace of requests under way it stays below three seconds."""

log = logging.getLogger("mockserver")


async def closed(*steps: Coroutine[Any, Any, None], within_seconds: float = CLOSE_SECONDS) -> None:
    """Run all steps together and return when they have ended, or when their time is over: what is left then is
    cancelled, not waited for, and logged. A step that fails is logged and stops no other.
    """
    tasks = [asyncio.create_task(step) for step in steps]
    done, left = await asyncio.wait(tasks, timeout=within_seconds)
    for task in left:
        task.cancel()
        log.warning("%s takes longer than %g s and is left behind", task.get_coro(), within_seconds)
    for task in done:
        if not task.cancelled() and task.exception() is not None:
            log.error("closing failed", exc_info=task.exception())
