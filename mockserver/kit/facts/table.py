"""The README's table of facts, out of the counts of a run.

    python -m mockserver.kit.facts.table README.md FACTS.json [--check]

`make facts` writes the counts (`mockserver.kit.facts.plugin`, --facts-json) and then the table between the marks
`<!-- facts -->` and `<!-- /facts -->`. A row adds up: facts = proven + not emulated + unproven.
"""

# ruff: noqa: T201  a command prints
from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

BEGIN, END = "<!-- facts -->", "<!-- /facts -->"
HEAD = ("facts", "proven", "not emulated", "unproven")

Row = tuple[int, int, int, int]


class TableBroken(ValueError):
    """There is no place for the table, or the counts are none."""


def row(count: Mapping[str, int]) -> Row:
    """The numbers of one provider in the order of HEAD; what is unproven is so whether it needs a proof or not."""
    return count["facts"], count["proven"], count["not_emulated"], count["unproven"] + count["open"]


def table(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return the table as Markdown, a line for each provider and one for all; `counts` as the plugin writes them."""
    if not counts:
        raise TableBroken("there are no counts of facts")
    rows = {provider: row(count) for provider, count in counts.items()}
    first, *more = rows.values()
    together = [sum(numbers) for numbers in zip(first, *more, strict=True)]
    lines = [f"| | {' | '.join(HEAD)} |", "| --- |" + " ---: |" * len(HEAD)]
    for name, numbers in [*rows.items(), ("all", together)]:
        lines.append(f"| {name} | " + " | ".join(str(number) for number in numbers) + " |")
    return "\n".join(lines)


def read(text: str) -> dict[str, Row]:
    """The numbers that a text's table tells, by provider, the last row (`all`) among them; {} when it has none yet."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in _between(text)[1].split("\n") if line]
    return {name: (int(a), int(b), int(c), int(d)) for name, a, b, c, d in cells[2:]}


def put(text: str, counts: Mapping[str, Mapping[str, int]]) -> str:
    """The text with the table of these counts in its place. Raises TableBroken."""
    before, _, after = _between(text)
    return f"{before}{BEGIN}\n{table(counts)}\n{END}{after}"


def _between(text: str) -> tuple[str, str, str]:
    """What stands before the marks, between them and after them."""
    before, begun, rest = text.partition(BEGIN)
    inside, ended, after = rest.partition(END)
    if not begun or not ended:
        raise TableBroken(f"there is no {BEGIN} with a {END} after it")
    return before, inside.strip("\n"), after


def main(argv: Sequence[str] | None = None) -> int:
    """Write the table, or say whether it is as the counts are; returns the exit code."""
    parser = ArgumentParser(
        prog="python -m mockserver.kit.facts.table", description="Write the table of facts into a text."
    )
    parser.add_argument("text", type=Path, help="the file with the marks, such as README.md")
    parser.add_argument("counts", type=Path, help="what pytest --facts-json wrote")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the table differs")
    options = parser.parse_args(argv)
    text = options.text.read_text(encoding="utf-8")
    try:
        made = put(text, json.loads(options.counts.read_text(encoding="utf-8")))
    except TableBroken as broken:
        print(f"{options.text}: {broken}", file=sys.stderr)
        return 1
    if options.check:
        print(
            f"{options.text}: " + ("the table of facts is as it should be" if made == text else "`make facts` differs")
        )
        return int(made != text)
    options.text.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
