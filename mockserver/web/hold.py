"""Held answers: how long a request may be kept waiting."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from mockserver.domain.problem import Problem
from mockserver.provider.call import Answer, Call, Hold

LONGEST_SECONDS: Final = 30.0


async def held(hold: Hold, call: Call) -> Answer | Problem:
    """Wait as a hold asks, at most 30 s of real time and not at all under a frozen clock, then answer."""
    clock = call.sandbox.clock
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_SECONDS):
            await clock.wait_until(hold.until, while_frozen=False)
    call.now = clock.now()
    return hold.then(call)
