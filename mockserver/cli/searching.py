"""`mockserver check --search`: looks for scenarios that break a law, and keeps the smallest of each as a case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from mockserver.cli.check_clients import RunAll, running
from mockserver.cli.checking import Wanted, read_cases, reported
from mockserver.kit.cases.catalogue import chosen
from mockserver.kit.cases.judging import CaseResult
from mockserver.kit.cases.model import Case
from mockserver.kit.reports.model import Report
from mockserver.kit.search.batches import BatchSearch
from mockserver.kit.search.drive import Search
from mockserver.kit.search.found import Finding, kept


def report(wanted: Wanted) -> Report:
    """Replay what was found before, search, keep what is new, and report on all of it."""
    path = Path(wanted.given["found"])
    before = read_cases(path, "--found") if path.is_file() else []
    seconds, seed = float(wanted.given["seconds"]), int(wanted.given["seed"])
    with running(wanted.checked, wanted.judging) as run_all:
        replayed = run_all(chosen(before, wanted.kind.name)) if before else []
        search: Search | BatchSearch
        if wanted.checked.is_in_process:
            search = Search(lambda case: run_all([case])[0], wanted.kind.name, seed=seed)
        else:
            batch = 3 * wanted.checked.side_by_side
            search = BatchSearch(run_all, wanted.kind.name, seed=seed, batch=batch)
        findings = search.seconds(seconds)
        shown = [*replayed, *_run_again(run_all, before, findings)]
    if not shown:
        return _nothing(wanted, search)
    return reported(wanted, shown, _notes(path, before, findings, search.examples))


def _run_again(run_all: RunAll, before: Sequence[Case], findings: Sequence[Finding]) -> Sequence[CaseResult]:
    ids = {one.id for one in before}
    return run_all([one.case for one in findings if one.case.id not in ids])


def _notes(path: Path, before: Sequence[Case], findings: Sequence[Finding], examples: int) -> list[str]:
    new = kept(path, before, findings)
    told = [f"{examples} scenarios were run; {len(findings)} laws were broken, {new} cases are new in {path}"]
    return [*told, *(f"{one.law}: {one.case.says} ({one.case.id})" for one in findings)]


def _nothing(wanted: Wanted, search: Search | BatchSearch) -> Report:
    """The report of a search that found nothing: on the first case, so that it says of what client."""
    with running(wanted.checked, wanted.judging) as run_all:
        results = run_all(wanted.cases[:1])
    if not results:
        raise click.UsageError("there is no case to run")
    return reported(wanted, results, [f"{search.examples} scenarios were run; no law was broken"])
