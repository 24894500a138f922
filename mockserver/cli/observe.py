"""`mockserver observe -- CMD`: runs a command as `run` does, and judges how it behaved."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from mockserver.cli.reporting import IGNORE, Paths, give_out, laws_without, report_options, without_reports
from mockserver.cli.run import SETTINGS, asked_of, planned, run_options
from mockserver.cli.serve import ARGUMENTS, Serving
from mockserver.testing.process import unkeyed


@click.command(
    "observe",
    cls=Serving,
    short_help="Run a command against a server of its own, and judge how it behaved.",
    context_settings=SETTINGS,
    epilog="Example: mockserver observe --timing instant --html report.html -- pytest tests/",
)
@run_options
@click.option(
    "--attempts", type=click.IntRange(1), metavar="N", help="How often the client says it sends a request at most."
)
@IGNORE
@report_options
@click.pass_context
def observe(ctx: click.Context, /, *, attempts: int | None, ignore: tuple[str, ...], **given: Any) -> int:
    """Run CMD against a server of its own, as `mockserver run` does, and judge what it did by the laws for clients.

    CMD needs no change; with pytest, tests that use mock_sandbox are cases of their own. The report goes to standard
    output after CMD has ended. The exit code is 1 where a must failed, 2 where there was nothing to judge, else CMD's.
    """
    environ: Mapping[str, str] = ctx.find_root().obj
    paths = Paths.of({name: given.pop(name) for name in list(given) if name.endswith("_path")})
    from mockserver.cli import observing, running
    from mockserver.kit.laws.run import CaseFacts

    facts = CaseFacts(attempts=attempts)
    laws = laws_without(ignore)
    told = planned(ctx, given)
    command = shlex.join(["mockserver", "observe", *without_reports(unkeyed(ctx.meta[ARGUMENTS]))])
    with tempfile.TemporaryDirectory(prefix="mockserver-observe-") as folder:
        names = Path(folder) / "names"

        def conclude(app: Any, code: int) -> int:
            found = observing.report(app, command, code, names, facts, laws)
            return give_out(found, paths, environ) or code

        given["env"] = {**observing.variables(names), **given["env"]}
        return running.run(told, asked_of(given, name="observe", conclude=conclude), environ)
