"""A report in each of its forms."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from mockserver.kit.laws.verdict import Kind
from mockserver.kit.reports import report_json, report_junit, report_markdown, report_terminal
from mockserver.kit.reports.model import Report
from mockserver.kit.reports.words import HEADS
from tests.kit.reports.reports import ALL_KINDS, GOOD, RESENT, case, report

REPORTS = [
    report(),
    report(case(GOOD, ALL_KINDS[3:4])),
    report(case(), case(RESENT, name="re\x1bsent <b>&")),
    Report("mockserver observe -- true", "1.2.3", (), ended=0, problem="no call came to the server"),
]


@pytest.mark.parametrize("one", REPORTS)
def test_the_json_conforms_to_its_schema(one: Report) -> None:
    """Every report conforms to contracts/report.schema.json."""
    jsonschema.Draft202012Validator(report_json.schema()).validate(json.loads(report_json.to_text(one)))


def test_the_names_of_a_result_are_fixed() -> None:
    """Readers find a result by the fixed names."""
    found = report_json.to_json(report())["results"][0]
    assert {name: found[name] for name in ("law", "case", "verdict", "expected", "observed", "events", "replay")} == {
        "law": "AAA-01",
        "case": "toy",
        "verdict": "fail",
        "expected": "a pause of at least 1 s",
        "observed": "0.100 s",
        "events": [2, 3],
        "replay": "mockserver replay toy",
    }


def test_every_kind_of_verdict_is_counted() -> None:
    """The summary counts each verdict under its own word; what was not exercised is no pass."""
    assert report_json.to_json(report())["summary"]["verdicts"] == {
        "fail": 1, "harness-error": 1, "warn": 1, "info": 1, "pass": 1, "inconclusive": 2, "not-applicable": 1,
    }  # fmt: skip


def test_jobs_are_priced() -> None:
    """Each job that the client made counts, also the one whose answer was lost."""
    assert report_json.to_json(report(case(RESENT)))["spend"] == [{"currency": "USD", "amount": "0.50", "jobs": 2}]


@pytest.mark.parametrize(
    ("laws", "code"), [(ALL_KINDS[1:7], 0), (ALL_KINDS[:7], 1), (ALL_KINDS, 1), (ALL_KINDS[1:], 2)]
)
def test_the_exit_code(laws: tuple[object, ...], code: int) -> None:
    """0: no must failed; 1: some did; 2: judging went wrong."""
    assert report(case(laws=laws)).exit_code == code  # type: ignore[arg-type]


def test_nothing_to_judge_is_no_success() -> None:
    """A run without any call ends with 2."""
    assert REPORTS[-1].exit_code == 2


@pytest.mark.parametrize("one", REPORTS)
def test_junit_parses(one: Report) -> None:
    """The file is XML whose counts are those of its elements."""
    root = Xml.fromstring(report_junit.to_text(one))
    for element, name in (("testcase", "tests"), ("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert len(root.findall(f".//{element}")) == int(root.get(name, "0"))
    assert int(root.get("tests", "0")) > 0


def test_junit_fails_what_must_fail() -> None:
    """A must is a failure, a wrong judgement an error, what was not exercised skipped; a broken should passes."""
    root = Xml.fromstring(report_junit.to_text(report()))
    assert [test.get("name", "")[:6] for test in root.iter("testcase") if test.find("failure") is not None] == [
        "AAA-01"
    ]
    assert [test.get("name", "")[:6] for test in root.iter("testcase") if test.find("error") is not None] == ["AAA-08"]
    assert "warn (should)" in (root.findtext(".//testcase[2]/system-out") or "")
    assert "▶" in (root.findtext(".//failure") or "")


def test_the_terminal_begins_with_what_failed() -> None:
    """Failures first, then what went wrong in judging, then warnings; the conclusion is the last line."""
    told = report_terminal.lines(report())
    assert told[0] == "FAIL  AAA-01    A client keeps AAA-01."
    words = [line.split()[0] for line in told if line.startswith(("FAIL", "ERROR", "WARN", "INFO", "DRIFT"))]
    assert words == ["FAIL", "ERROR", "WARN", "INFO", "DRIFT"]
    assert told[-1].startswith("1 failed, ")


def test_a_good_client_has_one_screen() -> None:
    """A hundred good cases of fifty laws take less than 24 lines of 100 columns."""
    told = report_terminal.lines(report(*(case(GOOD, ALL_KINDS[3:4] * 50, f"test {n}") for n in range(100))))
    assert len(told) < 24
    assert max(map(len, told)) <= 100
    assert told[-1] == "nothing failed, 5000 kept, 0 inconclusive (not exercised, or not told)"


def test_a_law_that_many_cases_break_is_told_once() -> None:
    """The first case is told, the others are counted."""
    told = "\n".join(report_terminal.lines(report(case(name="a"), case(name="b"), case(name="c"))))
    assert told.count("FAIL") == 1
    assert "in 2 other cases" in told


def test_colours_only_where_they_are_asked_for() -> None:
    """Without a painter no line holds an escape, whatever the names are."""
    assert "\x1b" not in "\n".join(report_terminal.lines(REPORTS[2]))
    painted = report_terminal.lines(report(), lambda text, style: f"<{style}>{text}</>")
    assert painted[0].startswith("<bad>FAIL  </><strong>AAA-01</>")


def test_every_kind_has_a_head_or_a_word() -> None:
    """No kind of verdict is left out of the terminal."""
    assert set(HEADS) | set(report_terminal.WORDS) == set(Kind)


def test_markdown_tells_what_failed_and_folds_the_rest() -> None:
    """The failed laws come first, each with its drawing; what is kept or inconclusive is folded."""
    told = report_markdown.to_text(report())
    assert told.startswith("### ❌ 1 failed, ")
    assert "#### ❌ AAA-01: A client keeps AAA-01." in told
    assert told.index("#### ❌ AAA-01") < told.index("#### 💥 AAA-08") < told.index("#### ⚠️ AAA-02")
    assert "▶│" in told.split("```text")[1]
    assert "- at stake: 0.50 USD" in told
    assert "<details><summary>1 laws kept</summary>" in told
    assert told.count("<details>") == told.count("</details>")


def test_markdown_shows_names_as_they_are() -> None:
    """A name that looks like Markdown or HTML is shown, and does nothing."""
    told = report_markdown.to_text(report(case(name="<img src=x> | `a` *b* [c](d)")))
    assert "<img" not in re.sub("`[^`]*`", "", told)
    assert r"&lt;img src=x&gt; \| \`a\` \*b\* \[c\](d)" in told


def test_markdown_fits_a_comment() -> None:
    """A report on many cases is shorter than the 65,536 characters that GitHub takes."""
    assert len(report_markdown.to_text(report(*(case(name=f"test {n}") for n in range(300))))) < 65_536
