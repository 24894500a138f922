"""Schemathesis over one document: `python -m mockserver.kit.fuzz DOCUMENT --url URL --key KEY`.

The last line printed is a JSON object: how many cases were made, the failures and errors, and the declared links
that no sequence of calls followed.
"""

# ruff: noqa: T201  a command prints
from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from mockserver.kit.fuzz.schemathesis import ROUNDS, run, unchecked


def arguments() -> ArgumentParser:
    """Return the reader of the command line."""
    parser = ArgumentParser(prog="python -m mockserver.kit.fuzz", description="schemathesis over one document")
    parser.add_argument("document", type=Path, help="an OpenAPI document as JSON")
    parser.add_argument("--url", required=True, help="where the server answers")
    parser.add_argument("--key", required=True, help="a key that the server takes")
    parser.add_argument("--header", action="append", default=[], help="a header of every call, `Name: value`")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--covered", type=Path, help="another document: operations alike there get no coverage phase")
    parser.add_argument("--examples", type=int, default=8, help="cases of each operation while fuzzing")
    parser.add_argument("--sequences", type=int, default=6, help="sequences of calls")
    parser.add_argument("--steps", type=int, default=16, help="calls in a sequence")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="so often at most, until every link was followed")
    return parser


def main(arguments_given: Sequence[str] | None = None) -> int:
    """Run the command; 0 when nothing failed."""
    told = arguments().parse_args(arguments_given)
    document = json.loads(told.document.read_bytes())
    for operation, check, why in unchecked(document):
        print(f"off: {check}{f' at {operation}' if operation else ''}: {why}")
    found = run(document, told)
    print(json.dumps(found))
    return 1 if found["failures"] or found["errors"] or found["unused"] else 0


if __name__ == "__main__":
    sys.exit(main())
