"""The options of commands that judge, and where their reports go."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

from mockserver import __version__
from mockserver.cli.logs import has_colours

if TYPE_CHECKING:
    from mockserver.kit.laws.law import AnyLaw
    from mockserver.kit.reports.model import Report
    from mockserver.kit.transcript import Transcript

FORMS: Final = {
    "json_path": ("--json", "JSON (contracts/report.schema.json)"),
    "junit_path": ("--junit", "JUnit XML"),
    "md_path": ("--md", "Markdown, for a comment under a pull request"),
    "html_path": ("--html", "one HTML page"),
}
"""The parameter of each form of a report, its option and what it is."""
STYLES: Final = {"bad": "1;31", "warning": "33", "good": "32", "quiet": "2", "strong": "1"}


IGNORE: Final = click.option(
    "--ignore", metavar="LAW", multiple=True, help="A law that is not judged by, such as POL-03 (repeatable)."
)


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each form of a report is written; None: nowhere."""

    json: Path | None = None
    junit: Path | None = None
    md: Path | None = None
    html: Path | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Paths:
        """Return the paths among the values of options."""
        return cls(**{name.removesuffix("_path"): given[name] for name in FORMS})


def _writable(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """The path of a file that can be made; said before anything runs."""
    if value is None:
        return None
    path = Path(value).absolute()
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}", ctx, param)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} cannot be written to", ctx, param)
    return path


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --json, --junit, --md and --html."""
    made = [
        click.option(option, name, metavar="PATH", callback=_writable, help=f"Write the report there as {what}.")
        for name, (option, what) in FORMS.items()
    ]
    return reduce(lambda wrapped, one: one(wrapped), reversed(made), command)


def laws_without(ignored: Sequence[str]) -> Sequence[AnyLaw]:
    """Return the laws but for some; click.UsageError names an id that is none."""
    from mockserver.kit.laws.table import without

    try:
        return without(ignored)
    except ValueError as wrong:
        raise click.UsageError(f"--ignore: {wrong}") from None


def without_reports(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of a command, up to `--`, without the options of `FORMS`: what replays it."""
    options = {option for option, _ in FORMS.values()}
    found: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*found, word, *words]
        if word in options:
            next(words, None)
        elif word.partition("=")[0] not in options:
            found.append(word)
    return found


def give_out(report: Report, paths: Paths, environ: Mapping[str, str], stream: TextIO | None = None) -> int:
    """Write a report to its files and to a stream (None: standard output); the exit code. Raises UsageError."""
    from mockserver.kit.reports import report_terminal

    stream = stream or sys.stdout
    for path, text in _texts(report, paths):
        try:
            # Half a surrogate pair, which JSON may hold, has no bytes; escaped it is JSON again.
            path.write_bytes(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise click.UsageError(f"{path}: {error.strerror}") from None
    paint = painted if has_colours(stream, environ) else report_terminal.plain
    written = [f"{path.name} is written" for path, _ in _texts(report, paths)]
    print_lines([*report_terminal.lines(report, paint), *written], stream)
    return report.exit_code


def print_lines(lines: Sequence[str], stream: TextIO) -> None:
    """Print lines; what the stream's coding does not have is escaped."""
    coding = getattr(stream, "encoding", None) or "ascii"
    text = "\n".join(lines).encode(coding, "backslashreplace").decode(coding)
    with suppress(OSError):  # whoever read it has gone
        stream.write(text + "\n")
        stream.flush()


def painted(text: str, style: str) -> str:
    """Return a text in a style of `STYLES`, for a terminal."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def _texts(report: Report, paths: Paths) -> list[tuple[Path, str]]:
    """The files of a report, and what stands in each."""
    makers = _makers()
    asked = {name: getattr(paths, name) for name in makers}
    return [(path, makers[name](report)) for name, path in asked.items() if path is not None]


def _makers() -> dict[str, Callable[[Report], str]]:
    """What makes the text of each form."""
    from mockserver.kit.reports import report_html, report_json, report_junit, report_markdown

    return {
        "json": report_json.to_text,
        "junit": report_junit.to_text,
        "md": report_markdown.to_text,
        "html": report_html.to_text,
    }


def report_on(document: Mapping[str, Any], form: str) -> str:
    """Return the report on a transcript of a client that may go on, in a form of `web.reports.FORMS`."""
    from mockserver.kit.judge.judging import Asked, cases_of
    from mockserver.kit.laws.run import CaseFacts
    from mockserver.kit.reports.model import Report
    from mockserver.kit.transcript import read

    transcript = read(document)
    cases = cases_of(transcript, transcript.sandbox, Asked(facts=CaseFacts(is_over=False)))
    problem = "" if cases else "no call of a provider came to this sandbox"
    command = f"GET /_mock/sandboxes/{transcript.sandbox}/report"
    return _makers()[form](Report(command, __version__, cases, problem=problem, notes=dropped(transcript)))


def dropped(transcript: Transcript) -> list[str]:
    """Return a sentence on the records that the journal no longer had; none where it had all."""
    gone = transcript.first - 1
    return [f"The journal of {transcript.sandbox} no longer had the first {gone} records."] if gone else []
