"""The generator's command: `python -m mockserver.kit.generator [FOLDER] [--check]`."""

# ruff: noqa: T201  a command prints
from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from mockserver.kit.generator.build import build, present, write
from mockserver.kit.generator.drift import drift
from mockserver.kit.generator.source import SourceBroken
from mockserver.kit.promise.document import DocumentBroken
from mockserver.kit.promise.provider import PROVIDERS


def main(argv: Sequence[str] | None = None) -> int:
    """Run the generator; returns the exit code: 0, or 1 for drift or a broken source."""
    parser = ArgumentParser(
        prog="python -m mockserver.kit.generator", description="Make the generated files of promises."
    )
    parser.add_argument("folder", type=Path, nargs="?", default=PROVIDERS, help="holds a folder for each provider")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 with a diff when a file differs")
    options = parser.parse_args(argv)
    folder: Path = options.folder.resolve()
    if not folder.is_dir():
        parser.error(
            f"argument folder: {options.folder} is no folder; one that holds a folder for each provider is expected"
        )
    try:
        made = build(folder)
    except (SourceBroken, DocumentBroken) as broken:
        print(str(broken).replace(f"{folder.parent}/", ""), file=sys.stderr)
        return 1
    there = present(folder)
    differences = drift(there, made)
    if options.check:
        print("\n".join(differences) or f"{len(made)} generated files are as they should be")
        return 1 if differences else 0
    write(folder, made, there)
    stale = len(there.keys() - made.keys())
    changed = sum(there.get(path) != content for path, content in made.items())
    kept = sum("/schemas/" in path for path in made)
    print(f"{len(made)} files ({kept} schemas): {changed} written, {stale} stale ones removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
