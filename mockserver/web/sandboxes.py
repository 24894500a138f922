"""Sandboxes over the control API: listed, opened, configured, reset."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.provider import configuration
from mockserver.provider.configuration import queue_of, spelled
from mockserver.web.clocks import clock_of
from mockserver.web.control_context import ControlContext
from mockserver.web.deliveries import SETTLE_SECONDS
from mockserver.web.members import json_object, kind_of
from mockserver.web.problems import Refused


async def listed(context: ControlContext, _request: Request) -> Response:
    """All sandboxes, the most recently used last."""
    return JSONResponse({"sandboxes": [shown(one, context) for one in context.engine.sandboxes]})


async def opened(context: ControlContext, request: Request) -> Response:
    """Open the sandbox of a key, which stays out of the path and out of every log."""
    key = (await json_object(request, {"key"}, {"key"}))["key"]
    if not isinstance(key, str):
        raise Refused(400, f"key: expected a string, got {kind_of(key)}", member="key")
    if not key:
        raise Refused(400, "key: expected a key, got an empty string", member="key")
    return JSONResponse(shown(context.engine.sandboxes.open(digest_of(key)), context), 201)


async def show(context: ControlContext, request: Request) -> Response:
    """One sandbox."""
    return JSONResponse(shown(context.named(request), context))


async def configure(context: ControlContext, request: Request) -> Response:
    """Change what a sandbox is set to; every member is checked before the first is changed."""
    sandbox = context.named(request)
    change = await json_object(request, set(configuration.MEMBERS))
    for apply in configuration.changes(change, context.providers, context.scenarios):
        apply(sandbox)
    return JSONResponse(shown(sandbox, context))


async def queued(context: ControlContext, request: Request) -> Response:
    """Append to the scenarios of the next submissions. Answers when every webhook that is due was attempted."""
    sandbox = context.named(request)
    sandbox.queue.extend(queue_of(await json_object(request, {"queue"}, {"queue"}), "queue", context.scenarios))
    await context.engine.webhooks.made_due(sandbox.digest, SETTLE_SECONDS)
    return JSONResponse({"queue": [spelled(one, context.scenarios) for one in sandbox.queue]})


async def reset(context: ControlContext, request: Request) -> Response:
    """Forget what a sandbox accumulated and start its clock anew at its start (else at the wall's instant); its
    configuration stays.

    With `?configuration=true` that goes too, and its listeners, but for those of the TOML file: the sandbox is as if
    its key had never been used.
    """
    sandbox = context.engine.sandboxes.get(context.digest(request))
    asked = request.query_params.get("configuration", "false")
    if asked not in ("true", "false"):
        raise Refused(400, f"configuration: expected true or false, got {asked[:80]!r}", member="configuration")
    if sandbox is None:  # nor is one made, for which another would have to leave
        return JSONResponse({"jobs_forgotten": 0})
    if asked == "false":
        return JSONResponse({"jobs_forgotten": context.engine.reset(sandbox)})
    count = len(sandbox.job_store.jobs)
    context.engine.sandboxes.close(sandbox.digest)
    return JSONResponse({"jobs_forgotten": count})


def shown(sandbox: Sandbox, context: ControlContext) -> dict[str, object]:
    """A sandbox as it is shown: all that it can be set to, never its key."""
    return {
        "sandbox": sandbox.digest,
        "jobs": len(sandbox.job_store.jobs),
        "submissions": sandbox.submissions,
        "timing": sandbox.timing,
        "limits": {
            name: {"calls": limit.calls, "seconds": limit.window.total_seconds()}
            for name, limit in sandbox.own_limits.items()
        }
        or ("documented" if sandbox.limits else "off"),
        "documented_limits": sandbox.limits,
        "tiers": dict(sandbox.tiers),
        "scenario": spelled(sandbox.scenario, context.scenarios),
        "queue": [spelled(one, context.scenarios) for one in sandbox.queue],
        "profiles": {name: sorted(words) for name, words in sandbox.profiles.items() if words},
        "hold_seconds": None if sandbox.hold is None else sandbox.hold.total_seconds(),
        "journal": "on" if sandbox.journal.is_on else "off",
        "clock": clock_of(sandbox),
    }
