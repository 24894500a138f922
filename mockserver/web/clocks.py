"""The clock of a sandbox over the control API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.engine.sandbox import Sandbox
from mockserver.provider import members
from mockserver.provider.configuration import CLOCK, Apply, clock_changes
from mockserver.web.control_context import ControlContext, instant
from mockserver.web.deliveries import settled
from mockserver.web.members import json_object
from mockserver.web.problems import Refused


async def show(context: ControlContext, request: Request) -> Response:
    """Answer with the clock of a sandbox."""
    return JSONResponse(clock_of(await context.named(request)))


async def move(context: ControlContext, request: Request) -> Response:
    """Change the clock in the order frozen, rate, start, set, advance_seconds; change nothing when one of them is
    wrong.

    Answers when every attempt at a webhook that is due was made and recorded (at most 5 s), with the ids of the
    webhooks that fell due since the last move or override, and what is still under way.
    """
    sandbox = await context.named(request)
    change = await json_object(request, {*CLOCK, "set", "advance_seconds"})

    def moved(sandbox: Sandbox) -> None:
        context.engine.configure(sandbox, _moves(change, sandbox))

    await context.engine.work(sandbox, moved)
    return JSONResponse({**clock_of(sandbox), **await settled(context, sandbox)})


def clock_of(sandbox: Sandbox) -> dict[str, object]:
    """Return a clock as JSON."""
    clock = sandbox.clock
    start = None if clock.start is None else instant(clock.start)
    return {"now": instant(clock.now()), "frozen": clock.is_frozen, "rate": clock.rate, "start": start}


def _moves(change: dict[str, Any], sandbox: Sandbox) -> list[Apply]:
    """Return the moves of a request in their order, all of them possible; raises Refused for one that is not."""
    moves = clock_changes(change)
    at = sandbox.clock.now()
    if "start" in change and sandbox.is_untouched:
        at = sandbox.clock.now() if change["start"] is None else members.instant(change, "start")
    if "set" in change:
        at, move = _set(members.instant(change, "set"), at, sandbox)
        moves.append(move)
    if "advance_seconds" in change:
        seconds = members.number(change, "advance_seconds")
        if seconds < 0:
            raise Refused(400, f"advance_seconds: expected a number from 0, got {seconds:g}", member="advance_seconds")
        if at + timedelta(seconds=seconds) > members.LATEST:
            told = f"advance_seconds: the clock ends at {instant(members.LATEST)}"
            raise Refused(409, told, member="advance_seconds", clock=clock_of(sandbox))
        moves.append(lambda moved: moved.moving().advance(timedelta(seconds=seconds)))
    return moves


def _set(to: datetime, now: datetime, sandbox: Sandbox) -> tuple[datetime, Apply]:
    """Set the clock; to an earlier instant only while nothing has happened in the sandbox."""
    if to < now and not sandbox.is_untouched:
        told = "a clock that was used is never set backwards; reset the sandbox instead"
        raise Refused(409, f"set: {told}", member="set", clock=clock_of(sandbox))
    # Not `Clock.set`, which would compare again: a live clock may have passed `to` since `now` was read, unseen.
    return to, lambda moved: moved.moving().restart(to)
