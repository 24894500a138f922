"""docs/clients.md, made from fixtures/reports/.

`python -m tests.docs.clients_page` writes it, `--check` compares it.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from mockserver.kit.laws.table import LAWS
from tests.docs.generated_page import command
from tests.e2e.client_reports import FOLDER, SCENARIOS, TABLE, Client, path_of

PAGE: Final = "docs/clients.md"
HEAD: Final = """\
<!-- made by `python -m tests.docs.clients_page` from fixtures/reports/; do not edit -->
# Public clients, as they are

What released clients did in one run each under `mockserver observe`, unchanged, with their own defaults. These are
observations of single versions under scenarios that happen in production, judged by [the laws](laws.md). They are no
ranking, and most authors never had a server at hand that behaves so. Every failure and warning was looked into by hand:
the last table says what in the client makes it so.

Each column is a scenario. **polls=3**: all goes well, the third poll tells the end. **limited-creation**: the creation
is refused once for its rate. **dropped-creation**: the job is made, and the connection ends before the answer.
**failed-creation**: the job is made, and the answer is a server fault. **failing-polls**: the second poll meets a
server fault. A cell counts the laws that were kept, of those that were exercised, and names those that failed
(**bold**) or warned. The jobs that a run made stand behind it where there is more than one, with their price where one
is documented. The whole reports are in `fixtures/reports/`.

`make reports` makes the clients' environments and the reports again. A client that has no loop of its own is driven by
the script beside it (`tests/e2e/clients/*/observed.py`), and the pages'
samples are run as printed, but for AI/ML API's loop, which has the page's rule in our own words.
"""


def build() -> dict[str, bytes]:
    """Return the page by its path in the checkout."""
    return {PAGE: "\n".join([HEAD, *_table(), "", *_notes()]).encode() + b"\n"}


def report_of(client: Client, scenario: str) -> dict[str, Any]:
    """Return a kept report."""
    found: dict[str, Any] = json.loads(path_of(client, scenario).read_bytes())
    return found


def rows() -> list[dict[str, str]]:
    """Return what was looked into, by client and law."""
    found: list[dict[str, str]] = tomllib.loads((FOLDER / "looked_into.toml").read_text("utf-8"))["row"]
    return found


def _table() -> Iterator[str]:
    yield f"| client | {' | '.join(SCENARIOS)} |"
    yield "| --- " * (len(SCENARIOS) + 1) + "|"
    for client in TABLE:
        yield f"| {client.title} | {' | '.join(_cell(report_of(client, one)) for one in SCENARIOS)} |"


def _cell(report: dict[str, Any]) -> str:
    laws = {kind: [one["law"] for one in report["results"] if one["verdict"] == kind] for kind in ("fail", "warn")}
    kept = report["summary"]["verdicts"]["pass"]
    named = ", ".join([*(f"**{law}**" for law in laws["fail"]), *laws["warn"]])
    jobs = sum(case["jobs"] for case in report["cases"])
    exercised = len(report["results"])
    money = " and ".join(f"{one['amount']} {one['currency']}" for one in report["spend"])
    paid = f"{jobs} jobs" + (f" ({money})" if money else "") if jobs > 1 else ""
    return "; ".join(part for part in (f"{kept} of {exercised}", named, paid) if part)


def _notes() -> Iterator[str]:
    sentences = {law.id: law.sentence for law in LAWS}
    titles = {client.name: client.title for client in TABLE}
    yield "## What was looked into"
    yield ""
    yield "| client | law | what it is |"
    yield "| --- | --- | --- |"
    for row in rows():
        law = f"{row['law']}: {sentences[row['law']]}"
        yield f"| {titles[row['client']]} | {law} | {row['note']} |"


if __name__ == "__main__":
    sys.exit(command(sys.argv[1:], build()))
