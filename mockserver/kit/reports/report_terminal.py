"""A report on a terminal: what is broken first, and at most one screen where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.model import Case, Group, Report
from mockserver.kit.reports.money import at_stake, jobs_made
from mockserver.kit.reports.plain import one_line, shortened
from mockserver.kit.reports.words import HEADS, conclusion, many

Paint = Callable[[str, str], str]
"""Gives a text a style: bad, warning, good, quiet or strong."""
WIDTH: Final = 100
MOST_CASES: Final = 12
"""How many cases the table shows; the others, which break least, are counted."""
STYLES: Final = {Kind.FAIL: "bad", Kind.HARNESS_ERROR: "bad", Kind.WARN: "warning", Kind.INFO: "quiet"}
WORDS: Final = {Kind.FAIL: "FAIL", Kind.HARNESS_ERROR: "ERROR", Kind.WARN: "WARN", Kind.INFO: "INFO"}


def plain(text: str, _style: str) -> str:
    """Return the text without a style."""
    return text


def lines(report: Report, paint: Paint = plain) -> list[str]:
    """Return the lines of a report."""
    found: list[str] = []
    for group in report.groups(Kind.FAIL, Kind.HARNESS_ERROR, Kind.WARN):
        found += [*_broken(group, paint, report.command), ""]
    found += [_info(group, paint) for group in report.groups(Kind.INFO)]
    if found and found[-1]:
        found.append("")
    found += _drifts(report, paint)
    if report.cases:
        found += [*_table(report.cases, paint), ""]
    found += [*jobs_made(report), *map(one_line, report.notes)]
    return [*found, paint(one_line(conclusion(report)), _style(report))]


def _broken(group: Group, paint: Paint, command: str) -> Iterator[str]:
    one, case = group.first.verdict, group.first.case
    head, *rest = wrap(one.law.sentence, WIDTH - 16) or [""]
    name = paint(one.law.id, "strong") + " " * max(0, 8 - len(one.law.id))
    yield f"{paint(f'{WORDS[one.kind]:<6}', STYLES[one.kind])}{name}  {head}"
    yield from (" " * 16 + line for line in rest)
    if one.reason:
        yield from _member("reason", one.reason)
    if one.breaches:
        yield from _member("expected", one.expected)
        yield from _member("observed", one.observed)
    records = f", records {', '.join(map(str, one.events))}" if one.events else ""
    yield from _member("where", f"{one_line(case.name, WIDTH)}{records}")
    more = _more(group)
    if more:
        yield from _member("and", more)
    if group.costs:
        yield from _member("at stake", at_stake(group.costs))
    if one.breaches:
        yield from _member("ground", f"{one.ground.says}  {one.ground.source}")
    if one.replay and one.replay != command:
        yield from _member("replay", one.replay)


def _more(group: Group) -> str:
    """How often else, and in how many other cases."""
    others = len(group.first.verdict.breaches) - 1
    told = [f"{many(others, 'time')} more in this case"] if others > 0 else []
    if len(group.rows) > 1:
        told.append(f"in {many(len(group.rows) - 1, 'other case')}")
    return "; ".join(told)


def _member(name: str, value: str) -> Iterator[str]:
    indent = " " * 16
    shown = wrap(one_line(value), WIDTH - 16, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"      {name:<10}{shown[0]}"
    yield from (indent + line for line in shown[1:])


def _info(group: Group, paint: Paint) -> str:
    one = group.first.verdict
    more = f" (in {many(len(group.rows), 'case')})" if len(group.rows) > 1 else ""
    return paint(shortened(f"INFO  {one.law.id:<8}  {one_line(one.observed)}{more}", WIDTH), "quiet")


def _drifts(report: Report, paint: Paint) -> list[str]:
    found = []
    for case in report.cases:
        for one in case.drifts:
            told = f"{case.run.provider} {one.operation}, record {one.event}"
            found.append(f"{paint('DRIFT', 'warning')} {told}: {one_line(one.observed, 200)}")
            found.append(f"      the document says: {one_line(one.expected, 200)}")
    return [*found, ""] if found else []


def _table(cases: Sequence[Case], paint: Paint) -> Iterator[str]:
    """One line for each case: those with most broken laws first."""
    urgent = sorted(cases, key=lambda one: (-one.counts[Kind.FAIL], -one.counts[Kind.WARN]))
    shown = urgent[:MOST_CASES]
    width = min(40, max(len("case"), *(len(_name(one)) for one in shown)))
    heads = "  ".join(HEADS.values())
    yield paint(f"{'case':<{width}}  {heads}  calls  jobs", "quiet")
    for case in shown:
        cells = "  ".join(str(case.counts[kind]).rjust(len(head)) for kind, head in HEADS.items())
        calls = f"{len(case.run.index.calls):>5}  {case.jobs:>4}"
        yield f"{shortened(_name(case), width):<{width}}  {cells}  {calls}"
    if len(cases) > len(shown):
        yield paint(f"and {len(cases) - len(shown)} more", "quiet")


def _name(case: Case) -> str:
    return one_line(case.name)


def _style(report: Report) -> str:
    if report.exit_code:
        return "bad"
    return "warning" if report.counts[Kind.WARN] or report.drifts else "good"


def verdict_line(verdict: Verdict, case: str) -> str:
    """Return one line for a broken law: what `serve --watch` prints."""
    word = WORDS.get(verdict.kind, verdict.kind.value)
    told = f"{word} {verdict.law.id} {case}: {verdict.observed}; expected {verdict.expected}"
    return one_line(told, 240)
