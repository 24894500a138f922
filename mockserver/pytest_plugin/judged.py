"""A sandbox that can judge the client that used it, by the laws for clients."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from mockserver import __version__
from mockserver.testing import Sandbox

if TYPE_CHECKING:
    from mockserver.kit.reports.model import Report

NAMES: Final = "MOCK_SANDBOX_NAMES"
"""The variable in which `mockserver observe` says the file for the names of sandboxes."""


class JudgedSandbox(Sandbox):
    """The sandbox of a test, with the verdicts on what the test did."""

    def assert_conforms(self, *, ignore: Collection[str] = (), is_over: bool = True) -> None:
        """Raise AssertionError, with a report, where the client broke a law that is a must.

        `ignore` are ids of laws, such as "POL-03" where a test polls fast on purpose. `is_over` says that the client
        has ended, so that what it left behind counts. A sandbox without any call
        has nothing to judge, which is an error.
        """
        told = self._report(ignore, is_over=is_over)
        if told.exit_code:
            raise AssertionError("\n" + "\n".join(_lines(told)))

    def report(self, *, ignore: Collection[str] = (), is_over: bool = True) -> dict[str, Any]:
        """Return the report as JSON, in the form of contracts/report.schema.json."""
        from mockserver.kit.reports.report_json import to_json

        return to_json(self._report(ignore, is_over=is_over))

    def _report(self, ignore: Collection[str], *, is_over: bool) -> Report:
        from mockserver.kit.judge.judging import Asked, cases_of
        from mockserver.kit.laws.run import CaseFacts
        from mockserver.kit.laws.table import without
        from mockserver.kit.reports.model import Report
        from mockserver.kit.transcript import read

        asked = Asked(laws=without(ignore), facts=CaseFacts(is_over=is_over))
        cases = cases_of(read(self.journal.read()), self.key, asked)
        problem = "" if cases else "nothing to judge: no call of a provider came to this sandbox"
        return Report("sandbox.assert_conforms()", __version__, cases, problem=problem)


def what_broke(sandbox: JudgedSandbox, ignore: Collection[str]) -> str:
    """Return the report on a sandbox whose client broke a must; empty where it did not, or where no call came."""
    if sandbox.settings()["journal"] != "on" or not sandbox.journal.read()["last"]:
        return ""
    try:
        sandbox.assert_conforms(ignore=ignore)
    except AssertionError as broken:
        return str(broken)
    return ""


def tell_name(digest: str, name: str) -> None:
    """Tell `mockserver observe` which test has a sandbox, where one observes."""
    path = os.environ.get(NAMES)
    if path:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123  (one write, which no other worker comes between)
            file.write(json.dumps({"sandbox": digest, "name": name}) + "\n")


def _lines(report: Report) -> list[str]:
    """The report as on a terminal, with a drawing of each broken must."""
    from mockserver.kit.laws.verdict import Kind
    from mockserver.kit.reports.drawing import draw_breach
    from mockserver.kit.reports.drawing_text import text
    from mockserver.kit.reports.report_terminal import lines

    drawn = []
    for group in report.groups(Kind.FAIL)[:3]:
        row = group.first
        drawn += [f"{row.verdict.law.id}:", *text(draw_breach(row.case.run, row.verdict)), ""]
    return [*drawn, *lines(report)]
