"""What the jobs of a sandbox, or of all, would have cost at documented prices, over the control API."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Judge
from mockserver.prices import shown, total
from mockserver.provider.spending import Charge, charges
from mockserver.web.control_context import ControlContext


async def of_sandbox(context: ControlContext, request: Request) -> Response:
    """What the jobs of a sandbox cost: together, by operation, and each."""
    sandbox = await context.named(request)

    def spend(sandbox: Sandbox) -> dict[str, object]:
        budget = None if sandbox.budget is None else shown(sandbox.budget)
        found = _charges(context.judge, sandbox)
        return {**_summary(found), "budget": budget, "jobs": [_job(context, one) for one in found]}

    return JSONResponse(await context.engine.work(sandbox, spend))


async def of_all(context: ControlContext, _request: Request) -> Response:
    """What the jobs of all sandboxes cost: together and by operation."""
    return JSONResponse(await spend_of_all(context.engine, context.judge))


async def spend_of_all(engine: Engine, judge: Judge) -> dict[str, Any]:
    """Return what the jobs of all sandboxes cost."""
    found: list[Charge] = []
    for sandbox in await engine.store.listed():
        found += await engine.work(sandbox, partial(_charges, judge))
    return _summary(found)


def _charges(judge: Judge, sandbox: Sandbox) -> list[Charge]:
    return list(charges(sandbox.all_jobs(), sandbox.clock.now(), judge))


def _summary(found: Iterable[Charge]) -> dict[str, Any]:
    """What charges come to: amounts are texts of US dollars, so that no digit is lost."""
    every = list(found)
    repeated = [one for one in every if one.repeats]
    by_operation: dict[tuple[str, str], list[Charge]] = {}
    for one in every:
        by_operation.setdefault((one.job.provider, one.job.kind), []).append(one)
    return {
        "currency": "USD",
        **_sums(every),
        "repeated": _sums(repeated),
        "operations": [
            {"provider": provider, "operation": operation, **_sums(charged)}
            for (provider, operation), charged in by_operation.items()
        ],
    }


def _sums(charged: list[Charge]) -> dict[str, Any]:
    unpriced = sum(one.amount is None for one in charged)
    return {"amount": shown(total(one.amount for one in charged)), "made": len(charged), "unpriced": unpriced}


def _job(context: ControlContext, one: Charge) -> dict[str, object]:
    """One job, and where its price stands."""
    job = one.job
    billed = context.providers[job.provider].billed
    quantities = {} if billed is None else billed(job.request)
    price = context.judge.prices(job.provider).price(job.kind, quantities)
    return {
        "id": job.id,
        "provider": job.provider,
        "operation": job.kind,
        "amount": None if one.amount is None else shown(one.amount),
        "repeats": one.repeats or None,
        "source": price.source,
        "mark": price.mark,
    }
