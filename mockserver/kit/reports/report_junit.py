"""A report as JUnit XML, as CI services read it: a suite for each case, a test for each law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as Xml

from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.drawing import draw_breach
from mockserver.kit.reports.drawing_text import text
from mockserver.kit.reports.model import Case, Report

ELEMENTS: Final[Mapping[Kind, str]] = {
    Kind.FAIL: "failure",
    Kind.HARNESS_ERROR: "error",
    Kind.INCONCLUSIVE: "skipped",
    Kind.NOT_APPLICABLE: "skipped",
}
"""JUnit knows no warnings: a broken should or may passes, and `system-out` tells it."""


def to_text(report: Report) -> str:
    """Return a report as the text of a JUnit file."""
    root = Xml.Element("testsuites", name=_clean(report.command))
    for case in report.cases:
        root.append(_suite(case))
    if report.problem:
        suite = Xml.SubElement(root, "testsuite", name="mockserver", tests="1", failures="0", errors="1", skipped="0")
        test = Xml.SubElement(suite, "testcase", classname="mockserver", name="run", time="0")
        Xml.SubElement(test, "error", message=_clean(report.problem))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    Xml.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _suite(case: Case) -> Xml.Element:
    counts = case.counts
    suite = Xml.Element(
        "testsuite",
        name=_clean(case.name),
        tests=str(len(case.verdicts)),
        failures=str(counts[Kind.FAIL]),
        errors=str(counts[Kind.HARNESS_ERROR]),
        skipped=str(counts[Kind.INCONCLUSIVE] + counts[Kind.NOT_APPLICABLE]),
    )
    suite.extend(_test(case, one) for one in case.verdicts)
    return suite


def _test(case: Case, one: Verdict) -> Xml.Element:
    test = Xml.Element(
        "testcase", classname=_clean(case.name), name=f"{one.law.id} {_clean(one.law.sentence)}", time="0"
    )
    told = _told(case, one)
    element = ELEMENTS.get(one.kind)
    if element == "skipped":
        Xml.SubElement(test, element, message=_clean(one.reason))
    elif element is not None:
        message = one.reason or f"expected {one.expected}; observed {one.observed}"
        Xml.SubElement(test, element, message=_clean(message), type=one.law.id).text = told
    elif one.breaches:
        Xml.SubElement(test, "system-out").text = told
    return test


def _told(case: Case, one: Verdict) -> str:
    lines = [
        f"{one.kind.value} ({one.severity.value}): {one.law.sentence}",
        f"expected: {one.expected}",
        f"observed: {one.observed}",
        f"ground: {one.ground.says} {one.ground.source}",
    ]
    if one.replay:
        lines.append(f"replay: {one.replay}")
    drawn = text(draw_breach(case.run, one)) if one.breaches else []
    return _clean("\n".join([*lines, *drawn]))


def _clean(told: str) -> str:
    """A text without the characters that XML 1.0 forbids."""
    return "".join(one if _is_allowed(ord(one)) else "�" for one in told)


def _is_allowed(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
