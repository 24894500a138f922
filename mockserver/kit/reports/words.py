"""Words and sentences that the forms of a report share."""

from __future__ import annotations

from typing import Final

from mockserver.kit.laws.verdict import Kind
from mockserver.kit.reports.model import Report

HEADS: Final = {
    Kind.FAIL: "failed",
    Kind.WARN: "warned",
    Kind.INFO: "info",
    Kind.PASS: "kept",
    Kind.INCONCLUSIVE: "inconclusive",
    Kind.NOT_APPLICABLE: "not applicable",
}
"""The kinds of verdict as heads of columns."""


def many(count: int, word: str) -> str:
    """Return a number and its noun."""
    return f"{count} {word}" + ("" if count == 1 else "s")


def conclusion(report: Report) -> str:
    """Return how the whole ended, as one sentence."""
    if report.problem:
        return report.problem
    counts = report.counts
    told = [f"{counts[Kind.FAIL]} failed" if counts[Kind.FAIL] else "nothing failed"]
    if counts[Kind.HARNESS_ERROR]:
        told.append(f"judging went wrong {many(counts[Kind.HARNESS_ERROR], 'time')}")
    if counts[Kind.WARN]:
        told.append(many(counts[Kind.WARN], "warning"))
    told.append(f"{counts[Kind.PASS]} kept")
    told.append(f"{counts[Kind.INCONCLUSIVE]} inconclusive (not exercised, or not told)")
    if report.drifts:
        told.append(f"{many(report.drifts, 'answer')} not as documented")
    if report.ended:
        told.append(f"the command ended with {report.ended}")
    return ", ".join(told)
