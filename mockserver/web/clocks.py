"""A sandbox's clock over the control API."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.engine.sandbox import Sandbox
from mockserver.web.desk import Desk, instant
from mockserver.web.members import json_object, number, typed
from mockserver.web.problems import Refused

SETTLE_SECONDS: Final = 5.0


async def show(desk: Desk, request: Request) -> Response:
    """A sandbox's clock."""
    return JSONResponse(clock_of(desk.named(request)))


async def move(desk: Desk, request: Request) -> Response:
    """Freeze, let go, change the rate, set or advance; in the order frozen, rate, set, advance_seconds.

    Answers when the first attempt of every webhook that fell due was made (at most 5 s), with the ids of those that
    fell due by this move.
    """
    sandbox = desk.named(request)
    change = await json_object(request, {"frozen", "rate", "set", "advance_seconds"})
    for member, make in _moves(change):
        try:
            make(sandbox)
        except (ValueError, OverflowError) as error:
            raise Refused(409, f"{member}: {error}", clock=clock_of(sandbox)) from None
    delivered = await desk.engine.courier.settled(sandbox.digest, SETTLE_SECONDS)
    return JSONResponse({**clock_of(sandbox), "deliveries": delivered})


def clock_of(sandbox: Sandbox) -> dict[str, object]:
    """A clock as it is shown."""
    clock = sandbox.clock
    return {"now": instant(clock.now()), "frozen": clock.is_frozen, "rate": clock.rate}


def _moves(change: dict[str, Any]) -> list[tuple[str, Callable[[Sandbox], None]]]:
    """The changes asked for, checked as a whole before the first is made."""
    moves: list[tuple[str, Callable[[Sandbox], None]]] = []
    if "frozen" in change:
        frozen = typed(change, "frozen", bool, "true or false")
        moves.append(("frozen", lambda sandbox: sandbox.clock.freeze(frozen)))
    if "rate" in change:
        rate = number(change, "rate")
        moves.append(("rate", lambda sandbox: sandbox.clock.run_at(rate)))
    if "set" in change:
        at = _instant(change["set"])
        moves.append(("set", lambda sandbox: _set(sandbox, at)))
    if "advance_seconds" in change:
        seconds = number(change, "advance_seconds")
        moves.append(("advance_seconds", lambda sandbox: sandbox.clock.advance(timedelta(seconds=seconds))))
    return moves


def _set(sandbox: Sandbox, at: datetime) -> None:
    """Set the clock; into the past only while nothing has happened in the sandbox yet."""
    if sandbox.is_untouched:
        sandbox.clock.restart(at)
    else:
        sandbox.clock.set(at)


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        expected = "an instant with its offset such as 2026-01-31T12:00:00Z"
        raise Refused(400, f"set: expected {expected}, got {json.dumps(value)[:80]}", member="set")
    return at
