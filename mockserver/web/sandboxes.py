"""Sandboxes over the control API: listed, opened, configured, reset."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.provider import configuration
from mockserver.provider.configuration import queue_of, spelled
from mockserver.web.clocks import clock_of
from mockserver.web.desk import Desk
from mockserver.web.members import json_object, kind_of
from mockserver.web.problems import Refused


async def listed(desk: Desk, _request: Request) -> Response:
    """All sandboxes, the most recently used last."""
    return JSONResponse({"sandboxes": [shown(one, desk) for one in desk.engine.sandboxes]})


async def opened(desk: Desk, request: Request) -> Response:
    """Open the sandbox of a key, which stays out of the path and out of every log."""
    key = (await json_object(request, {"key"}, {"key"}))["key"]
    if not isinstance(key, str):
        raise Refused(400, f"key: expected a string, got {kind_of(key)}", member="key")
    if not key:
        raise Refused(400, "key: expected a key, got an empty string", member="key")
    return JSONResponse(shown(desk.engine.sandboxes.open(digest_of(key)), desk), 201)


async def show(desk: Desk, request: Request) -> Response:
    """One sandbox."""
    return JSONResponse(shown(desk.named(request), desk))


async def configure(desk: Desk, request: Request) -> Response:
    """Change what a sandbox is set to; every member is checked before the first is changed."""
    sandbox = desk.named(request)
    change = await json_object(request, set(configuration.MEMBERS))
    for apply in configuration.changes(change, desk.providers, desk.scenarios):
        apply(sandbox)
    return JSONResponse(shown(sandbox, desk))


async def queued(desk: Desk, request: Request) -> Response:
    """Append to the fates of the next submissions."""
    sandbox = desk.named(request)
    sandbox.queue.extend(queue_of(await json_object(request, {"queue"}, {"queue"}), "queue", desk.scenarios))
    return JSONResponse({"queue": [spelled(one, desk.scenarios) for one in sandbox.queue]})


async def reset(desk: Desk, request: Request) -> Response:
    """Forget what a sandbox accumulated and start its clock anew at its start (else at the wall's instant); its
    configuration stays.

    With `?configuration=true` that goes too, and its listeners, but for those of the TOML file: the sandbox is as if
    its key had never been used.
    """
    sandbox = desk.engine.sandboxes.get(desk.digest(request))
    asked = request.query_params.get("configuration", "false")
    if asked not in ("true", "false"):
        raise Refused(400, f"configuration: expected true or false, got {asked[:80]!r}", member="configuration")
    if sandbox is None:  # nor is one made, for which another would have to leave
        return JSONResponse({"jobs_forgotten": 0})
    if asked == "false":
        return JSONResponse({"jobs_forgotten": desk.engine.reset(sandbox)})
    count = len(sandbox.book.jobs)
    desk.engine.sandboxes.close(sandbox.digest)
    return JSONResponse({"jobs_forgotten": count})


def shown(sandbox: Sandbox, desk: Desk) -> dict[str, object]:
    """A sandbox as it is shown: all that it can be set to, never its key."""
    return {
        "sandbox": sandbox.digest,
        "jobs": len(sandbox.book.jobs),
        "submissions": sandbox.submissions,
        "timing": sandbox.timing,
        "limits": {
            name: {"calls": limit.calls, "seconds": limit.window.total_seconds()}
            for name, limit in sandbox.own_limits.items()
        }
        or ("documented" if sandbox.limits else "off"),
        "documented_limits": sandbox.limits,
        "tiers": dict(sandbox.tiers),
        "scenario": spelled(sandbox.scenario, desk.scenarios),
        "queue": [spelled(one, desk.scenarios) for one in sandbox.queue],
        "profiles": {name: sorted(words) for name, words in sandbox.profiles.items() if words},
        "hold_seconds": None if sandbox.hold is None else sandbox.hold.total_seconds(),
        "journal": "on" if sandbox.journal.is_on else "off",
        "clock": clock_of(sandbox),
    }
