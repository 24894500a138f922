"""The control API under `/_mock`: health, sandboxes and their clocks. Ours alone; problem+json when it refuses."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mockserver.domain.scenario import Scenario
from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.provider.table import Provider
from mockserver.web import configuration
from mockserver.web.guard import refusal
from mockserver.web.members import json_object, number, typed
from mockserver.web.problems import Refused, nearest

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the control API works on. `credentials` read the key of a call in every provider's way."""

    engine: Engine
    providers: dict[str, Provider]
    scenarios: dict[str, Scenario]
    version: str
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)


class Control:
    """The handlers; `routes()` is all there is."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[Route]:
        """The route table of the control API."""
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "/health", self.health),
            ("GET", "/sandboxes", self.sandboxes),
            ("POST", "/sandboxes", self.open_sandbox),
            ("GET", "/sandboxes/{key}", self.sandbox),
            ("PATCH", "/sandboxes/{key}", self.configure),
            ("DELETE", "/sandboxes/{key}", self.reset),
            ("GET", "/sandboxes/{key}/clock", self.clock),
            ("PATCH", "/sandboxes/{key}/clock", self.move_clock),
        ]
        return [Route(path, self._guarded(handler), methods=[method]) for method, path, handler in table]

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                why = refusal(request, self.desk.allowed_hosts)
                if why is not None:
                    raise Refused(403, why)
                return await handler(request)
            except Refused as refused:
                return refused.response()

        return guarded

    async def health(self, _request: Request) -> Response:
        """That the server is up, and what it is."""
        return JSONResponse({"status": "ok", "version": self.desk.version, "providers": list(self.desk.providers)})

    async def sandboxes(self, _request: Request) -> Response:
        """All sandboxes, the most recently used last."""
        return JSONResponse({"sandboxes": [_shown(one) for one in self.desk.engine.sandboxes]})

    async def open_sandbox(self, request: Request) -> Response:
        """Open the sandbox of a key, which stays out of the path and out of every log."""
        key = typed(await json_object(request, {"key"}, {"key"}), "key", str, "a string")
        return JSONResponse(_shown(self.desk.engine.sandboxes.open(digest_of(key))), 201)

    async def sandbox(self, request: Request) -> Response:
        """One sandbox."""
        return JSONResponse(_shown(self._named(request)))

    async def configure(self, request: Request) -> Response:
        """Change what a sandbox is set to; every member is checked before the first is changed."""
        sandbox = self._named(request)
        change = await json_object(request, set(configuration.MEMBERS))
        for apply in configuration.changes(change, self.desk.providers, self.desk.scenarios):
            apply(sandbox)
        return JSONResponse(_shown(sandbox))

    async def reset(self, request: Request) -> Response:
        """Forget what a sandbox accumulated and start its clock anew at the wall's instant; its configuration stays."""
        jobs = self.desk.engine.reset(self._named(request))
        return JSONResponse({"jobs_forgotten": jobs})

    async def clock(self, request: Request) -> Response:
        """A sandbox's clock."""
        return JSONResponse(_clock(self._named(request)))

    async def move_clock(self, request: Request) -> Response:
        """Freeze, let go, change the rate, set or advance; in the order frozen, rate, set, advance_seconds."""
        sandbox = self._named(request)
        change = await json_object(request, {"frozen", "rate", "set", "advance_seconds"})
        moves = _moves(change)
        for member, move in moves:
            try:
                move(sandbox)
            except (ValueError, OverflowError) as error:
                raise Refused(409, f"{member}: {error}", clock=_clock(sandbox)) from None
        return JSONResponse(_clock(sandbox))

    def _named(self, request: Request) -> Sandbox:
        """The sandbox that the path names: by digest, by key, or `self` for the key in the request's own header."""
        name: str = request.path_params["key"]
        sandboxes = self.desk.engine.sandboxes
        if name == "self":
            key = self._own_key(request)
            return sandboxes.open(digest_of(key))
        if name.startswith("sb_") and len(name) == 15:
            found = sandboxes.get(name)
            if found is None:
                known = [one.digest for one in sandboxes]
                raise Refused(
                    404, f"no sandbox {name}" + (nearest(name, known[-20:]) if known else "; there is none yet")
                )
            return found
        return sandboxes.open(digest_of(name))

    def _own_key(self, request: Request) -> str:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        named = request.headers.get("x-mock-sandbox") or (key.strip() if scheme.lower() == "bearer" else "")
        if not named:
            raise Refused(400, "`self` means the key in the request's own header; send Authorization: Bearer <key>")
        return named


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


def _shown(sandbox: Sandbox) -> dict[str, object]:
    profiles = {name: sorted(words) for name, words in sandbox.profiles.items() if words}
    return {
        "sandbox": sandbox.digest,
        "jobs": len(sandbox.book.jobs),
        "submissions": sandbox.submissions,
        "timing": sandbox.timing,
        "limits": "documented" if sandbox.limits else "off",
        "scenario": sandbox.scenario.name,
        "profiles": profiles,
        "clock": _clock(sandbox),
    }


def _clock(sandbox: Sandbox) -> dict[str, object]:
    clock = sandbox.clock
    return {"now": clock.now().isoformat().replace("+00:00", "Z"), "frozen": clock.is_frozen, "rate": clock.rate}
