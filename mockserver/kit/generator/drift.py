"""What differs between the files that stand in a checkout and those that a generator makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from itertools import islice

LINES_A_FILE = 20
LINES_IN_ALL = 120


def drift(there: Mapping[str, bytes], made: Mapping[str, bytes]) -> list[str]:
    """Return the lines of a bounded unified diff from the files `there` to those `made`; empty means no drift.

    The whole set counts: a missing file and a stale one are differences too. The first line tells how many files
    differ, and the command that repairs it.
    """
    paths = sorted(path for path in there.keys() | made.keys() if there.get(path) != made.get(path))
    if not paths:
        return []
    lines = [line for path in paths for line in _of_file(path, there.get(path), made.get(path))]
    left = len(lines) - LINES_IN_ALL
    more = [f"... and {left} more lines"] if left > 0 else []
    return [f"{len(paths)} generated files differ; `make generate` makes them", *lines[:LINES_IN_ALL], *more]


def _of_file(path: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    if new is None:
        yield f"stale: {path} (nothing makes it)"
    elif old is None:
        yield f"missing: {path}"
    else:
        before, after = (content.decode(errors="replace").splitlines() for content in (old, new))
        lines = unified_diff(before, after, fromfile=path, tofile=f"{path} (generated)", n=1, lineterm="")
        shown = list(islice(lines, LINES_A_FILE + 1))
        yield from shown[:LINES_A_FILE]
        if len(shown) > LINES_A_FILE:
            yield "..."
        if not shown:
            yield f"{path}: the line ends or the last line differ"
