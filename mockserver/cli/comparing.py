"""`mockserver check --against GIT_REF`: the same cases with the client of a revision and with the one at hand."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from mockserver.cli.check_clients import running
from mockserver.cli.checking import Wanted, reported
from mockserver.kit.cases.judging import CaseResult
from mockserver.kit.laws.verdict import Kind
from mockserver.kit.reports.model import Report

SET_UP_SECONDS: Final = 1800.0
SHOWN: Final = 400


def report(wanted: Wanted) -> tuple[Report, int]:
    """Run the cases with both clients; the report on the one at hand, and the exit code: 1 where a law is newly
    broken.
    """
    reference = str(wanted.given["against"])
    with worktree(reference, Path.cwd()) as folder:
        _set_up(wanted.given["set_up"], folder)
        with running(replace(wanted.checked, folder=folder), wanted.judging) as run_all:
            before = _broken(run_all(wanted.cases))
    with running(wanted.checked, wanted.judging) as run_all:
        results = run_all(wanted.cases)
    now = _broken(results)
    rows = {"newly broken": now - before, "still broken": now & before, "fixed": before - now}
    notes = [f"{name} since {reference}: {', '.join(sorted(laws)) or 'none'}" for name, laws in rows.items()]
    return reported(wanted, results, notes), 1 if rows["newly broken"] else 0


def _broken(results: Sequence[CaseResult]) -> set[str]:
    """The laws that were broken and must not be, in any case."""
    return {one.law.id for result in results for one in result.verdicts if one.kind is Kind.FAIL}


@contextmanager
def worktree(reference: str, here: Path) -> Iterator[Path]:
    """The same folder of the repository at a revision, in a worktree that is removed. Raises UsageError."""
    top = Path(_git(here, "rev-parse", "--show-toplevel"))
    _git(here, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
    with TemporaryDirectory(prefix="mockserver-against-") as folder:
        path = Path(folder) / "client"
        _git(top, "worktree", "add", "--detach", str(path), reference)
        try:
            yield path / here.resolve().relative_to(top.resolve())
        finally:
            _git(top, "worktree", "remove", "--force", str(path))


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603, S607  (git of the user's path, our own arguments)
    except OSError as error:
        raise click.UsageError(f"--against: git cannot be run: {error.strerror}") from None
    if done.returncode:
        told = done.stderr.strip().splitlines()
        what = told[-1] if told else f"there is no revision {arguments[-1].removesuffix('^{commit}')!r}"
        raise click.UsageError(f"--against: {what}")
    return done.stdout.strip()


def _set_up(command: Sequence[str] | None, folder: Path) -> None:
    """Run the user's own command in the folder. Raises UsageError with the end of what it printed."""
    if command is None:
        return
    try:
        done = subprocess.run(  # noqa: S603  (the user's own command, without a shell)
            list(command), cwd=folder, capture_output=True, text=True, check=False, timeout=SET_UP_SECONDS
        )
    except OSError as error:
        raise click.UsageError(f"--set-up: {command[0]} cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise click.UsageError(f"--set-up: it had not ended after {SET_UP_SECONDS:g} s") from None
    if done.returncode:
        told = " ".join((done.stdout + done.stderr).split())[-SHOWN:]
        raise click.UsageError(f"--set-up: exit code {done.returncode}: {told}")
