"""The way from a placed call to its answer: the provider's table answers, and the server waits where the answer needs
it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from mockserver.domain.clip import BadImage
from mockserver.domain.delivery import SETTLE_SECONDS
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.engine.changes import NotLoaded
from mockserver.engine.pace import LONGEST_HOLD
from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Unanswered
from mockserver.provider.call import AfterWebhooks, Answer, Call, Challenge, Hold, Look, Reply, Wait
from mockserver.provider.endpoints import respond
from mockserver.provider.signed_links import STORAGE, storage_answer
from mockserver.web.journal.redact_request import redact_text
from mockserver.web.provider_context import ProviderContext

log = logging.getLogger("mockserver")


Steps = Callable[[Call], Reply]
"""Steps of answering a call in which nothing waits."""


async def answered(context: ProviderContext, call: Call, problem: Problem | None) -> Answer:
    """Return the answer to a call; `problem` is what is already wrong with it.

    Each part of it in which nothing waits is a unit of work. A crash becomes the provider's own 500.
    """
    reply = await _worked(call, respond if problem is None else partial(_refused_early, problem))
    while not isinstance(reply, Answer):
        try:
            steps = await _waited_for(context, reply, call)
        except Exception as error:
            log.exception("%s %s crashed", call.method, redact_text(call.raw_path, call))
            steps = partial(_problem, Problem(ProblemKind.CRASHED, fault_of(error)))
        call.sandbox = await call.engine.store.fresh(call.sandbox)
        reply = await _worked(call, steps)
    return reply


async def refused(call: Call, problem: Problem) -> Answer:
    """Return the provider's answer to a problem that came up outside of it."""
    reply = await _worked(call, partial(_problem, problem))
    if not isinstance(reply, Answer):
        raise TypeError(f"a refusal is an answer, not {reply}")
    return reply


def _problem(problem: Problem, _call: Call) -> Problem:
    return problem


def _refused_early(problem: Problem, call: Call) -> Problem:
    """Return the problem of a call that has no endpoint; what the provider checks first wins."""
    if STORAGE in problem.detail:
        return problem
    return next(filter(None, (check(call) for check in call.provider.unrouted_checks)), problem)


async def _worked(call: Call, steps: Steps) -> Answer | Wait:
    """Run steps of a call as a unit of work."""
    engine = call.engine
    again = None if engine.store.is_whole else partial(call.rewind, call.mark())
    return await engine.work(call.sandbox, partial(_replied, call, steps), again)


def _replied(call: Call, steps: Steps, sandbox: Sandbox) -> Answer | Wait:
    """Run steps. A problem becomes the provider's refusal, a crash its 500, and an answer gets its headers."""
    provider = call.provider
    try:
        reply = steps(call)
        if isinstance(reply, Problem):
            stored = storage_answer(reply, call)
            if stored is not None:  # the host of the files answers, without the provider's headers
                return stored
            reply = provider.refuse(reply, call)
    except NotLoaded:
        raise
    except Exception as error:
        log.exception("%s %s crashed", call.method, redact_text(call.raw_path, call))
        sandbox.undo()
        reply = provider.refuse(Problem(ProblemKind.CRASHED, fault_of(error)), call)
    if provider.add_headers is not None and isinstance(reply, Answer):
        provider.add_headers(reply, call)
    return reply


def fault_of(error: Exception) -> str:
    """Return a crash of the server in one line; the traceback is only in the log."""
    return f"{type(error).__name__} inside the mock server; its log has the traceback"


async def _waited_for(context: ProviderContext, wait: Wait, call: Call) -> Steps:
    """Wait for what an answer needs; return the steps that follow."""
    if isinstance(wait, Hold):
        await waited(call, wait.until)
        call.now = call.sandbox.clock.now()
        return wait.then
    if isinstance(wait, AfterWebhooks):
        await call.engine.webhooks.made_due(call.sandbox.digest, SETTLE_SECONDS)
        return wait.then
    return await (_looked(context, wait, call) if isinstance(wait, Look) else _asked(context, wait))


async def waited(call: Call, until: datetime) -> None:
    """Wait for an instant of the sandbox: at most 30 s of real time, and not at all under a frozen clock."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_HOLD):
            await call.sandbox.clock.wait_until(until, while_frozen=False)


async def _asked(context: ProviderContext, ask: Challenge) -> Steps:
    """Send a challenge to the client's address and wait for the reply."""
    try:
        came: object | Problem = await context.challenger.ask(ask.url, ask.body, ask.patience_seconds)
    except Unanswered as error:
        came = Problem(ProblemKind.REFUSED, str(error), detail={"url": ask.url})

    def then(call: Call) -> Reply:
        call.now = call.sandbox.clock.now()
        return ask.then(call, came)

    return then


async def _looked(context: ProviderContext, look: Look, call: Call) -> Steps:
    """Load the picture that an answer needs."""
    try:
        picture = await context.pictures.take(look.source, look.rules)
        digest: str | Problem = picture.digest
        call.picture_size = picture.size
    except BadImage as error:
        digest = Problem(ProblemKind.REFUSED, str(error), detail={"image": str(error)})
    return lambda call: look.then(call, digest)
