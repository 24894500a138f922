"""What `mockserver check` does: choose the cases, run the client through them, make the report."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import click

from mockserver import __version__
from mockserver.cli.check import SETS
from mockserver.cli.spelling import unknown
from mockserver.kit.adapters import command as commands
from mockserver.kit.adapters.lines import AdapterBroken
from mockserver.kit.adapters.stdio import Adapter
from mockserver.kit.adapters.warming import draw
from mockserver.kit.cases import baseline
from mockserver.kit.cases.catalogue import builtin, chosen
from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.ending import ENDINGS
from mockserver.kit.cases.judging import CaseResult, Judging
from mockserver.kit.cases.model import Case, CaseBroken, cases_of
from mockserver.kit.laws.table import LAWS
from mockserver.kit.reports.model import Case as ReportedCase
from mockserver.kit.reports.model import Report
from mockserver.kit.target import CaseServer
from mockserver.kit.transcript import Transcript

RunOne = Callable[[Case], CaseResult]


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
    def seed(self) -> int:
        """The seed."""
        return int(self.given["seed"])

    def command(self, case: str = "") -> str:
        """Return the command line that does this again, for one case where one is named."""
        client = f"--cmd {shlex.quote(shlex.join(self.given['cmd']))}" if self.given["cmd"] else ""
        if self.given["adapter"]:
            client = f"--adapter {shlex.quote(shlex.join(self.given['adapter']))}"
        parts = ["mockserver check", self.kind.name, client]
        parts += [f"--replay {shlex.quote(str(self.given['replay']))}"] if self.given["replay"] else []
        parts += [f"--seed {self.seed}"] if self.seed else []
        parts += [f"--case {case}"] if case else []
        return " ".join(filter(None, parts))


def _chosen(kind: ClientKind, given: Mapping[str, Any]) -> list[Case]:
    cases = builtin()
    if given["replay"] is not None:
        path: Path = given["replay"]
        try:
            cases = cases_of(path.read_bytes(), str(path))
        except CaseBroken as broken:
            raise click.UsageError(f"--replay: {broken}") from None
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
        raise click.UsageError(f"no case at {kind.name} provokes {', '.join(laws)}")
    return found


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


def key_of(seed: int, case: str) -> str:
    """Return the API key of a case: new for each, and the same in the next run with the same seed."""
    return f"mock-{blake2b(f'{seed}/{case}'.encode(), digest_size=12).hexdigest()}"


def report(wanted: Wanted) -> Report:
    """Run the client through the cases and return the report."""
    with served(wanted) as server:
        results = ran(wanted, server, wanted.cases)
    return reported(wanted, results)


@contextmanager
def served(wanted: Wanted) -> Iterator[CaseServer]:
    """A server for cases, for as long as the context lasts."""
    from mockserver.testing import MockServer
    from mockserver.testing.cases import ListenerCaseServer

    with MockServer.process("--seed", str(wanted.seed)) as server:
        yield ListenerCaseServer(server)


def ran(wanted: Wanted, server: CaseServer, cases: Sequence[Case]) -> list[CaseResult]:
    """Run the client through cases, some side by side; the results in the order of the cases."""
    judging = Judging(replay=wanted.command("{case}"))
    with client(wanted, server, judging) as run, ThreadPoolExecutor(int(wanted.given["jobs"])) as pool:
        if wanted.kind.is_heavy:
            most = min(int(wanted.given["jobs"]), len(cases))
            draw(server, wanted.kind, cases[0], [key_of(wanted.seed, f"clip {number}") for number in range(most)])
        return list(pool.map(run, cases))


@contextmanager
def client(wanted: Wanted, server: CaseServer, judging: Judging) -> Iterator[RunOne]:
    """How the client is put through a case, for as long as the context lasts. Raises UsageError where it cannot be."""
    kind, seed = wanted.kind, wanted.seed
    try:
        if wanted.given["cmd"] is not None:
            command = commands.Command(wanted.given["cmd"], wanted.environ)
            yield lambda case: commands.run(server, command, judging, kind, case, key_of(seed, case.id))
            return
        adapter = Adapter(wanted.given["adapter"], wanted.environ)
        adapter.start()
        try:
            yield lambda case: adapter.run(server, judging, kind, case, key_of(seed, case.id))
        finally:
            adapter.stop()
    except commands.CommandBroken as broken:
        raise click.UsageError(f"--cmd: {broken}") from None
    except AdapterBroken as broken:
        raise click.UsageError(f"--adapter: {broken}") from None


def reported(wanted: Wanted, results: Sequence[CaseResult]) -> Report:
    """Return the report of results, under the baseline."""
    shown = baseline.accepted(results, wanted.accepted)
    stale = baseline.stale(results, wanted.accepted)
    cases = [ReportedCase(one.case.id, one.run, one.verdicts) for one in shown if one.run is not None]
    if stale and cases:
        nothing = Transcript(cases[0].run.transcript.sandbox, 1, 0, [])
        cases.append(ReportedCase("baseline", type(cases[0].run)(nothing, cases[0].run.rules), stale))
    skipped = [f"{one.case.id} is not supported by the client: {one.ended.unsupported}" for one in results
               if one.ended.unsupported is not None]  # fmt: skip
    return Report(
        wanted.command(), __version__, cases, problem="" if cases else "the client supports none of the cases",
        notes=skipped,
    )  # fmt: skip
