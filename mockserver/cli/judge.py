"""`mockserver judge FILE`: judges recorded traffic offline, of the mock or of the live service."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mockserver import __version__
from mockserver.cli.environment import aliases
from mockserver.cli.reporting import IGNORE, Paths, give_out, laws_without, report_options
from mockserver.cli.spelling import unknown

if TYPE_CHECKING:
    from mockserver.kit.judge.recording import Recorded
    from mockserver.kit.laws.law import AnyLaw
    from mockserver.kit.laws.run import CaseFacts
    from mockserver.kit.reports.model import Report

MOST_BYTES: Final = 500_000_000
STANDARD_INPUT: Final = "-"


def _provider(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from mockserver.data import contracts
    from mockserver.kit.promise.provider import names

    known = names(contracts())
    if value is not None and value not in known:
        raise click.BadParameter(f"unknown provider {unknown(value, known)}", ctx, param)
    return value


def _hosts(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in value:
        host, equals, provider = text.partition("=")
        if not equals or not host:
            raise click.BadParameter(
                f"expected HOST=PROVIDER such as api.example.com=gately, got {text[:80]!r}", ctx, param
            )
        found[host.lower()] = _provider(ctx, param, provider) or ""
    return found


def _profiles(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> dict[str, tuple[str, ...]]:
    from mockserver.cli import profiles

    try:
        return {name: tuple(sorted(words)) for name, words in profiles.requested(value).items()}
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


@click.command(
    "judge",
    short_help="Judge recorded traffic by the laws for clients.",
    epilog="Example: mockserver judge session.har --html report.html",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--provider",
    metavar="NAME",
    callback=_provider,
    help="Whose calls those are that go to no host of a provider's document.",
)
@click.option(
    "--host",
    "hosts",
    metavar="HOST=PROVIDER",
    multiple=True,
    callback=_hosts,
    help="A further host of a provider (repeatable).",
)
@click.option(
    "--profile",
    "profiles",
    metavar="PROVIDER=WORD,...",
    multiple=True,
    callback=_profiles,
    help="The profile under which a provider is judged (repeatable).",
)
@click.option(
    "--attempts", type=click.IntRange(1), metavar="N", help="How often the client says it sends a request at most."
)
@click.option("--jobs", type=click.IntRange(0), metavar="N", help="How many jobs the caller wanted.")
@IGNORE
@report_options
@click.pass_context
def judge(
    ctx: click.Context,
    /,
    *,
    file: Path,
    provider: str | None,
    hosts: dict[str, str],
    profiles: dict[str, tuple[str, ...]],
    attempts: int | None,
    jobs: int | None,
    ignore: tuple[str, ...],
    **given: Any,
) -> int:
    """Judge the traffic in FILE: how the client behaved, and whether the answers are what the provider's document says.

    FILE is HAR, as Chromium, Firefox, mitmproxy or the mock's journal write it, or a transcript of the mock as JSON or
    NDJSON; - is standard input. The exit code is 1 where a must failed, and 2 where there is nothing to judge.
    """
    environ: Mapping[str, str] = ctx.find_root().obj
    from mockserver.kit.judge.recording import Recorded
    from mockserver.kit.laws.run import CaseFacts

    facts, laws = CaseFacts(attempts=attempts, intents=jobs), laws_without(ignore)
    known = {host: name for name, names in aliases().items() for host in names}
    recorded = Recorded(_value(file), file.name, provider, known | hosts, profiles)
    return give_out(_report(recorded, facts, laws, file), Paths.of(given), environ)


def _value(file: Path) -> Any:
    """The JSON value of a file (`-`: of standard input), or a tuple of its lines where it is none."""
    try:
        text = sys.stdin.read() if str(file) == STANDARD_INPUT else _text(file)
    except OSError as error:
        raise click.UsageError(f"{file}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{file}: expected HAR, a transcript or NDJSON, and it is no UTF-8") from None
    try:
        return json.loads(text)
    except RecursionError:
        raise click.UsageError(f"{file}: the JSON is too deep") from None
    except ValueError:
        return tuple(text.splitlines())


def _text(file: Path) -> str:
    if file.stat().st_size > MOST_BYTES:
        raise click.UsageError(f"{file}: more than {MOST_BYTES:,} bytes")
    return file.read_text("utf-8-sig")


def _report(recorded: Recorded, facts: CaseFacts, laws: Sequence[AnyLaw], file: Path) -> Report:
    from mockserver.kit.judge.recording import NothingToJudge
    from mockserver.kit.reports.model import Report

    command = shlex.join(["mockserver", "judge", str(file)])
    try:
        return Report(command, __version__, recorded.cases(facts, command, laws), notes=recorded.notes())
    except NothingToJudge as problem:
        raise click.UsageError(f"{file}: {problem}") from None
