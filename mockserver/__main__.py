"""`python -m mockserver`: hands the arguments and the environment to the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run a command; the exit code. Without arguments: those of this process."""
    try:
        from mockserver.cli.commands import run

        return run(sys.argv[1:] if argv is None else argv, os.environ if environ is None else environ)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
