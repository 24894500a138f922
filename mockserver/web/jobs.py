"""Jobs over the control API: listed, and overridden from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.domain.job import AnyJob, Override, OverrideKind, snapshot
from mockserver.engine.sandbox import Sandbox
from mockserver.provider.members import typed
from mockserver.web.control_context import ControlContext, instant
from mockserver.web.deliveries import settled
from mockserver.web.members import json_object
from mockserver.web.problems import Refused, nearest


async def listed(context: ControlContext, request: Request) -> Response:
    """Answer with the jobs of a sandbox, oldest first, as they are now."""

    def to_json(sandbox: Sandbox) -> list[dict[str, object]]:
        return [job_to_json(job, sandbox) for job in sandbox.all_jobs()]

    return JSONResponse({"jobs": await context.engine.work(await context.named(request), to_json)})


def overridden(kind: OverrideKind) -> Callable[[ControlContext, Request], Awaitable[Response]]:
    """Return a handler that overrides a job's life; `why` in the body is the reason that a failed job tells."""

    async def handler(context: ControlContext, request: Request) -> Response:
        sandbox, engine = await context.named(request), context.engine
        name: str = request.path_params["job"]
        await engine.work(sandbox, partial(_unended, name))
        body = await json_object(request, {"why"}) if await request.body() else {}
        why = typed(body, "why", str, "a string") if "why" in body else ""

        def override(sandbox: Sandbox) -> AnyJob:
            now = sandbox.clock.now()
            return engine.override(sandbox, _unended(name, sandbox), Override(now, kind, why))

        job = await engine.work(sandbox, override)
        webhooks = await settled(context, sandbox)
        return JSONResponse({**job_to_json(job, sandbox), **webhooks})

    return handler


def _unended(name: str, sandbox: Sandbox) -> AnyJob:
    """Return the job of this name whose life is not over; raise Refused where there is none."""
    job = sandbox.find_job(name)
    if job is None:
        known = [one.id for one in sandbox.all_jobs()[-50:]]
        raise Refused(404, f"no job {name[:80]}" + (nearest(name, known) if known else "; there is none yet"))
    seen = snapshot(job, sandbox.clock.now())
    if seen.state.is_terminal:
        raise Refused(409, f"{job.id} has {seen.state.value} already", job=job_to_json(job, sandbox))
    return job


def job_to_json(job: AnyJob, sandbox: Sandbox) -> dict[str, object]:
    """Return a job as JSON: in the server's own words, with its overrides."""
    seen = snapshot(job, sandbox.clock.now())
    return {
        "id": job.id,
        "provider": job.provider,
        "operation": job.kind,
        "n": job.n,
        "scenario": job.scenario.name if job.scenario is not None else None,
        "state": seen.state.value,
        "progress": seen.progress,
        "created": instant(job.created),
        "remaining_seconds": None if seen.remaining is None else seen.remaining.total_seconds(),
        "turns": [{"at": instant(turn.at), "turning": turn.kind.value, "why": turn.why} for turn in job.overrides],
    }
