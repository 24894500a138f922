"""Money as reports tell it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mockserver.kit.laws.law import Cost
from mockserver.kit.reports.drawing_calls import money
from mockserver.kit.reports.model import Report
from mockserver.prices import shown


def at_stake(costs: Sequence[Cost]) -> str:
    """Return what breaches cost together, by currency."""
    sums: dict[str, Decimal] = {}
    for one in costs:
        if one.amount is not None:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    told = [f"{shown(amount)} {currency}" for currency, amount in sums.items()]
    unknown = [one for one in costs if one.amount is None]
    if unknown:
        told.append(f"{len(unknown)} {'job' if len(unknown) == 1 else 'jobs'}, {money(unknown[0])}")
    return ", ".join(told)


def jobs_made(report: Report) -> list[str]:
    """Return one sentence on the jobs that were made and what they cost; none where no job was made."""
    jobs = sum(one.jobs for one in report.cases)
    if not jobs:
        return []
    priced = sum(one.jobs for one in report.spend)
    amounts = ", ".join(f"{shown(one.amount)} {one.currency}" for one in report.spend)
    unknown = f"{jobs - priced} without a documented price" if jobs > priced else ""
    told = ", ".join(part for part in (amounts, unknown) if part)
    return [f"{jobs} {'job' if jobs == 1 else 'jobs'} made: {told}"]
