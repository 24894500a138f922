"""`mockserver COMMAND` in a process of its own, from start to end, and programs that it runs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.cli.process import PATIENCE, environment


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def mockserver(home: Path, *arguments: str, cwd: Path | None = None, **more: str) -> Done:
    """Run a command of ours to its end."""
    here = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "mockserver", *arguments],
        env=environment(home, PYTHONPATH=here, **more),
        cwd=cwd or home,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def run(home: Path, program: str, *options: str, **more: str) -> Done:
    """`mockserver run OPTIONS -- python -c PROGRAM`."""
    return mockserver(home, "run", "--timing", "instant", *options, "--", sys.executable, "-c", program, **more)
