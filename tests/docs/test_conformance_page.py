"""docs/conformance.md: its client is checked, its tests pass, and its files are what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from mockserver.cli.check import check
from mockserver.cli.commands import run
from mockserver.kit.adapters.command import environment
from mockserver.kit.cases.baseline import entries
from mockserver.kit.cases.catalogue import builtin
from mockserver.kit.cases.clients import kinds
from mockserver.kit.cases.model import check as check_value
from mockserver.kit.laws.table import LAWS
from tests.docs.markdown import ROOT, blocks, codes, links, text_of

PAGE = text_of("docs/conformance.md")


def of(language: str) -> list[str]:
    return [one.text for one in blocks(PAGE) if one.language == language]


def test_the_client_of_the_page_is_checked(tmp_path: Path) -> None:
    """Ten minutes lead to a report: the page's own client completes the plain case."""
    script = tmp_path / "client.py"
    script.write_text(of("python")[0])
    arguments = ["check", "tensorone", "--cmd", f"{sys.executable} {script}", "--html", str(tmp_path / "report.html")]
    assert run([*arguments, "--case", "plain", "--case", "job-fails"], dict(os.environ)) == 0
    assert (tmp_path / "report.html").is_file()


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    """In process, in virtual time."""
    (tmp_path / "test_conformance.py").write_text(of("python")[1])
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=tmp_path)
    assert "3 passed" in done.stdout, done.stdout


def test_the_variables_of_the_table_are_those_that_a_client_gets() -> None:
    """No more and no fewer."""

    class Served:
        base_url, key = "http://127.0.0.1:1", "key"

    told = set(environment(kinds()["tensorone"], builtin()[0], Served(), Path("clip.mp4")))  # type: ignore[arg-type]
    assert told == {one for one in codes(PAGE) if one.startswith("MOCK_") and one.isupper()}


def test_the_json_of_the_page_is_what_is_read() -> None:
    """The outcome and the baseline."""
    outcome, baseline = of("json")
    check_value(json.loads(outcome), "report")
    assert entries(baseline.encode(), [law.id for law in LAWS], [case.id for case in builtin()])


def test_every_option_of_the_page_is_one() -> None:
    """In shell blocks and in the line."""
    known = {option for parameter in check.params for option in parameter.opts}
    words = {word for text in (*of("sh"), *codes(PAGE)) for word in text.split() if word.startswith("--")}
    assert words <= known


def test_its_links_lead_to_files() -> None:
    """From docs/."""
    assert all((ROOT / "docs" / link).is_file() for link in links(PAGE))


def test_the_action_runs_a_check_and_keeps_the_reports(tmp_path: Path) -> None:
    """Its script splits the arguments like a shell would, and writes all forms."""
    steps = yaml.safe_load(text_of("action.yml"))["runs"]["steps"]
    assert [step["name"] for step in steps] == ["Install", "Check", "Summary", "Keep the reports"]
    assert yaml.safe_load(of("yaml")[0])["jobs"]["conformance"]["steps"][2]["with"]["arguments"].startswith("check ")
    (tmp_path / "mockserver").write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:], sep='\\n')\n")
    (tmp_path / "mockserver").chmod(0o755)
    environ = {
        **os.environ, "ARGUMENTS": 'observe --profile gately=minimax -- pytest -k "a b"',
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
    }  # fmt: skip
    command = [sys.executable, str(ROOT / ".ci/check"), "reports"]
    words = subprocess.run(command, capture_output=True, text=True, env=environ).stdout.splitlines()
    assert words[:3] == ["observe", "--md", "reports/report.md"]
    assert words[-6:] == ["--profile", "gately=minimax", "--", "pytest", "-k", "a b"]
