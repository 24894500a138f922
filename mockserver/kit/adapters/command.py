"""A client that is a command: run once for each case, with the case in its environment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.judging import CaseResult, Ended, Judging, judged
from mockserver.kit.cases.model import Case
from mockserver.kit.cases.report import UNSUPPORTED, NoReport, attempts_of, last_line, left_behind, reported
from mockserver.kit.target import CaseServer, ServedCase, Setting

GRACE_SECONDS: Final = 5.0
"""A client that has not ended so long after its deadline is killed."""
KILLED: Final = f"killed {GRACE_SECONDS:g} s after its deadline"
SHOWN: Final = 300


@dataclass(frozen=True)
class Command:
    """A client that is a command."""

    argv: Sequence[str]
    environ: Mapping[str, str]
    """The environment to which that of the case is added."""
    folder: Path | None = None
    """Where it is started. None: where we are."""
    surround: Callable[[ServedCase], Mapping[str, str]] = field(default=lambda _case: {})
    """What else goes into the environment of a case, such as a proxy's address."""


def environment(kind: ClientKind, case: Case, served: ServedCase, output: Path) -> dict[str, str]:
    """Return what a client's environment says of its case."""
    return {
        "MOCK_PROVIDER": kind.name,
        "MOCK_BASE_URL": served.base_url,
        "MOCK_API_KEY": served.key,
        "MOCK_CASE": case.id,
        "MOCK_INPUT": json.dumps(asked(kind, case)),
        "MOCK_OUTPUT": str(output),
        "MOCK_DEADLINE": f"{case.deadline_seconds:g}",
        "MOCK_POLL_SECONDS": f"{case.poll_seconds:g}",
    }


def asked(kind: ClientKind, case: Case) -> dict[str, Any]:
    """Return what a client is asked to make."""
    return {"prompt": case.prompt, "options": dict(kind.options if case.options is None else case.options)}


def setting(kind: ClientKind, case: Case, key: str) -> Setting:
    """Return what a server is set to for a case."""
    return Setting(kind.provider, key, f"case-{case.id}"[:40], case.lived(kind.answers), case.profile, case.settings)


def run(server: CaseServer, command: Command, judging: Judging, kind: ClientKind, case: Case, key: str) -> CaseResult:
    """Put a command through a case and judge what came of it."""
    served = server.serve(setting(kind, case, key))
    try:
        with TemporaryDirectory(prefix="mockserver-case-") as folder:
            output = Path(folder) / "clip.mp4"
            ended = _ended(command, kind, case, served, output)
        return judged(judging, kind, case, served.journal(), key, ended)
    finally:
        served.close()


def _ended(command: Command, kind: ClientKind, case: Case, served: ServedCase, output: Path) -> Ended:
    environ = {**command.environ, **command.surround(served), **environment(kind, case, served, output)}
    try:
        process = subprocess.Popen(  # noqa: S603  (the user's own command, without a shell)
            list(command.argv), env=environ, cwd=command.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise CommandBroken(f"{command.argv[0]} cannot be run: {error.strerror}") from None
    try:
        told, complained = process.communicate(timeout=case.deadline_seconds + GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        told, complained = _killed(process)
        return Ended(printed=_text(told) + _text(complained), crashed=KILLED, is_killed=True)
    return _read(process.returncode, _text(told), _text(complained), output)


def _killed(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Kill a process and all that it started; what it had printed."""
    import os
    import signal

    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    return process.communicate()


class CommandBroken(ValueError):
    """A command that cannot be run at all."""


def _text(printed: bytes) -> str:
    return printed.decode("utf-8", "replace")


def _read(code: int, told: str, complained: str, output: Path) -> Ended:
    printed = told + complained
    last = next((line for line in reversed(complained.splitlines()) if line.strip()), "")[:SHOWN]
    if code == UNSUPPORTED:
        return Ended(printed=printed, unsupported=last or "it gave no reason")
    if code != 0:
        how = f"exit code {code}" if code > 0 else f"signal {-code}"
        return Ended(printed=printed, crashed=f"{how}: {last}" if last else how)
    try:
        value = last_line(told)
        return Ended(reported(value, left_behind(output)), printed, attempts=attempts_of(value))
    except NoReport as broken:
        return Ended(printed=printed, crashed=str(broken))
