"""`mockserver laws` and `mockserver laws explain ID`: what the laws for clients demand, why, and how they are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import click

from mockserver.spelling import closest

if TYPE_CHECKING:
    from mockserver.kit.laws.law import AnyLaw

Row = dict[str, Any]
WIDTH: Final = 100


def _laws() -> Sequence[AnyLaw]:
    from mockserver.kit.laws.table import LAWS

    return LAWS


def law_rows(laws: Sequence[AnyLaw]) -> list[Row]:
    """Return a row per law: what it demands, why, on which ground, and how bad a breach is at each provider."""
    return [
        {
            "id": law.id,
            "sentence": law.sentence,
            "why": law.why,
            "severity": law.severity.value,
            "evidence": law.evidence.value,
            "situation": law.situation,
            "ground": {
                "basis": law.ground.basis.value, "says": law.ground.says, "source": law.ground.source,
            },
            "providers": _at_providers(law),
        }
        for law in laws
    ]  # fmt: skip


def _at_providers(law: AnyLaw) -> dict[str, Row]:
    """How bad a breach is at each provider under its default profile, or why the law does not apply there."""
    from mockserver.data import contracts
    from mockserver.kit.laws.providers import rules
    from mockserver.kit.promise.provider import names

    found: dict[str, Row] = {}
    for name in names(contracts()):
        known = rules(name)
        reason = known.reason_against(law, ())
        severity, ground = known.severity(law, ())
        found[name] = (
            {"severity": None, "says": reason, "source": ""}
            if reason is not None
            else {"severity": severity.value, "says": ground.says, "source": ground.source}
        )
    return found


def law_lines(rows: Sequence[Row]) -> list[str]:
    """Return the laws as text."""
    lines = [f"{row['id']:<8}{row['severity']:<8}{row['evidence']:<9}{row['sentence']}" for row in rows]
    return [*lines, "", f"{len(rows)} laws; `mockserver laws explain {rows[0]['id']}` tells one."]


def explained(law: AnyLaw) -> list[str]:
    """What there is to know of a law, with a breach of it drawn from an example."""
    from mockserver.kit.laws.catalogue import texts
    from mockserver.kit.laws.examples import example
    from mockserver.kit.laws.judging import verdict_of
    from mockserver.kit.reports.drawing import draw
    from mockserver.kit.reports.drawing_text import text

    told, row = texts()[law.id], law_rows([law])[0]
    run = example(told.breaks)
    verdict = verdict_of(law, run)
    source = f" <{law.ground.source}>" if law.ground.source else ""
    return [
        click.style(f"{law.id}  {law.sentence}", bold=True),
        "",
        *_paragraph("Why", law.why),
        *_paragraph("Severity", f"{law.severity.value}, on the ground of {law.ground.says}{source}"),
        *_paragraph("Judged", f"{_SEEN[law.evidence.value]}: {law.situation}"),
        "",
        *[line for name, one in row["providers"].items() for line in _paragraph(name, _at(one, law))],
        "",
        "A run that breaks it:",
        "",
        *text(draw(run, [verdict])),
        "",
        *_paragraph("Expected", verdict.expected),
        *_paragraph("Observed", verdict.observed),
        *[line for other, why in told.also.items() for line in _paragraph("Also", f"{other}: {why}")],
        "",
        *_paragraph("Python", told.python),
        *_paragraph("JavaScript", told.javascript),
    ]


_SEEN: Final = {
    "passive": "in any traffic",
    "active": "where it happens, or a scenario provokes it",
    "outcome": "where it happens, and the client told its outcome",
}


def _at(row: Row, law: AnyLaw) -> str:
    """How bad a breach is at a provider, and why where that is not the law's own ground."""
    if row["severity"] is None:
        return f"not judged: {row['says']}"
    if row["says"] == law.ground.says and row["severity"] == law.severity.value:
        return str(row["severity"])
    if row["says"] == law.ground.says:
        return f"{row['severity']}: none of its pages asks for it"
    return f"{row['severity']}: {row['says']} <{row['source']}>"


def _paragraph(head: str, text: str) -> list[str]:
    indent = " " * 12
    return fill(
        f"{head + ':':<12}{text}",
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).splitlines()


@click.group("laws", invoke_without_command=True, help="The laws that clients are judged by.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def laws(ctx: click.Context, *, as_json: bool) -> None:
    """List the laws."""
    if ctx.invoked_subcommand is None:
        rows = law_rows(_laws())
        click.echo(json.dumps(rows, indent=2) if as_json else "\n".join(law_lines(rows)))


def _near(word: str, known: Iterable[str]) -> str | None:
    """The nearest id: the same letters and number in another writing, or what is spelt alike."""
    parts = re.fullmatch(r"([A-Z]+)[-_ ]?([0-9]{1,2})", word)
    padded = f"{parts[1]}-{int(parts[2]):02}" if parts is not None else word
    return closest(padded, known)


@laws.command("explain", help="What a law demands, why, how it is broken, and how clients keep it.")
@click.argument("law_id", metavar="ID")
def explain(law_id: str) -> None:
    """Explain one law."""
    known = {one.id: one for one in _laws()}
    found = known.get(law_id.upper())
    if found is None:
        near = _near(law_id.upper(), known)
        hint = f"did you mean {near}? " if near is not None else ""
        raise click.BadParameter(f"{law_id[:60]!r} is no law; {hint}(`mockserver laws` lists them)", param_hint="ID")
    click.echo("\n".join(explained(found)))
