"""A report as JSON. The form is `contracts/report.schema.json`, written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from mockserver.data import contracts
from mockserver.kit.laws.law import Ground
from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.drawing import draw
from mockserver.kit.reports.model import ORDER, Case, Report, Spend
from mockserver.prices import shown

VERSION: Final = 1
SCHEMA: Final = contracts() / "report.schema.json"
MOST_BREACHES: Final = 20
"""How many breaches of one law a result tells at most; `breaches` in it counts all."""


@cache
def schema() -> Mapping[str, Any]:
    """Return the JSON Schema (2020-12) of a report."""
    found: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    return found


def to_json(report: Report) -> dict[str, Any]:
    """Return a report as a JSON value."""
    return {
        "report": VERSION,
        "tool": {"name": "mockserver", "version": report.version},
        "command": report.command,
        "summary": _summary(report),
        "spend": [_spend(one) for one in report.spend],
        "results": [_result(case, one) for case in report.cases for one in case.verdicts],
        "cases": [_case(one) for one in report.cases],
    }


def to_text(report: Report) -> str:
    """Return a report as the text of a JSON file."""
    return json.dumps(to_json(report), indent=1, ensure_ascii=False) + "\n"


def _summary(report: Report) -> dict[str, Any]:
    return {
        "exit_code": report.exit_code,
        "problem": report.problem or None,
        "command_exit_code": report.ended,
        "cases": len(report.cases),
        "verdicts": _counts(report.counts),
        "drifts": report.drifts,
        "notes": list(report.notes),
    }


def _counts(counts: Mapping[Kind, int]) -> dict[str, int]:
    return {kind.value: counts[kind] for kind in ORDER}


def _spend(one: Spend) -> dict[str, Any]:
    return {"currency": one.currency, "amount": shown(one.amount), "jobs": one.jobs}


def _result(case: Case, one: Verdict) -> dict[str, Any]:
    """A verdict. The names law, case, verdict, expected, observed, events and replay are fixed."""
    return {
        "law": one.law.id,
        "case": case.name,
        "verdict": one.kind.value,
        "expected": one.expected,
        "observed": one.observed,
        "events": list(one.events),
        "replay": one.replay,
        "provider": case.run.provider,
        "sentence": one.law.sentence,
        "severity": one.severity.value,
        "ground": _ground(one.ground),
        "reason": one.reason,
        "situations": one.situations,
        "breaches": len(one.breaches),
        "first_breaches": [
            {"expected": breach.expected, "observed": breach.observed, "events": list(breach.events)}
            for breach in one.breaches[:MOST_BREACHES]
        ],
        "cost": _costs(one),
    }


def _ground(ground: Ground) -> dict[str, str]:
    return {"basis": ground.basis.value, "says": ground.says, "source": ground.source}


def _costs(one: Verdict) -> Sequence[dict[str, Any]]:
    return [
        {
            "amount": None if cost.amount is None else shown(cost.amount),
            "currency": cost.currency,
            "source": cost.source,
        }
        for cost in one.costs
    ]


def _case(case: Case) -> dict[str, Any]:
    return {
        "case": case.name,
        "provider": case.run.provider,
        "profile": list(case.run.profile),
        "sandbox": case.run.transcript.sandbox,
        "calls": len(case.run.index.calls),
        "jobs": case.jobs,
        "verdicts": _counts(case.counts),
        "spend": [_spend(one) for one in case.spend],
        "answers": {
            "compared": case.answers,
            "drifts": [
                {"event": one.event, "operation": one.operation, "expected": one.expected, "observed": one.observed}
                for one in case.drifts
            ],
        },
        "drawing": draw(case.run, case.of(Kind.FAIL, Kind.WARN)).to_json(),
    }
