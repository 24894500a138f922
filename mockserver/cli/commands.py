"""The entry point: arguments and environment as values, an exit code as the result."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import click

from mockserver import __version__
from mockserver.cli.check import check
from mockserver.cli.judge import judge
from mockserver.cli.laws import laws
from mockserver.cli.listen import listen
from mockserver.cli.listings import COMMANDS
from mockserver.cli.logs import one_line
from mockserver.cli.observe import observe
from mockserver.cli.proxy import proxy
from mockserver.cli.run import run as run_command
from mockserver.cli.serve import serve
from mockserver.cli.wait import wait
from mockserver.provider.discovery import NameTaken


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def mockserver(ctx: click.Context) -> None:
    """A local stand-in for text-to-video APIs."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


mockserver.add_command(serve)
mockserver.add_command(check)
mockserver.add_command(run_command)
mockserver.add_command(proxy)
mockserver.add_command(wait)
mockserver.add_command(listen)
mockserver.add_command(laws)
mockserver.add_command(judge)
mockserver.add_command(observe)
for _command in COMMANDS:
    mockserver.add_command(_command)


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command line; return 2, with one line on stderr, when it is wrong."""
    try:
        code = mockserver.main(list(argv), prog_name="mockserver", obj=environ, standalone_mode=False)
    except click.ClickException as error:
        print(complaint(error), file=sys.stderr)
        return 2
    except NameTaken as error:
        print(one_line(f"mockserver: {error}"), file=sys.stderr)
        return 2
    except click.Abort:  # Ctrl-C before there was a server
        return 0
    except BrokenPipeError:  # `mockserver routes | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return int(code or 0)


def complaint(error: click.ClickException) -> str:
    """Return one line: the command, the option, and what is wrong."""
    ctx = getattr(error, "ctx", None)
    where = ctx.command_path if ctx is not None else "mockserver"
    text = error.format_message()
    if type(error) is click.BadParameter and error.param is not None:
        text = f"{error.param.get_error_hint(ctx) if ctx is not None else error.param.name}: {error.message}"
    elif isinstance(error, click.NoSuchOption | click.exceptions.NoArgsIsHelpError):
        text += f" (see {where} --help)"
    return one_line(f"{where}: {' '.join(text.split())}")
