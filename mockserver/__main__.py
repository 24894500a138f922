"""`python -m mockserver`: hands the arguments and the environment to the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run a command; the exit code. Without arguments: those of this process."""
    _open_missing_streams()
    try:
        from mockserver.cli.commands import run

        return run(sys.argv[1:] if argv is None else argv, os.environ if environ is None else environ)
    except KeyboardInterrupt:
        return 0


def _open_missing_streams() -> None:
    """Give a process that was started without standard streams (pythonw, a service) ones that lead nowhere.

    They also keep the numbers 0 to 2, which the next sockets would take otherwise.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            with suppress(OSError):
                setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  (stays open)


if __name__ == "__main__":
    raise SystemExit(main())
