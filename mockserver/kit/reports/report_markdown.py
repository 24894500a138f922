"""A report as Markdown: what a bot posts under a pull request. What failed is open, the rest is folded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.drawing import draw_breach
from mockserver.kit.reports.drawing_text import text
from mockserver.kit.reports.model import Case, Group, Report
from mockserver.kit.reports.money import at_stake, jobs_made
from mockserver.kit.reports.plain import one_line
from mockserver.kit.reports.words import HEADS, conclusion

MOST_DRAWINGS: Final = 12
"""How many broken laws are drawn; GitHub takes comments of 65,536 characters."""
MOST_LINES: Final = 40
"""How many lines a drawing has at most."""
MOST_CASES: Final = 50
ICONS: Final = {Kind.FAIL: "❌", Kind.HARNESS_ERROR: "💥", Kind.WARN: "⚠️"}


def to_text(report: Report) -> str:
    """Return a report as the text of a Markdown file."""
    lines = [f"### {_icon(report)} {plain(conclusion(report))}", "", f"`{_code(report.command)}`", ""]
    lines += [line for one in (*jobs_made(report), *report.notes) for line in (plain(one), "")]
    for place, group in enumerate(report.groups(Kind.FAIL, Kind.HARNESS_ERROR, Kind.WARN)):
        lines += _broken(group, report.command, is_drawn=place < MOST_DRAWINGS)
    lines += _drifts(report.cases)
    if report.cases:
        lines += [*_table(report.cases), ""]
        lines += _rest(report)
    return "\n".join(lines).rstrip() + "\n"


def _icon(report: Report) -> str:
    return {0: "✅", 1: "❌", 2: "💥"}[report.exit_code]


def plain(told: str) -> str:
    """Return a text as Markdown that shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]#|~!])", r"\\\1", escape(one_line(told), quote=False))


def _code(told: str) -> str:
    """A text within backticks."""
    return one_line(told).replace("`", "'")


def _broken(group: Group, command: str, *, is_drawn: bool) -> Iterator[str]:
    one, case = group.first.verdict, group.first.case
    others = f", and in {len(group.rows) - 1} more" if len(group.rows) > 1 else ""
    yield f"#### {ICONS[one.kind]} {one.law.id}: {plain(one.law.sentence)}"
    yield ""
    if one.reason:
        yield f"- {plain(one.reason)}"
    if one.breaches:
        yield f"- expected: {plain(one.expected)}"
        yield f"- observed: {plain(one.observed)}{_times(group)}"
    yield f"- where: {plain(case.name)}{others}"
    if group.costs:
        yield f"- at stake: {plain(at_stake(group.costs))}"
    yield f"- why: {plain(one.law.why)}"
    yield f"- ground ({one.severity.value}): {_ground(one)}"
    if one.replay and one.replay != command:
        yield f"- replay: `{_code(one.replay)}`"
    yield ""
    if is_drawn and one.breaches:
        yield from ["```text", *_drawn(case, one), "```", ""]


def _times(group: Group) -> str:
    return f" ({group.breaches} times; this is the first)" if group.breaches > 1 else ""


def _drawn(case: Case, one: Verdict) -> list[str]:
    lines = [line.replace("```", "'''") for line in text(draw_breach(case.run, one))]
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} lines more"]


def _ground(one: Verdict) -> str:
    says = plain(one.ground.says)
    return f"[{says}]({one.ground.source})" if one.ground.source.startswith("https://") else says


def _drifts(cases: Sequence[Case]) -> Iterator[str]:
    found = [(case, one) for case in cases for one in case.drifts]
    if not found:
        return
    yield f"#### {len(found)} answers are not what the provider's document says"
    yield ""
    for case, one in found[:MOST_CASES]:
        told = f"{case.run.provider} {one.operation}, record {one.event}: {one.observed}; expected {one.expected}"
        yield f"- {plain(told)}"
    yield ""


def _table(cases: Sequence[Case]) -> Iterator[str]:
    yield f"| case | {' | '.join(HEADS.values())} | calls | jobs |"
    yield f"| --- |{' ---: |' * (len(HEADS) + 2)}"
    for case in cases[:MOST_CASES]:
        cells = " | ".join(str(case.counts[kind]) for kind in HEADS)
        yield f"| {plain(case.name)} | {cells} | {len(case.run.index.calls)} | {case.jobs} |"
    if len(cases) > MOST_CASES:
        yield ""
        yield f"and {len(cases) - MOST_CASES} cases more"


def _rest(report: Report) -> Iterator[str]:
    """What is folded: a list of laws for each kind that is no failure."""
    for kind in (Kind.INFO, Kind.PASS, Kind.INCONCLUSIVE, Kind.NOT_APPLICABLE):
        groups = report.groups(kind)
        if groups:
            yield f"<details><summary>{len(groups)} laws {HEADS[kind]}</summary>"
            yield ""
            yield from (f"- {one.first.verdict.law.id}: {plain(_told(one))}" for one in groups)
            yield ""
            yield "</details>"
            yield ""


def _told(group: Group) -> str:
    one = group.first.verdict
    if one.kind is Kind.INFO:
        return f"{one.law.sentence} Observed: {one.observed}; expected: {one.expected}."
    if one.kind is Kind.PASS:
        return one.law.sentence
    return f"{one.law.sentence} ({one.reason})"
