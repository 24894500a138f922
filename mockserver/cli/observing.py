"""What a server saw while a command ran, as a report."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockserver import __version__
from mockserver.cli.reporting import dropped

if TYPE_CHECKING:
    from mockserver.engine.sandbox import Sandbox
    from mockserver.kit.laws.law import AnyLaw
    from mockserver.kit.laws.run import CaseFacts
    from mockserver.kit.reports.model import Report
    from mockserver.ports import Judge

SERVER: Final = "MOCK_SERVER"
"""The variable that tells the pytest plugin which server its fixtures use."""
NAMES: Final = "MOCK_SANDBOX_NAMES"
"""The variable that tells the pytest plugin the file into which it writes which test has which sandbox."""


def variables(names: Path) -> dict[str, str]:
    """Return the variables of an observed command beside those of a run."""
    return {SERVER: "{base}", NAMES: str(names)}


def report(app: Any, command: str, code: int, names: Path, facts: CaseFacts, laws: Iterable[AnyLaw]) -> Report:
    """Return the report on what all sandboxes of an application hold. `code` is the exit code of the command."""
    from mockserver.kit.judge.judging import Asked, cases_of
    from mockserver.kit.reports.model import Report
    from mockserver.kit.transcript import read

    titles = {digest: name for name, digest in app.state.declared.items()} | _named(names)
    asked = Asked(laws=tuple(laws), facts=facts, replay=command)
    context = app.state.context
    transcripts = [read(document(context.judge, one)) for one in asyncio.run(context.engine.store.listed())]
    heard = [one for one in transcripts if one.exchanges]
    only = "the command" if len(heard) == 1 else ""
    cases = [case for one in heard for case in cases_of(one, titles.get(one.sandbox, only or one.sandbox), asked)]
    problem = "" if cases else "nothing to judge: no call of a provider came to the server"
    notes = [note for one in transcripts for note in dropped(one)]
    return Report(command, __version__, cases, ended=code, problem=problem, notes=notes)


def document(judge: Judge, sandbox: Sandbox) -> Mapping[str, Any]:
    """Return the transcript of a sandbox as JSON. `judge` says what the providers' documents say of bodies."""
    from mockserver.web.journal.filters import Filter
    from mockserver.web.journal.routes import records
    from mockserver.web.journal.transcript import VERSION

    journal = sandbox.journal
    return {
        "transcript": VERSION,
        "sandbox": sandbox.digest,
        "first": journal.first,
        "last": journal.last,
        "records": list(records(judge, journal, Filter())),
    }


def _named(names: Path) -> dict[str, str]:
    """The names of sandboxes by their digest, as the pytest plugin told them."""
    found: dict[str, str] = {}
    with suppress(OSError, ValueError):  # no test of ours ran, or somebody else wrote there
        for line in names.read_text("utf-8").splitlines():
            one = json.loads(line)
            found[str(one["sandbox"])] = str(one["name"])
    return found
