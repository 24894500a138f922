"""`mockserver check`: puts a client through cases and judges how it lived through them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mockserver.cli.options import option
from mockserver.cli.reporting import Paths, give_out, report_options
from mockserver.cli.values import seconds, whole, word

if TYPE_CHECKING:
    from mockserver.kit.cases.clients import ClientKind

SIDE_BY_SIDE: Final = min(16, 4 * (os.cpu_count() or 1))
"""So many clients run at a time; each spends most of it waiting."""
SETS: Final = {"core": ("core",), "extended": ("extended",), "all": ("core", "extended", "found")}


def _kind(ctx: click.Context, param: click.Parameter, value: str) -> ClientKind:
    from mockserver.cli.spelling import unknown
    from mockserver.kit.cases.clients import kinds

    known = kinds()
    if value not in known:
        raise click.BadParameter(f"unknown provider {unknown(value, known)}", ctx, param)
    return known[value]


def _split(ctx: click.Context, param: click.Parameter, value: str | None) -> list[str] | None:
    if value is None:
        return None
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise click.BadParameter(f"{str(error).lower()} in {value[:80]!r}", ctx, param) from None
    if not words:
        raise click.BadParameter("expected a command such as 'python client.py', got an empty one", ctx, param)
    return words


def _readable(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    if value is None:
        return None
    path = Path(value)
    if not path.is_file():
        raise click.BadParameter(f"there is no file {path}", ctx, param)
    return path


@click.command(
    "check",
    short_help="Put a client through cases, and judge how it lives through them.",
    epilog="Example: mockserver check tensorone --cmd 'python client.py' --html report.html",
)
@click.argument("kind", metavar="PROVIDER", callback=_kind)
@click.option("--cmd", metavar="COMMAND", callback=_split, help="The client: run once for each case.")
@click.option("--adapter", metavar="COMMAND", callback=_split,
              help="The client: run once, told of cases by lines of JSON.")  # fmt: skip
@click.option("--python", metavar="MODULE:FUNCTION", help="The client: a function in this process, in virtual time.")
@click.option("--case", "ids", metavar="ID", multiple=True, help="Only this case (repeatable).")
@click.option("--law", "laws", metavar="ID", multiple=True, help="Only cases that provoke this law (repeatable).")
@option("--set", "core|extended|all", "Which cases, where none are named.", word(*SETS), default="core")
@click.option("--list", "is_list", is_flag=True, help="List the cases, and run none.")
@click.option("--replay", metavar="FILE", callback=_readable, help="The cases of this file, and no others.")
@click.option("--baseline", metavar="FILE", callback=_readable, help="Failures that are accepted, each with a reason.")
@option("--seed", "N", "Makes keys, and with them all chance, repeatable.", whole(0, 2**63 - 1), default="0")
@option("--jobs", "N", "So many cases run side by side.", whole(1, 30), default=str(SIDE_BY_SIDE))
@click.option("--search", "is_search", is_flag=True, help="Search for scenarios that break a law, and shrink them.")
@option("--seconds", "N", "How long to search.", seconds(86_400), default="60")
@click.option("--found", metavar="FILE", default="mockserver-found.json", show_default=True,
              help="Where a search keeps what it finds; replayed first.")  # fmt: skip
@click.option("--against", metavar="GIT_REF", help="Run the client of this revision too, and compare.")
@click.option("--set-up", metavar="COMMAND", callback=_split, help="What makes the client of --against ready to run.")
@click.option("--server", metavar="URL", help="A mock server that runs, in the place of one of its own.")
@click.option("--proxy", "is_proxied", is_flag=True, help="Lead a client with hard-coded hosts here, by a proxy.")
@report_options
@click.pass_context
def check(ctx: click.Context, /, **given: Any) -> int:
    """Put the client of PROVIDER through cases: each is served by the mock at a port of its own, in which the client
    makes one clip. The exit code is 1 where a must failed, and 2 where nothing could be run.

    PROVIDER is tensorone, modelslab, modelslab-enterprise, aimlapi or gately. What the client is told, and what it
    prints, stands in docs/conformance.md.
    """
    from mockserver.cli import checking, comparing, searching

    wanted = checking.Wanted.of(given, ctx.find_root().obj)
    if given["is_list"]:
        click.echo("\n".join(checking.listed(wanted)))
        return 0
    if sum(given[name] is not None for name in ("cmd", "adapter", "python")) != 1:
        raise click.UsageError("expected one of --cmd, --adapter and --python: the client to be checked", ctx)
    if given["against"] is not None:
        if given["python"] is not None or given["is_search"]:
            raise click.UsageError("--against goes with --cmd or --adapter, and not with --search", ctx)
        report, code = comparing.report(wanted)
        return max(code, 2 * (give_out(report, Paths.of(given), wanted.environ) == 2))
    made = searching.report(wanted) if given["is_search"] else checking.report(wanted)
    return give_out(made, Paths.of(given), wanted.environ)


COMMANDS: Final[Sequence[Any]] = (check,)
