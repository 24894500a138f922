"""`mockserver check`: puts a client through cases and judges how it lived through them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import click

from mockserver.cli.options import Option, option
from mockserver.cli.values import whole
from mockserver.kit.adapters import command as commands
from mockserver.kit.cases.catalogue import builtin, chosen
from mockserver.kit.cases.clients import ClientKind, kinds
from mockserver.kit.cases.judging import CaseResult, Judging
from mockserver.kit.cases.model import Case

SIDE_BY_SIDE: Final = min(16, 4 * (os.cpu_count() or 1))
"""So many clients run at a time; each spends most of it waiting."""


def key_of(seed: int, case: str) -> str:
    """The API key of a case: new for each, and the same in the next run with the same seed."""
    return f"mock-{blake2b(f'{seed}/{case}'.encode(), digest_size=12).hexdigest()}"


@dataclass(frozen=True)
class Plan:
    """What is to be run: the cases, and how one of them is."""

    kind: ClientKind
    cases: Sequence[Case]
    run: Callable[[Case], CaseResult]
    jobs: int


def results(plan: Plan) -> list[CaseResult]:
    """Run all cases, some side by side; in the order of the cases."""
    with ThreadPoolExecutor(plan.jobs) as pool:
        return list(pool.map(plan.run, plan.cases))


def _kind(_ctx: click.Context, _param: click.Parameter, value: str) -> ClientKind:
    from mockserver.cli.spelling import unknown

    known = kinds()
    if value not in known:
        raise click.BadParameter(f"unknown provider {unknown(value, tuple(known))}")
    return known[value]


@click.command("check", help="Put a client through cases, and judge how it lives through them.")
@click.argument("kind", metavar="PROVIDER", callback=_kind)
@click.option("--cmd", "cmd", metavar="COMMAND", cls=Option, help="The client: run once for each case.")
@option("--seed", "N", "Makes keys, and with them all chance, repeatable.", whole(0, 2**63 - 1), default="0")
@option("--jobs", "N", "So many cases run side by side.", whole(1, 30), default=str(SIDE_BY_SIDE))
@click.pass_context
def check(ctx: click.Context, kind: ClientKind, cmd: str, seed: int, jobs: int) -> int:
    """Run a client through cases."""
    from mockserver.testing import MockServer
    from mockserver.testing.cases import ListenerCaseServer

    found = chosen(builtin(), kind.name, sets=("core",))
    with MockServer.process("--seed", str(seed)) as server:
        client = commands.Command(shlex.split(cmd), ctx.find_root().obj)
        cases = ListenerCaseServer(server)

        def one(case: Case) -> CaseResult:
            return commands.run(cases, client, Judging(), kind, case, key_of(seed, case.id))

        done = results(Plan(kind, found, one, jobs))
    for result in done:
        click.echo(f"{result.case.id}: {result.ended}")
        for verdict in result.verdicts:
            click.echo(f"   {verdict.law.id} {verdict.kind} {verdict.expected} | {verdict.observed} | {verdict.reason}")
    return 1 if any(result.failed for result in done) else 0


COMMANDS: Final[Sequence[Any]] = (check,)
