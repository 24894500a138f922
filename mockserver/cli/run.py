"""`mockserver run -- CMD`: a server for as long as a command runs, and everything set that leads the command to it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mockserver.cli.options import OwnOption, option, with_options
from mockserver.cli.plan import Plan, plan
from mockserver.cli.serve import Serving, drawn_seed
from mockserver.cli.values import host as host_value

if TYPE_CHECKING:
    from mockserver.cli import running


def variables(given: Sequence[str]) -> dict[str, str]:
    """The values of --env; ValueError says what is wrong with one."""
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ValueError(f"expected NAME=VALUE such as MY_BASE_URL={{base}}/v1, got {text[:80]!r}")
        found[name] = value
    return found


def emulated(given: Sequence[str]) -> dict[str, str]:
    """The values of --emulate; ValueError says what is wrong with one."""
    found = {}
    for text in given:
        host, equals, provider = text.partition("=")
        if not equals or not provider or not re.fullmatch(r"[A-Za-z0-9.-]+", host):
            raise ValueError(f"expected HOST=PROVIDER such as api.example.com=gately, got {text[:80]!r}")
        found[host_value(host).lower()] = provider
    return found


def writable(text: str) -> Path:
    """A path at which a file can be made; ValueError says why not."""
    path = Path(text).absolute()
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK) or path.is_dir():
        raise ValueError(f"{path} cannot be written to")
    return path


EMULATE: Final = option(
    "--emulate", "HOST=PROVIDER", "A host that the proxy takes for a provider's too, such as a gateway of your own "
    "(repeatable).", emulated, multiple=True, cls=OwnOption,
)  # fmt: skip
PASSTHROUGH: Final = click.option(
    "--passthrough", is_flag=True, help="Let the proxy reach hosts that are not emulated. Default: 502 for them."
)
CA_OUT: Final = option(
    "--ca-out", "FILE", "Write the certificate of the run's authority there too.", writable, cls=OwnOption
)


RUN_OPTIONS: Final = (
    option(
        "--env", "NAME=VALUE", "A variable for the command; {base}, {key} and {proxy} stand for those of the run "
        "(repeatable).", variables, multiple=True, cls=OwnOption,
    ),
    EMULATE,
    PASSTHROUGH,
    CA_OUT,
    option(
        "--journal-on-failure", "FILE", "Write all calls there as HAR when the command's exit code is not 0.", writable,
        cls=OwnOption,
    ),
    click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED),
)  # fmt: skip
"""The options of a command that runs another, beside those of the server."""
SETTINGS: Final = {"ignore_unknown_options": False, "allow_interspersed_args": False}


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that runs another."""
    return with_options(reduce(lambda wrapped, one: one(wrapped), reversed(RUN_OPTIONS), command))


def asked_of(given: dict[str, Any], **more: Any) -> running.Asked:
    """Return what the options ask of a run; they are taken out of the values of options."""
    from mockserver.cli import running

    names = ("command", "env", "emulate", "passthrough", "ca_out", "journal_on_failure")
    return running.Asked(*(given.pop(name) for name in names), **more)


def planned(ctx: click.Context, given: Mapping[str, Any]) -> Plan:
    """Return the plan of the server, on a free port unless one is asked for."""
    is_free = ctx.get_parameter_source("port") is click.core.ParameterSource.DEFAULT
    return plan({**given, **({"port": 0} if is_free else {})}, ctx.find_root().obj, sys.platform, drawn_seed)


@click.command(
    "run",
    cls=Serving,
    short_help="Run a command against a server of its own.",
    context_settings=SETTINGS,
    epilog="Example: mockserver run --timing instant -- pytest tests/",
)
@run_options
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> int:
    """Run CMD against a server of its own, on a free port, with everything set that leads it there.

    CMD needs no change: its https calls to the providers' own hosts come to the server through a proxy. MOCK_BASE_URL
    and MOCK_API_KEY are for programs that ask. CMD has this terminal and gets its signals; its exit code is that of
    this command.
    """
    from mockserver.cli import running

    asked = asked_of(given)
    return running.run(planned(ctx, given), asked, ctx.find_root().obj)
