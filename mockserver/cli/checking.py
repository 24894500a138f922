"""What `mockserver check` does: choose the cases, run the client through them, make the report."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mockserver import __version__
from mockserver.cli.check import SETS
from mockserver.cli.check_clients import Checked, running
from mockserver.cli.spelling import unknown
from mockserver.kit.cases import baseline
from mockserver.kit.cases.catalogue import builtin, chosen
from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.ending import ENDINGS
from mockserver.kit.cases.judging import CaseResult, Judging
from mockserver.kit.cases.model import Case, CaseBroken, cases_of
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.table import LAWS
from mockserver.kit.reports.model import Case as ReportedCase
from mockserver.kit.reports.model import Report
from mockserver.kit.transcript import Transcript


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    kind: ClientKind
    cases: Sequence[Case]
    accepted: Sequence[baseline.Entry]
    given: Mapping[str, Any]
    """The options by their names."""
    environ: Mapping[str, str]

    @classmethod
    def of(cls, given: Mapping[str, Any], environ: Mapping[str, str]) -> Wanted:
        """Read the options that name cases, laws and files. Raises UsageError."""
        kind: ClientKind = given["kind"]
        cases = _chosen(kind, given)
        return cls(kind, cases, _accepted(given["baseline"]), given, environ)

    @property
    def checked(self) -> Checked:
        """The client."""
        return Checked(self.kind, self.given, self.environ)

    @property
    def judging(self) -> Judging:
        """How cases are judged."""
        return Judging(replay=self.command("{case}"))

    def command(self, case: str = "") -> str:
        """Return the command line that does this again, for one case where one is named."""
        client = [
            f"--{name} {shlex.quote(shlex.join(self.given[name]))}" for name in ("cmd", "adapter") if self.given[name]
        ]
        parts = ["mockserver check", self.kind.name, *client]
        parts += [f"--python {self.given['python']}"] if self.given["python"] else []
        file = self.given["found"] if case and self.given["is_search"] else self.given["replay"]
        parts += [f"--replay {shlex.quote(str(file))}"] if file else []
        parts += ["--search"] if self.given["is_search"] and not case else []
        parts += [f"--seed {self.given['seed']}"] if self.given["seed"] else []
        parts += [f"--case {case}"] if case else []
        return " ".join(parts)


def _chosen(kind: ClientKind, given: Mapping[str, Any]) -> list[Case]:
    cases = builtin()
    if given["replay"] is not None:
        cases = read_cases(given["replay"], "--replay")
    ids, laws = given["ids"], given["laws"]
    fitting = chosen(cases, kind.name)
    for one in ids:
        if one not in {case.id for case in fitting}:
            raise click.UsageError(f"--case: unknown case {unknown(one, [case.id for case in fitting])}")
    known = [law.id for law in LAWS]
    for one in laws:
        if one not in known:
            raise click.UsageError(f"--law: unknown law {unknown(one, known)}")
    is_open = bool(ids or laws or given["replay"])
    found = chosen(cases, kind.name, ids=ids, laws=laws, sets=() if is_open else SETS[given["set"]])
    if not found:
        reason = f"no case at {kind.name} provokes {', '.join(laws)}" if laws else f"no case is for {kind.name}"
        raise click.UsageError(reason)
    return found


def read_cases(path: Path, option: str) -> Sequence[Case]:
    """Return the cases of a file. Raises UsageError."""
    try:
        return cases_of(path.read_bytes(), str(path))
    except CaseBroken as broken:
        raise click.UsageError(f"{option}: {broken}") from None
    except OSError as error:
        raise click.UsageError(f"{option}: {path}: {error.strerror}") from None


def _accepted(path: Path | None) -> list[baseline.Entry]:
    if path is None:
        return []
    laws = [*(law.id for law in LAWS), *ENDINGS]
    try:
        return baseline.entries(path.read_bytes(), laws, [case.id for case in builtin()])
    except baseline.BaselineBroken as broken:
        raise click.UsageError(f"--baseline: {path}: {broken}") from None


def listed(wanted: Wanted) -> list[str]:
    """Return a line for each case."""
    width = max(len(case.id) for case in wanted.cases)
    return [f"{case.id:{width}}  {case.set:8}  {case.says}  [{', '.join(case.laws)}]" for case in wanted.cases]


def report(wanted: Wanted) -> Report:
    """Run the client through the cases and return the report."""
    with running(wanted.checked, wanted.judging) as run_all:
        return reported(wanted, run_all(wanted.cases))


def reported(wanted: Wanted, results: Sequence[CaseResult], notes: Sequence[str] = ()) -> Report:
    """Return the report of results, under the baseline."""
    shown = baseline.accepted(results, wanted.accepted)
    stale = baseline.stale(results, wanted.accepted)
    cases = [ReportedCase(one.case.id, one.run, one.verdicts) for one in shown if one.run is not None]
    if stale and cases:
        nothing = Transcript(cases[0].run.transcript.sandbox, 1, 0, [])
        cases.append(ReportedCase("baseline", Run(nothing, cases[0].run.rules), stale))
    skipped = [
        f"{one.case.id} is not supported by the client: {one.ended.unsupported}"
        for one in results
        if one.ended.unsupported is not None
    ]
    problem = "" if cases else "the client supports none of the cases"
    return Report(wanted.command(), __version__, cases, problem=problem, notes=[*notes, *skipped])
