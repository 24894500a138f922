"""From a placed call to its answer: the provider's table is asked, what must be waited for is waited for."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime

from mockserver.domain.clip import BadImage
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.engine.pace import LONGEST_HOLD
from mockserver.ports import Unanswered
from mockserver.provider.call import Answer, Call, Challenge, Hold, Look, Reply
from mockserver.provider.endpoints import respond
from mockserver.web.journal.redact_request import redact_text
from mockserver.web.provider_context import ProviderContext

log = logging.getLogger("mockserver")


async def answered(context: ProviderContext, call: Call, problem: Problem | None) -> Answer:
    """The answer to a call. `problem` is what is already wrong with it; a crash becomes the provider's own 500."""
    try:
        if problem is not None:
            stray = next(filter(None, (check(call) for check in call.provider.unrouted_checks)), problem)
            return call.provider.refuse(stray, call)
        result = respond(call)
        while not isinstance(result, Answer | Problem):
            result = await _awaited(context, result, call)
        return result if isinstance(result, Answer) else call.provider.refuse(result, call)
    except Exception as error:
        log.exception("%s %s crashed", call.method, redact_text(call.raw_path, call))
        return crashed(call, error)


def crashed(call: Call, error: Exception) -> Answer:
    """The provider's 500 for a fault of ours."""
    return call.provider.refuse(Problem(ProblemKind.CRASHED, fault_of(error)), call)


def fault_of(error: Exception) -> str:
    """A fault of ours in one line; the traceback is for the log only."""
    return f"{type(error).__name__} inside the mock server; its log has the traceback"


async def _awaited(context: ProviderContext, wait: Hold | Look | Challenge, call: Call) -> Reply:
    """Wait for what an answer needs, and go on."""
    if isinstance(wait, Hold):
        return await held(wait, call)
    return await (_looked(context, wait, call) if isinstance(wait, Look) else _asked(context, wait, call))


async def held(hold: Hold, call: Call) -> Answer | Problem:
    """Wait as a hold asks, then answer."""
    await waited(call, hold.until)
    call.now = call.sandbox.clock.now()
    return hold.then(call)


async def waited(call: Call, until: datetime) -> None:
    """Wait for an instant of the sandbox, at most 30 s of real time and not at all under a frozen clock."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_HOLD):
            await call.sandbox.clock.wait_until(until, while_frozen=False)


async def _asked(context: ProviderContext, ask: Challenge, call: Call) -> Reply:
    """Ask the client's address that an answer depends on."""
    try:
        came: object | Problem = await context.challenger.ask(ask.url, ask.body, ask.patience_seconds)
    except Unanswered as error:
        came = Problem(ProblemKind.REFUSED, str(error), detail={"url": ask.url})
    call.now = call.sandbox.clock.now()
    return ask.then(call, came)


async def _looked(context: ProviderContext, look: Look, call: Call) -> Reply:
    """Take in the picture that an answer needs."""
    try:
        picture = await context.pictures.take(look.source, look.rules)
        digest: str | Problem = picture.digest
        call.picture_size = picture.size
    except BadImage as error:
        digest = Problem(ProblemKind.REFUSED, str(error), detail={"image": str(error)})
    return look.then(call, digest)
