"""`mockserver run -- CMD`: a server for as long as a command runs, and everything set that leads the command to it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from mockserver.cli.options import with_options
from mockserver.cli.plan import plan
from mockserver.cli.serve import Serving, drawn_seed
from mockserver.cli.values import host as host_value


def _variables(_ctx: click.Context, _param: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise click.BadParameter(f"expected NAME=VALUE such as MY_BASE_URL={{base}}/v1, got {text[:80]!r}")
        found[name] = value
    return found


def _emulated(_ctx: click.Context, _param: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        host, equals, provider = text.partition("=")
        if not equals or not provider or not re.fullmatch(r"[A-Za-z0-9.-]+", host):
            raise click.BadParameter(f"expected HOST=PROVIDER such as api.example.com=gately, got {text[:80]!r}")
        found[host_value(host).lower()] = provider
    return found


EMULATE: Final = click.option(
    "--emulate", metavar="HOST=PROVIDER", multiple=True, callback=_emulated,
    help="A host that the proxy takes for a provider's too, such as a gateway of your own (repeatable).",
)  # fmt: skip
PASSTHROUGH: Final = click.option(
    "--passthrough", is_flag=True, help="Let the proxy reach hosts that are not emulated. Default: 502 for them."
)
CA_OUT: Final = click.option(
    "--ca-out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the certificate of the run's authority there too.",
)  # fmt: skip


@click.command(
    "run",
    cls=Serving,
    short_help="Run a command against a server of its own.",
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
    epilog="Example: mockserver run --timing instant -- pytest tests/",
)
@with_options
@click.option(
    "--env", metavar="NAME=VALUE", multiple=True, callback=_variables,
    help="A variable for the command; {base}, {key} and {proxy} stand for those of the run (repeatable).",
)  # fmt: skip
@EMULATE
@PASSTHROUGH
@CA_OUT
@click.option(
    "--journal-on-failure", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write all calls there as HAR when the command's exit code is not 0.",
)  # fmt: skip
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def run(
    ctx: click.Context,
    /,
    *,
    command: tuple[str, ...],
    env: dict[str, str],
    emulate: dict[str, str],
    passthrough: bool,
    ca_out: Path | None,
    journal_on_failure: Path | None,
    **given: Any,
) -> int:
    """Run CMD against a server of its own, on a free port, with everything set that leads it there.

    CMD needs no change: its https calls to the providers' own hosts come to the server through a proxy. MOCK_BASE_URL
    and MOCK_API_KEY are for programs that ask. CMD has this terminal and gets its signals; its exit code is that of
    this command.
    """
    environ: Mapping[str, str] = ctx.find_root().obj
    if ctx.get_parameter_source("port") is click.core.ParameterSource.DEFAULT:
        given["port"] = 0
    for name, path in (("--ca-out", ca_out), ("--journal-on-failure", journal_on_failure)):
        if path is not None and not path.absolute().parent.is_dir():
            raise click.UsageError(f"{name}: there is no folder {path.absolute().parent}")
    from mockserver.cli import running

    told = plan(given, environ, sys.platform, drawn_seed)
    asked = running.Asked(command, env, emulate, passthrough, ca_out, journal_on_failure)
    return running.run(told, asked, environ)
