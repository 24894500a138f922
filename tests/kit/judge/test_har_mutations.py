"""A HAR file in which something is missing or of another kind is judged or refused, and never crashes the judge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.kit.judge.recording import NothingToJudge, Recorded
from mockserver.kit.laws.run import CaseFacts
from mockserver.kit.laws.verdict import Kind
from mockserver.kit.reports import report_html, report_json, report_junit, report_markdown, report_terminal
from mockserver.kit.reports.model import Report
from tests.kit.judge.test_har import KINDS, value

Path = tuple[str | int, ...]
VALUES = [
    None,
    0,
    -1,
    1e300,
    float("inf"),
    10**30,
    True,
    "",
    "x",
    "\ud800",
    "2026-99-99",
    "http://[",
    [],
    [None],
    {},
    {"a": 1},
]
GONE = object()


def paths(found: Any, before: Path = ()) -> Iterator[Path]:
    """Where each value of a JSON value stands."""
    yield before
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, inner in items:
        yield from paths(inner, (*before, name))


@cache
def places(kind: str) -> list[Path]:
    return [path for path in paths(value(kind)) if path]


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """One of the four files, with a value or two changed or taken away."""
    kind = draw(st.sampled_from(KINDS))
    made = deepcopy(value(kind))
    for path in draw(st.lists(st.sampled_from(places(kind)), min_size=1, max_size=2)):
        inner = made
        try:
            for name in path[:-1]:
                inner = inner[name]
            new = draw(st.sampled_from([GONE, *VALUES]))
            if new is GONE:
                del inner[path[-1]]
            else:
                inner[path[-1]] = new
        except (KeyError, IndexError, TypeError):  # the first change took it away
            continue
    return made


@given(changed())
@settings(max_examples=150, deadline=None)
def test_a_broken_file_is_judged_or_refused(har: Any) -> None:
    """Every form of the report can be made, the JSON conforms to its schema, and no law goes wrong."""
    try:
        cases = Recorded(har, "broken.har").cases(CaseFacts(), "")
    except NothingToJudge:
        return
    report = Report("mockserver judge broken.har", "1.2.3", cases)
    jsonschema.Draft202012Validator(report_json.schema()).validate(json.loads(report_json.to_text(report)))
    for form in (report_html, report_junit, report_markdown):
        form.to_text(report)
    report_terminal.lines(report)
    assert [one.reason for case in cases for one in case.of(Kind.HARNESS_ERROR)] == []
