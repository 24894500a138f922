"""A report on a terminal: what is broken first, and at most one screen where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from textwrap import wrap
from typing import Final

from mockserver.kit.laws.law import Cost
from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.drawing_calls import money
from mockserver.kit.reports.model import Case, Group, Report
from mockserver.kit.reports.plain import one_line, shortened

Paint = Callable[[str, str], str]
"""Gives a text a style: bad, warning, good, quiet or strong."""
WIDTH: Final = 100
MOST_CASES: Final = 12
"""How many cases the table shows; the others, which break least, are counted."""
STYLES: Final = {Kind.FAIL: "bad", Kind.HARNESS_ERROR: "bad", Kind.WARN: "warning", Kind.INFO: "quiet"}
WORDS: Final = {Kind.FAIL: "FAIL", Kind.HARNESS_ERROR: "ERROR", Kind.WARN: "WARN", Kind.INFO: "INFO"}
HEADS: Final = {
    Kind.FAIL: "failed",
    Kind.WARN: "warned",
    Kind.INFO: "info",
    Kind.PASS: "kept",
    Kind.INCONCLUSIVE: "inconclusive",
    Kind.NOT_APPLICABLE: "not applicable",
}


def plain(text: str, _style: str) -> str:
    """Return the text without a style."""
    return text


def lines(report: Report, paint: Paint = plain) -> list[str]:
    """Return the lines of a report."""
    found: list[str] = []
    for group in report.groups(Kind.FAIL, Kind.HARNESS_ERROR, Kind.WARN):
        found += [*_broken(group, paint), ""]
    found += [_info(group, paint) for group in report.groups(Kind.INFO)]
    if found and found[-1]:
        found.append("")
    found += _drifts(report, paint)
    if report.cases:
        found += [*_table(report.cases, paint), ""]
    found += [*_money(report), *map(one_line, report.notes)]
    return [*found, *_conclusion(report, paint)]


def _broken(group: Group, paint: Paint) -> Iterator[str]:
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
    if one.replay:
        yield from _member("replay", one.replay)


def _more(group: Group) -> str:
    """How often else, and in how many other cases."""
    others = len(group.first.verdict.breaches) - 1
    told = [f"{_many(others, 'time')} more in this case"] if others > 0 else []
    if len(group.rows) > 1:
        told.append(f"in {_many(len(group.rows) - 1, 'other case')}")
    return "; ".join(told)


def _member(name: str, value: str) -> Iterator[str]:
    indent = " " * 16
    shown = wrap(one_line(value), WIDTH - 16, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"      {name:<10}{shown[0]}"
    yield from (indent + line for line in shown[1:])


def at_stake(costs: Sequence[Cost]) -> str:
    """Return what breaches cost together, by currency."""
    sums: dict[str, Decimal] = {}
    for one in costs:
        if one.amount is not None:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    told = [f"{amount:f} {currency}" for currency, amount in sums.items()]
    unknown = [one for one in costs if one.amount is None]
    if unknown:
        told.append(f"{len(unknown)} {'job' if len(unknown) == 1 else 'jobs'}, {money(unknown[0])}")
    return ", ".join(told)


def _info(group: Group, paint: Paint) -> str:
    one = group.first.verdict
    more = f" (in {_many(len(group.rows), 'case')})" if len(group.rows) > 1 else ""
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


def _money(report: Report) -> list[str]:
    jobs = sum(one.jobs for one in report.cases)
    if not jobs:
        return []
    priced = sum(one.jobs for one in report.spend)
    amounts = ", ".join(f"{one.amount:f} {one.currency}" for one in report.spend)
    unknown = f"{jobs - priced} without a documented price" if jobs > priced else ""
    told = ", ".join(part for part in (amounts, unknown) if part)
    return [f"{jobs} {'job' if jobs == 1 else 'jobs'} made: {told}"]


def _conclusion(report: Report, paint: Paint) -> list[str]:
    if report.problem:
        return [paint(one_line(report.problem), "bad")]
    counts = report.counts
    ended = [f"the command ended with {report.ended}"] if report.ended else []
    if counts[Kind.FAIL]:
        told = [f"{_many(counts[Kind.FAIL], 'must')} failed"]
        style = "bad"
    else:
        told = [f"no must failed; {_many(counts[Kind.PASS], 'law')} kept"]
        style = "warning" if counts[Kind.WARN] or counts[Kind.HARNESS_ERROR] else "good"
    if counts[Kind.HARNESS_ERROR]:
        told.append(f"judging went wrong {counts[Kind.HARNESS_ERROR]} times")
    if counts[Kind.WARN]:
        told.append(f"{_many(counts[Kind.WARN], 'warning')}")
    told.append(f"{counts[Kind.INCONCLUSIVE]} inconclusive (not exercised, or not told)")
    return [paint("; ".join([*told, *ended]), style)]


def _many(count: int, word: str) -> str:
    return f"{count} {word}" + ("" if count == 1 or word == "must" else "s")


def verdict_line(verdict: Verdict, case: str) -> str:
    """Return one line for a broken law: what `serve --watch` prints."""
    word = WORDS.get(verdict.kind, verdict.kind.value)
    told = f"{word} {verdict.law.id} {case}: {verdict.observed}; expected {verdict.expected}"
    return one_line(told, 240)
