"""What `mockserver run` does: a server and its proxy in a thread, the command in the foreground, and then their end."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from mockserver.cli.aside import Aside, EndedEarly
from mockserver.cli.child import CannotRun, Child
from mockserver.cli.environment import Reach, environment
from mockserver.cli.harfile import write_har
from mockserver.cli.hosting import Hosting, hosting, write_files
from mockserver.cli.logs import logging_to
from mockserver.cli.plan import Plan
from mockserver.cli.serve import sockets_of, spare_the_collector, take_ports

Conclusion = Callable[[Any, int], int]
"""Takes the application and the exit code of the command, and returns the exit code of the run."""
KEY: Final = "mock-key"
"""The key that a command gets where --keys names none."""

log = logging.getLogger("mockserver")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of one run, beside what it asks of the server.

    `command` is what runs, `variables` the user's own for it, `emulated` the hosts of the user's by provider,
    `lets_through` whether other hosts are reached, `certificate` and `journal` files that are written (None: not).
    """

    command: tuple[str, ...]
    variables: Mapping[str, str]
    emulated: Mapping[str, str]
    lets_through: bool = False
    certificate: Path | None = None
    journal: Path | None = None
    name: str = "run"
    """The subcommand, for what is said on standard error."""
    conclude: Conclusion | None = None
    """What is done with the application and the command's exit code in the end; None: the code is that of the run."""


def key_of(told: Plan) -> str:
    """A key that the server takes."""
    return next(iter(told.settings.keys or ()), KEY)


def run(told: Plan, asked: Asked, environ: Mapping[str, str]) -> int:
    """Run the command to its end; its exit code. click.UsageError where the server cannot start."""
    child = Child()
    with ExitStack() as ending:
        ending.enter_context(child.forwarding())
        ending.enter_context(logging_to(sys.stderr, told.log_format, environ))
        log.setLevel(logging.WARNING)  # the terminal is the command's
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="mockserver-run-")))
        app, reach, hosted = _started(told, asked, environ, folder, ending)
        if told.ready is not None:
            ending.callback(told.ready.remove)
            told.ready.write(reach.base, os.getpid(), proxy=reach.proxy)
        try:
            code = child.run(asked.command, environment(environ, reach, hosted.hosts, asked.variables))
        except CannotRun as problem:
            click.echo(f"mockserver {asked.name}: {problem}", err=True)
            return problem.code
    if code and asked.journal is not None:
        _keep_journal(app, asked.journal, asked.name)
    if asked.conclude is not None:
        return asked.conclude(app, code)
    _tell_spend(app)
    return code


def _started(
    told: Plan, asked: Asked, environ: Mapping[str, str], folder: Path, ending: ExitStack
) -> tuple[Any, Reach, Hosting]:
    """Start the server and its proxy; `ending` stops them."""
    from mockserver.adapters.serving import address
    from mockserver.app import create_app

    sockets = sockets_of(told)
    app = create_app(told.settings)
    take_ports(app, sockets)
    hosted = hosting(app, asked.emulated, lets_through=asked.lets_through)
    beside, proxy = hosted.beside("127.0.0.1", 0)
    spare_the_collector()
    base = address(sockets, secure=told.is_secure)
    reach = write_files(folder, hosted.authority, environ, base, proxy, key_of(told))
    if asked.certificate is not None:
        asked.certificate.write_bytes(hosted.authority.certificate)
    server = Aside(app, sockets, [beside], certfile=told.certfile, keyfile=told.keyfile)
    ending.callback(server.stop)
    try:
        server.start()
    except EndedEarly as error:
        raise click.UsageError(str(error)) from None
    return app, reach, hosted


def _tell_spend(app: Any) -> None:
    """Say what the jobs would have cost, where any were made."""
    from mockserver.prices import Bill
    from mockserver.web.spend import spend_of_all

    context = app.state.context
    bill = Bill.read(asyncio.run(spend_of_all(context.engine, context.judge)))
    if bill.made:
        click.echo(f"mockserver run: {bill.sentence()}", err=True)


def _keep_journal(app: Any, path: Path, name: str) -> None:
    try:
        count = write_har(app, path)
    except OSError as error:
        click.echo(f"mockserver {name}: --journal-on-failure {path}: {error.strerror}", err=True)
    else:
        click.echo(f"mockserver {name}: {count} calls are in {path}", err=True)
