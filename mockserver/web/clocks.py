"""A sandbox's clock over the control API."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Clock
from mockserver.web.desk import Desk, instant
from mockserver.web.members import json_object, number, typed
from mockserver.web.problems import Refused

SETTLE_SECONDS: Final = 5.0
FASTEST: Final = 1e6
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Within these bounds no length of a job and no window leaves what a datetime can hold."""

Move = Callable[[Clock], None]


async def show(desk: Desk, request: Request) -> Response:
    """A sandbox's clock."""
    return JSONResponse(clock_of(desk.named(request)))


async def move(desk: Desk, request: Request) -> Response:
    """Freeze, let go, change the rate, set or advance; in the order frozen, rate, set, advance_seconds. Nothing moves
    when one of them is wrong.

    Answers when the first attempt of every webhook that fell due was made (at most 5 s), with the ids of those that
    fell due since the last move or turn.
    """
    sandbox = desk.named(request)
    change = await json_object(request, {"frozen", "rate", "set", "advance_seconds"})
    for make in _moves(change, sandbox):
        make(sandbox.clock)
    delivered = await desk.engine.courier.settled(sandbox.digest, SETTLE_SECONDS)
    return JSONResponse({**clock_of(sandbox), "deliveries": delivered})


def clock_of(sandbox: Sandbox) -> dict[str, object]:
    """A clock as it is shown."""
    clock = sandbox.clock
    return {"now": instant(clock.now()), "frozen": clock.is_frozen, "rate": clock.rate}


def _moves(change: dict[str, Any], sandbox: Sandbox) -> list[Move]:
    """The moves asked for, in the order in which they are made; all are known to be possible, or Refused is raised."""
    moves: list[Move] = []
    at = sandbox.clock.now()
    if "frozen" in change:
        frozen = typed(change, "frozen", bool, "true or false")
        moves.append(lambda clock: clock.freeze(frozen))
    if "rate" in change:
        rate = number(change, "rate")
        if not 0 < rate <= FASTEST:
            told = f"expected a number above 0 and up to {FASTEST:g} (freeze the clock to stop it)"
            raise Refused(400, f"rate: {told}, got {rate:g}", member="rate")
        moves.append(lambda clock: clock.run_at(rate))
    if "set" in change:
        at, move = _set(_instant(change["set"]), at, sandbox)
        moves.append(move)
    if "advance_seconds" in change:
        seconds = number(change, "advance_seconds")
        if seconds < 0:
            raise Refused(400, f"advance_seconds: expected a number from 0, got {seconds:g}", member="advance_seconds")
        if at + timedelta(seconds=seconds) > LATEST:
            raise Refused(400, f"advance_seconds: the clock ends at {instant(LATEST)}", member="advance_seconds")
        moves.append(lambda clock: clock.advance(timedelta(seconds=seconds)))
    return moves


def _set(to: datetime, now: datetime, sandbox: Sandbox) -> tuple[datetime, Move]:
    """Set the clock; into the past only while nothing has happened in the sandbox yet."""
    if to < now and not sandbox.is_untouched:
        told = "a clock that was used is never set backwards; reset the sandbox instead"
        raise Refused(409, f"set: {told}", member="set", clock=clock_of(sandbox))
    # Not `Clock.set`, which would compare again: a live clock may have passed `to` since `now` was read, unseen.
    return to, lambda clock: clock.restart(to)


def _instant(value: Any) -> datetime:
    """An instant in UTC."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        expected = "an instant with its offset such as 2026-01-31T12:00:00Z"
        raise Refused(400, f"set: expected {expected}, got {json.dumps(value)[:80]}", member="set")
    if not EARLIEST <= at <= LATEST:
        raise Refused(400, f"set: expected from {instant(EARLIEST)} to {instant(LATEST)}, got {value}", member="set")
    return at.astimezone(UTC)
