"""Sandboxes over the control API: listed, opened, configured, reset."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.domain.delivery import SETTLE_SECONDS
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.provider import configuration
from mockserver.provider.configuration import queue_of
from mockserver.web.clocks import clock_of
from mockserver.web.control_context import ControlContext
from mockserver.web.members import json_object, kind_of
from mockserver.web.problems import Refused


async def listed(context: ControlContext, _request: Request) -> Response:
    """Answer with all sandboxes, the most recently used last."""
    return JSONResponse({"sandboxes": [await _load_json(one, context) for one in await context.engine.store.listed()]})


async def opened(context: ControlContext, request: Request) -> Response:
    """Open the sandbox of a key. The key is in the body, so that no path and no log contains it."""
    key = (await json_object(request, {"key"}, {"key"}))["key"]
    if not isinstance(key, str):
        raise Refused(400, f"key: expected a string, got {kind_of(key)}", member="key")
    if not key:
        raise Refused(400, "key: expected a key, got an empty string", member="key")
    return JSONResponse(await _load_json(await context.engine.store.load(digest_of(key)), context), 201)


async def show(context: ControlContext, request: Request) -> Response:
    """Answer with one sandbox."""
    return JSONResponse(await _load_json(await context.named(request), context))


async def configure(context: ControlContext, request: Request) -> Response:
    """Change the configuration of a sandbox; every member is checked before the first one changes."""
    sandbox = await context.named(request)
    change = await json_object(request, set(configuration.MEMBERS))
    changes = configuration.changes(change, context.providers, context.scenarios)

    def configured(sandbox: Sandbox) -> dict[str, object]:
        context.engine.configure(sandbox, changes)
        if "webhook_secrets" in change:
            sign = context.engine.webhooks.sign
            sandbox.after.append(partial(sign, sandbox.digest, sandbox.webhook_secrets))
        return sandbox_to_json(sandbox, context)

    return JSONResponse(await context.engine.work(sandbox, configured))


async def queued(context: ControlContext, request: Request) -> Response:
    """Append scenarios for the next submissions to the queue. Answers after every webhook that is due was attempted."""
    sandbox = await context.named(request)
    more = queue_of(await json_object(request, {"queue"}, {"queue"}), "queue", context.scenarios)

    def appended(sandbox: Sandbox) -> list[str]:
        context.engine.configure(sandbox, [lambda box: box.set("queue", (*box.queue, *more))])
        return [context.scenarios.spelled(one) for one in sandbox.queue]

    queue = await context.engine.work(sandbox, appended)
    await context.engine.webhooks.made_due(sandbox.digest, SETTLE_SECONDS)
    return JSONResponse({"queue": queue})


async def reset(context: ControlContext, request: Request) -> Response:
    """Forget what a sandbox accumulated and start its clock again; its configuration stays.

    With `?configuration=true` the configuration goes too, and so do the listeners, except those of the TOML file: the
    sandbox is as if its key had never been used.
    """
    engine = context.engine
    sandbox = await engine.store.find(await context.digest(request))
    asked = request.query_params.get("configuration", "false")
    if asked not in ("true", "false"):
        raise Refused(400, f"configuration: expected true or false, got {asked[:80]!r}", member="configuration")
    if sandbox is None:  # nor is one made, for which another would have to leave
        return JSONResponse({"jobs_forgotten": 0})
    if asked == "false":
        return JSONResponse({"jobs_forgotten": await engine.work(sandbox, engine.reset)})
    return JSONResponse({"jobs_forgotten": await engine.store.close(sandbox.digest)})


async def _load_json(sandbox: Sandbox, context: ControlContext) -> dict[str, object]:
    return await context.engine.work(sandbox, partial(sandbox_to_json, context=context))


def sandbox_to_json(sandbox: Sandbox, context: ControlContext) -> dict[str, object]:
    """Return a sandbox as JSON: its whole configuration, never its key."""
    return {
        "sandbox": sandbox.digest,
        "jobs": sandbox.count_jobs(),
        "submissions": sandbox.submissions,
        "timing": sandbox.timing,
        "limits": {
            name: {"calls": limit.calls, "seconds": limit.window.total_seconds()}
            for name, limit in sandbox.own_limits.items()
        }
        or ("documented" if sandbox.limits else "off"),
        "documented_limits": sandbox.limits,
        "tiers": dict(sandbox.tiers),
        "scenario": context.scenarios.spelled(sandbox.scenario),
        "queue": [context.scenarios.spelled(one) for one in sandbox.queue],
        "profiles": {name: sorted(words) for name, words in sandbox.profiles.items() if words},
        "hold_seconds": None if sandbox.hold is None else sandbox.hold.total_seconds(),
        "journal": "on" if sandbox.journal.is_on else "off",
        "webhook_signatures": len(sandbox.webhook_secrets),
        "budget_usd": None if sandbox.budget is None else float(sandbox.budget),
        "clock": clock_of(sandbox),
    }
