"""A report as one HTML page that needs nothing else: no script, no other host, one style sheet within."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.drawing import draw, draw_breach
from mockserver.kit.reports.drawing_svg import svg
from mockserver.kit.reports.model import ORDER, Case, Report
from mockserver.kit.reports.money import at_stake, jobs_made
from mockserver.kit.reports.plain import one_line, shortened
from mockserver.kit.reports.words import HEADS, conclusion

STYLE: Final = Path(__file__).with_name("report.css")
MOST_COLUMNS: Final = 24
"""How many cases the matrix shows side by side."""
MOST_OPEN: Final = 120
"""Of how many items a drawing is shown at once; a longer one is folded."""
MOST_CASES: Final = 60
"""How many cases are drawn; those that break most come first."""
TILES: Final = {**HEADS, Kind.HARNESS_ERROR: "judged wrongly"}
SIGNS: Final = {
    Kind.FAIL: "fails",
    Kind.HARNESS_ERROR: "error",
    Kind.WARN: "warns",
    Kind.INFO: "info",
    Kind.PASS: "kept",
    Kind.INCONCLUSIVE: "?",
    Kind.NOT_APPLICABLE: "–",
}
MARKS: Final = {
    Kind.FAIL: "✗",
    Kind.HARNESS_ERROR: "!!",
    Kind.WARN: "!",
    Kind.INFO: "i",
    Kind.PASS: "✓",
    Kind.INCONCLUSIVE: "?",
    Kind.NOT_APPLICABLE: "–",
}
"""What stands in the place of words where there are many cases."""
MOST_WORDS: Final = 4
"""Of how many cases the matrix tells verdicts in words."""
KEY: Final = (
    '<p class="key soft"><span><i class="k-broken"></i>breaks a law</span>'
    '<span><i class="k-hint"></i>the client was asked to wait</span>'
    '<span><i class="k-fault"></i>a fault on purpose, or an answer that did not arrive</span>'
    '<span><i class="k-money"></i>a job that costs money</span></p>'
)
HOW: Final = (
    "Each drawing is one run, from the top down. An arrow to the right is a request, an arrow to the left its answer. "
    "Long pauses are drawn shorter than they were; their length stands beside them."
)

WORDS: Final = (
    "A broken law fails where it is a must, warns where it is a should and informs where it is a may; the ground says "
    "why it may be demanded. Inconclusive: the situation did not occur in this run, or the run does not tell enough."
)


def to_text(report: Report) -> str:
    """Return a report as the text of an HTML file."""
    style = _style()
    digest = b64encode(sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join([
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_clean(conclusion(report))}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        "<main>",
        *_head(report),
        *_matrix(report),
        *_cases(report),
        f'<p class="soft">Made by mockserver {_clean(report.version)}. {WORDS}</p>',
        "</main>",
        "</body>",
        "</html>",
        "",
    ])  # fmt: skip


@cache
def _style() -> str:
    return STYLE.read_text("utf-8")


def _clean(text: str, most: int = 400) -> str:
    return escape(one_line(text, most))


def _head(report: Report) -> Iterator[str]:
    yield f"<h1>{_clean(conclusion(report)[:1].upper() + conclusion(report)[1:])}</h1>"
    yield '<p class="soft">How a client of asynchronous APIs behaved, judged by laws for such clients: '
    yield f"<code>{_clean(report.command)}</code></p>"
    counts = report.counts
    yield '<ul class="tiles">'
    for kind in ORDER:
        if counts[kind] or kind in (Kind.FAIL, Kind.WARN, Kind.PASS):
            yield f'<li class="{kind.value}"><b>{counts[kind]}</b>{TILES[kind]}</li>'
    if report.drifts:
        yield f'<li class="warn"><b>{report.drifts}</b>answers not as documented</li>'
    yield f"<li><b>{sum(len(case.run.index.calls) for case in report.cases)}</b>calls</li>"
    yield "</ul>"
    yield from (f"<p>{_clean(one)}</p>" for one in (*jobs_made(report), *report.notes))


def _matrix(report: Report) -> Iterator[str]:
    """Laws down, cases across."""
    cases = _urgent(report.cases)[:MOST_COLUMNS]
    if not cases:
        return
    laws = {one.law.id: one.law for case in report.cases for one in case.verdicts}
    rows = {id_: [_of(case, id_) for case in cases] for id_ in laws}
    urgency = {id_: min(ORDER.index(one.kind) for one in rows[id_] if one is not None) for id_ in laws}
    quiet = [id_ for id_ in laws if ORDER[urgency[id_]] in QUIET]
    busy = sorted((id_ for id_ in laws if id_ not in quiet), key=urgency.__getitem__)
    yield "<h2>Laws</h2>"
    if len(report.cases) > len(cases):
        yield f'<p class="soft">The {len(cases)} of {len(report.cases)} cases that break most.</p>'
    if len(cases) > MOST_WORDS:
        told = " ".join(f'<span><b class="kind {kind.value}">{MARKS[kind]}</b> {TILES[kind]}</span>' for kind in ORDER)
        yield f'<p class="key soft">{told}</p>'
    yield from _table(report, cases, busy, rows)
    if quiet:
        yield f"<details><summary>{len(quiet)} laws that no case exercised, or that do not apply</summary>"
        yield from _table(report, cases, quiet, rows)
        yield "</details>"


QUIET: Final = (Kind.INCONCLUSIVE, Kind.NOT_APPLICABLE)


def _of(case: Case, id_: str) -> Verdict | None:
    return next((one for one in case.verdicts if one.law.id == id_), None)


def _table(
    report: Report, cases: Sequence[Case], laws: Sequence[str], rows: dict[str, list[Verdict | None]]
) -> Iterator[str]:
    is_wide = len(cases) > MOST_WORDS
    signs = MARKS if is_wide else SIGNS
    kind = ' class="many"' if is_wide else ""
    yield f'<div class="wide"><table{kind}><thead><tr><th>law</th><th>what a client does</th>'
    for case in cases:
        yield f'<th class="case"><a href="#{_anchor(report, case)}">{_clean(shortened(case.name, 40))}</a></th>'
    yield "</tr></thead><tbody>"
    for id_ in laws:
        sentence = next(one.law.sentence for one in rows[id_] if one is not None)
        yield f"<tr><td><code>{id_}</code></td><td>{_clean(sentence)}</td>"
        yield from (f"<td>{_cell(report, case, one, signs)}</td>" for case, one in zip(cases, rows[id_], strict=True))
        yield "</tr>"
    yield "</tbody></table></div>"


def _cell(report: Report, case: Case, one: Verdict | None, signs: Mapping[Kind, str]) -> str:
    if one is None:
        return ""
    told = f'class="kind {one.kind.value}" title="{SIGNS[one.kind]}: {_clean(one.reason or one.observed or "kept")}"'
    if one.breaches:
        return f'<a {told} href="#{_anchor(report, case)}-{one.law.id}">{signs[one.kind]}</a>'
    return f"<span {told}>{signs[one.kind]}</span>"


def _anchor(report: Report, case: Case) -> str:
    return f"case-{next(n for n, one in enumerate(report.cases, 1) if one is case)}"


def _urgent(cases: Sequence[Case]) -> list[Case]:
    return sorted(
        cases, key=lambda one: (-one.counts[Kind.FAIL], -one.counts[Kind.HARNESS_ERROR], -one.counts[Kind.WARN])
    )


def _cases(report: Report) -> Iterator[str]:
    cases = _urgent(report.cases)
    if not cases:
        return
    yield f'<h2>What happened</h2><p class="soft">{HOW}</p>{KEY}'
    for case in cases[:MOST_CASES]:
        yield from _case(report, case)
    if len(cases) > MOST_CASES:
        yield f'<p class="soft">{len(cases) - MOST_CASES} cases more are in the JSON report.</p>'


def _case(report: Report, case: Case) -> Iterator[str]:
    anchor = _anchor(report, case)
    profile = f", profile {_clean(', '.join(case.run.profile))}" if case.run.profile else ""
    counts = case.counts
    told = ", ".join(f"{counts[kind]} {HEADS[kind]}" for kind in HEADS if counts[kind])
    yield f'<section id="{anchor}"><h2>{_clean(case.name)}</h2>'
    yield f'<p class="soft">{_clean(case.run.provider)}{profile}: {len(case.run.index.calls)} calls, {told}</p>'
    yield from _replays(report, case)
    drawing = draw(case.run, case.of(Kind.FAIL, Kind.WARN))
    is_open = len(drawing.items) <= MOST_OPEN and (counts[Kind.FAIL] or counts[Kind.WARN] or len(report.cases) == 1)
    drawn = svg(drawing, f"The whole run of {case.name}")
    opened = " open" if is_open else ""
    yield f'<details{opened}><summary>The whole run, in time</summary><div class="wide">{drawn}</div></details>'
    for one in case.verdicts:
        if one.breaches or one.kind is Kind.HARNESS_ERROR:
            yield from _broken(case, one, anchor)
    yield from _drifts(case)
    yield "</section>"


def _replays(report: Report, case: Case) -> Iterator[str]:
    """The commands that replay a case, where they are others than the one of the whole report."""
    commands = dict.fromkeys(one.replay for one in case.verdicts if one.replay and one.replay != report.command)
    yield from (f"<p>Replay: <code>{_clean(one)}</code></p>" for one in commands)


def _broken(case: Case, one: Verdict, anchor: str) -> Iterator[str]:
    yield f'<div class="breach {one.kind.value}" id="{anchor}-{one.law.id}">'
    sign = f'<span class="kind {one.kind.value}">{SIGNS[one.kind]}</span>'
    yield f"<h3>{sign} <code>{one.law.id}</code> {_clean(one.law.sentence)}</h3>"
    yield f"<p>{_clean(one.law.why)}</p><dl>"
    times = f" ({len(one.breaches)} times; this is the first)" if len(one.breaches) > 1 else ""
    members = {
        "what went wrong": _clean(one.reason),
        "expected": _clean(one.expected),
        "observed": _clean(one.observed) + times if one.breaches else "",
        "at stake": _clean(at_stake(one.costs)) if one.costs else "",
        "ground": f"{_ground(one)} ({one.severity.value})",
    }
    yield from (f"<dt>{name}</dt><dd>{value}</dd>" for name, value in members.items() if value)
    yield "</dl>"
    if one.breaches:
        drawn = svg(draw_breach(case.run, one), f"How {case.name} breaks {one.law.id}")
        yield f'<details><summary>The records that show it</summary><div class="wide">{drawn}</div></details>'
    yield "</div>"


def _ground(one: Verdict) -> str:
    says, source = _clean(one.ground.says), one.ground.source
    if not source.startswith(("https://", "http://")):
        return says
    return f'<a href="{escape(source)}" rel="noreferrer">{says}</a>'


def _drifts(case: Case) -> Iterator[str]:
    if case.drifts:
        yield "<h3>Answers that are not what the provider's document says</h3><ul>"
        for one in case.drifts:
            told = f"{one.operation}, record {one.event}: {one.observed}; expected {one.expected}"
            yield f"<li>{_clean(told)}</li>"
        yield "</ul>"
