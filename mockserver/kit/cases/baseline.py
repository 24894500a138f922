"""Failures that a team has accepted for now, each with a reason, as a JSON file. An entry that is not needed fails.

{"accepted": [{"law": "BKO-02", "case": "polls-limited-dates", "reason": "dates come with the next release"}]}

An entry without `case` is for all cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mockserver.kit.cases.judging import CaseResult
from mockserver.kit.laws.law import AnyLaw, Basis, Breach, Evidence, Ground, Law, Severity
from mockserver.kit.laws.verdict import Kind, Verdict

MEMBERS: Final = ("law", "case", "reason")
ACCEPTED: Final = (Kind.FAIL, Kind.WARN)
STALE: Final[AnyLaw] = Law(
    id="BASE-01",
    sentence="Every entry of the baseline is still needed.",
    why="An entry that nobody needs hides the next breach.",
    severity=Severity.MUST,
    ground=Ground(Basis.STANDARD, "the protocol of cases: docs/conformance.md", "docs/conformance.md"),
    evidence=Evidence.PASSIVE,
    finder=lambda _run: iter(()),
    situation="a baseline",
)


class BaselineBroken(ValueError):
    """A file is no baseline; the text says where and what was expected."""


@dataclass(frozen=True)
class Entry:
    """An accepted failure: of a law, in one case (None: in any), and why."""

    law: str
    reason: str
    case: str | None = None

    def fits(self, case: str, law: str) -> bool:
        """Return whether it accepts a failure."""
        return self.law == law and self.case in (None, case)


def entries(text: bytes, laws: Iterable[str], cases: Iterable[str]) -> list[Entry]:
    """Return the entries of a baseline file. `laws` and `cases` are the known ids. Raises BaselineBroken."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BaselineBroken(f"no JSON: {error}") from None
    rows = value.get("accepted") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise BaselineBroken('expected {"accepted": [{"law": "BKO-02", "reason": "..."}]}')
    known_laws, known_cases = frozenset(laws), frozenset(cases)
    return [_entry(row, f"accepted/{index}", known_laws, known_cases) for index, row in enumerate(rows)]


def _entry(row: Any, where: str, laws: frozenset[str], cases: frozenset[str]) -> Entry:
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise BaselineBroken(f"{where}: expected an object of texts, got {str(row)[:80]}")
    for name in row:
        if name not in MEMBERS:
            raise BaselineBroken(f"{where}: unknown member {name!r}; known: {', '.join(MEMBERS)}")
    if row.get("law") not in laws:
        raise BaselineBroken(f"{where}/law: expected the id of a law such as BKO-02, got {row.get('law')!r}")
    if not row.get("reason", "").strip():
        raise BaselineBroken(f"{where}/reason: expected why it is accepted")
    if row.get("case") is not None and row["case"] not in cases:
        raise BaselineBroken(f"{where}/case: there is no case {row['case']!r}; `mockserver check --list` shows them")
    return Entry(row["law"], row["reason"], row.get("case"))


def accepted(results: Sequence[CaseResult], known: Sequence[Entry]) -> list[CaseResult]:
    """Return the results with the accepted failures as information."""
    return [replace(one, verdicts=[_under(one, verdict, known) for verdict in one.verdicts]) for one in results]


def _under(result: CaseResult, verdict: Verdict, known: Sequence[Entry]) -> Verdict:
    entry = next((one for one in known if one.fits(result.case.id, verdict.law.id)), None)
    if entry is None or verdict.kind not in ACCEPTED:
        return verdict
    return replace(verdict, kind=Kind.INFO, reason=f"accepted: {entry.reason}")


def stale(results: Sequence[CaseResult], known: Sequence[Entry]) -> list[Verdict]:
    """Return a failed verdict for each entry that no failure needed, of those whose cases were run."""
    ran = {one.case.id for one in results}
    broken = [(one.case.id, verdict.law.id) for one in results for verdict in one.broken]
    needless = [
        one
        for one in known
        if (one.case is None or one.case in ran) and not any(one.fits(case, law) for case, law in broken)
    ]
    return [_stale(one) for one in needless]


def _stale(entry: Entry) -> Verdict:
    where = f"{entry.law} in {entry.case}" if entry.case is not None else entry.law
    breach = Breach(f"a failure of {where}, which the baseline accepts: {entry.reason}", "none: take the entry out", ())
    return Verdict(STALE, Kind.FAIL, Severity.MUST, STALE.ground, "", [breach], 1)
