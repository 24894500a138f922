"""The command of a page that is made: write it, or compare it with `--check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.kit.generator.drift import drift
from tests.docs.markdown import ROOT


def command(argv: Sequence[str], made: Mapping[str, bytes]) -> int:
    """Write pages by their paths in the checkout, or compare them with `--check`; return the exit code."""
    there = {name: path.read_bytes() for name in made if (path := ROOT / name).is_file()}
    if "--check" in argv:
        differences = drift(there, made)
        print("\n".join(differences) or f"{', '.join(made)}: as it should be")
        return 1 if differences else 0
    for name, content in made.items():
        (ROOT / name).write_bytes(content)
    return 0
