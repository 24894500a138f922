"""The table of docs/faults.md, made of the one that the server reads: `python -m tests.docs.faults_page` writes it."""

from __future__ import annotations

from mockserver.domain.fault import FaultPoint
from mockserver.domain.fault_kinds import KINDS
from tests.docs.markdown import ROOT

PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- faults: made by tests/docs/faults_page.py -->", "<!-- end of faults -->"


def table() -> str:
    """The table of faults: a line for each."""
    lines = ["| does | what happens | at | own members |", "| --- | --- | --- | --- |"]
    for word, kind in KINDS.items():
        points = ", ".join(point.value for point in FaultPoint if point in kind.points)
        members = ", ".join(f"`{name}`" + (" (needed)" if name in kind.needs else "") for name in kind.takes)
        lines.append(f"| `{word}` | {kind.says} | {points} | {members} |")
    return "\n".join(lines)


def page(text: str) -> str:
    """The page with the table as it has to be."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
