"""What the jobs of a sandbox cost at documented prices, and its budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mockserver.domain.job import AnyJob, State, snapshot
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.ports import Judge
from mockserver.prices import shown, total
from mockserver.provider.call import Call


@dataclass(frozen=True, slots=True)
class Charge:
    """What one job costs."""

    job: AnyJob
    amount: Decimal | None
    """None where no price is documented; zero where the job failed and its provider charges no failed ones."""
    repeats: str = ""
    """The id of an earlier job that asks for the same; empty: none does."""


def price_of(call: Call, kind: str, request: object) -> Decimal | None:
    """Return the documented price of a job that a call asks for; None where there is none."""
    billed = call.provider.billed
    quantities = {} if billed is None else billed(request)
    return call.judge.prices(call.provider.name).price(kind, quantities).amount


def charges(jobs: Iterable[AnyJob], now: datetime, judge: Judge) -> Iterator[Charge]:
    """Yield what each job costs, in their order. Two jobs ask for the same where their whole requests are equal."""
    first: dict[tuple[str, str, object], str] = {}
    for job in jobs:
        repeats = job.id
        with suppress(TypeError):  # a request of somebody's own provider, which nothing is compared with
            repeats = first.setdefault((job.provider, job.kind, job.request), job.id)
        yield Charge(job, _charged(job, now, judge), "" if repeats == job.id else repeats)


def _charged(job: AnyJob, now: datetime, judge: Judge) -> Decimal | None:
    if job.price and snapshot(job, now).state is State.FAILED and not judge.prices(job.provider).charges_failed:
        return Decimal(0)
    return job.price


def spent_by(call: Call) -> Decimal:
    """Return what the jobs of the call's sandbox cost so far."""
    return total(_charged(job, call.now, call.judge) for job in call.sandbox.all_jobs())


def beyond_budget(call: Call, price: Decimal | None) -> Problem | None:
    """Return the refusal of a job that the sandbox has no money left for."""
    budget = call.sandbox.budget
    if budget is None or price is None:
        return None
    spent = spent_by(call)
    if spent + price <= budget:
        return None
    text = f"the budget is {shown(budget)} USD; {shown(spent)} are spent, and this job costs {shown(price)}"
    return Problem(ProblemKind.OUT_OF_CREDITS, text, detail={"budget": shown(budget), "spent": shown(spent)})
