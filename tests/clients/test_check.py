"""`mockserver check` from the command line: exit codes, reports, baselines, replays, adapters, searches, revisions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.commands import run
from tests.docs.markdown import ROOT

GOOD = "tests.clients.in_process:good"
BAD = "tests.clients.in_process:bad"
REFERENCE = f"{sys.executable} -m tests.clients.reference"


def environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def check(*arguments: str) -> int:
    """The exit code of a check of TensorOne."""
    return run(["check", "tensorone", *arguments], environ())


def results(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_bytes())["results"]
    return found


def test_a_good_client_in_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and reports in all forms."""
    paths = {form: tmp_path / f"report.{form}" for form in ("json", "junit", "md", "html")}
    options = [word for form, path in paths.items() for word in (f"--{form}", str(path))]
    assert check("--python", GOOD, "--case", "plain", "--case", "polls-limited", *options) == 0
    assert "nothing failed" in capsys.readouterr().out
    assert {one["case"] for one in results(paths["json"])} == {"plain", "polls-limited"}
    assert all(path.stat().st_size > 100 for path in paths.values())


def test_a_broken_client_in_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, with the law, what was observed, and the command that replays the case."""
    report = tmp_path / "report.json"
    assert check("--python", BAD, "--law", "BKO-01", "--json", str(report)) == 1
    failed = [one for one in results(report) if one["verdict"] == "fail"]
    assert {one["law"] for one in failed} == {"BKO-01"}
    assert f"mockserver check tensorone --python {BAD} --case {failed[0]['case']}" == failed[0]["replay"]
    assert "BKO-01" in capsys.readouterr().out


def test_the_reference_client_as_a_command_and_over_sockets(capsys: pytest.CaptureFixture[str]) -> None:
    """Each case has a port and a key of its own, and connections are used again."""
    assert check("--cmd", REFERENCE, "--case", "plain", "--case", "creation-lost", "--case", "file-cut") == 0
    assert "nothing failed" in capsys.readouterr().out


@pytest.mark.parametrize("adapter", ["adapter.py", "adapter.mjs", "adapter.sh"])
def test_the_examples_of_adapters(adapter: str, tmp_path: Path) -> None:
    """Each speaks the protocol, and its small client lives through the plain cases."""
    program = {".py": sys.executable, ".mjs": "node", ".sh": "bash"}[Path(adapter).suffix]
    report = tmp_path / "report.json"
    command = f"{program} {ROOT / 'clients/adapters' / adapter}"
    assert check("--adapter", command, "--case", "plain", "--case", "job-fails", "--json", str(report)) == 0
    passed = {one["law"] for one in results(report) if one["verdict"] == "pass" and one["case"] == "plain"}
    assert {"AUTH-01", "OUT-01", "OUT-02", "TRM-01"} <= passed


def test_the_package_for_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own tests pass with Node's runner, and a function is checked through it."""
    done = subprocess.run(["node", "--test"], cwd=ROOT / "clients/node", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    script = tmp_path / "mine.mjs"
    script.write_text(f"""
import {{ serve, Unsupported }} from {json.dumps((ROOT / "clients/node/adapter.js").as_uri())};
await serve(async (input, {{ name }}) => {{
  if (name === "plain") throw new Unsupported("no clips here");
  return {{ outcome: "error", message: input.prompt }};
}}, {{ name: "mine" }});
""")
    report = tmp_path / "report.json"
    assert check("--adapter", f"node {script}", "--case", "plain", "--case", "no-output", "--json", str(report)) == 0
    assert "plain is not supported by the client: no clips here" in capsys.readouterr().out
    assert {one["case"] for one in results(report)} == {"no-output"}


def test_a_command_that_crashes_hangs_or_does_not_support_a_case(tmp_path: Path) -> None:
    """A crash and a silence are told as that; exit code 89 judges nothing."""
    script, report = tmp_path / "client.py", tmp_path / "report.json"
    script.write_text("""
import os, sys, time
case = os.environ["MOCK_CASE"]
if case == "plain": sys.exit("it broke")
if case == "created-202": sys.exit(89)
if case == "job-fails": print("no JSON")
if case == "hangs": time.sleep(60)
""")
    cases = tmp_path / "cases.json"
    one = {"id": "hangs", "says": "Nothing goes wrong.", "laws": [], "deadline_seconds": 0.5}
    cases.write_text(json.dumps({"cases": [one]}))
    command = f"{sys.executable} {script}"
    names = [word for name in ("plain", "created-202", "job-fails") for word in ("--case", name)]
    assert check("--cmd", command, *names, "--json", str(report)) == 1
    observed = {row["case"]: row["observed"] for row in results(report) if row["law"] == "OUT-01"}
    assert observed["plain"] == "the client crashed (exit code 1: it broke)"
    assert "the last line that it printed is no JSON: no JSON" in observed["job-fails"]
    assert "created-202" not in observed
    assert check("--cmd", command, "--replay", str(cases), "--json", str(report)) == 1
    hung = next(row for row in results(report) if row["law"] == "OUT-01")
    assert hung["observed"] == "the client crashed (killed 5 s after its deadline)"
    assert f"--replay {cases}" in hung["replay"]


def test_a_baseline_accepts_failures_and_fails_where_it_is_stale(tmp_path: Path) -> None:
    """An accepted failure informs; an entry that nobody needs is a failure of its own."""
    baseline, report = tmp_path / "baseline.json", tmp_path / "report.json"

    def written(*rows: dict[str, str]) -> None:
        baseline.write_text(json.dumps({"accepted": list(rows)}))

    needed = {"law": "BKO-01", "case": "polls-limited", "reason": "next release"}
    common = ("--python", BAD, "--case", "polls-limited", "--baseline", str(baseline), "--json", str(report))
    written(needed)
    assert check(*common) == 0
    row = next(one for one in results(report) if one["law"] == "BKO-01")
    assert (row["verdict"], row["reason"]) == ("info", "accepted: next release")
    written(needed, {"law": "POL-03", "reason": "long ago"}, {"law": "DL-02", "case": "file-cut", "reason": "not run"})
    assert check(*common) == 1
    stale = [one for one in results(report) if one["law"] == "BASE-01"]
    assert [one["expected"] for one in stale] == ["a failure of POL-03, which the baseline accepts: long ago"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "no JSON"),
        ("{}", 'expected {"accepted": '),
        ('{"accepted": [{"law": "BKO-99", "reason": "x"}]}', "accepted/0/law: expected the id of a law"),
        ('{"accepted": [{"law": "BKO-01"}]}', "accepted/0/reason: expected why it is accepted"),
        ('{"accepted": [{"law": "BKO-01", "reason": "x", "case": "y"}]}', "there is no case 'y'"),
        ('{"accepted": [{"law": "BKO-01", "reason": "x", "when": "y"}]}', "unknown member 'when'"),
    ],
)
def test_a_broken_baseline_is_told(text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, where, and what was expected."""
    path = tmp_path / "baseline.json"
    path.write_text(text)
    assert check("--python", GOOD, "--baseline", str(path)) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "expected one of --cmd, --adapter and --python"),
        (("--cmd", "x", "--adapter", "y"), "expected one of --cmd, --adapter and --python"),
        (("--cmd", ""), "expected a command such as 'python client.py'"),
        (("--cmd", "'x"), "no closing quotation"),
        (("--cmd", "x", "--case", "plian"), "unknown case 'plian'; did you mean plain?"),
        (("--cmd", "x", "--law", "BKO-1"), "unknown law 'BKO-1'; did you mean BKO-1"),
        (("--cmd", "x", "--law", "SUB-02"), "no case at tensorone provokes SUB-02"),
        (("--cmd", "x", "--set", "most"), "unknown value 'most'"),
        (("--cmd", "x", "--replay", "/nowhere.json"), "there is no file /nowhere.json"),
        (("--cmd", "/no/such/program", "--case", "plain"), "/no/such/program cannot be run: No such file"),
        (("--adapter", "/no/such/program", "--case", "plain"), "/no/such/program cannot be run: No such file"),
        (("--adapter", "true", "--case", "plain"), "it did not answer hello: the adapter ended with exit code 0"),
        (("--python", "nothing"), "expected MODULE:FUNCTION such as my_client:make_clip"),
        (("--python", "no_such_module:f"), "no_such_module cannot be imported"),
        (("--python", "json:f"), "json has no f"),
        (("--cmd", "x", "--server", "https://api.tensorone.ai"), "is the live service of tensorone"),
        (("--cmd", "x", "--server", "ftp://x"), "expected a URL such as"),
        (("--python", GOOD, "--against", "main"), "--against goes with --cmd or --adapter"),
        (("--cmd", "x", "--case", "plain", "--against", "no-such-ref"), "there is no revision 'no-such-ref'"),
    ],
)
def test_what_cannot_be_followed_is_told_in_one_line(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and one line on standard error."""
    assert check(*arguments) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_an_unknown_provider_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert run(["check", "tensorne", "--cmd", "x"], environ()) == 2
    assert "unknown provider 'tensorne'; did you mean tensorone?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["[]", '{"cases": [{"id": "x"}]}', '{"cases": [{"id": "X", "says": "x", "laws": []}]}', "{"]
)
def test_a_broken_file_of_cases_is_told(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, with the place in the file."""
    path = tmp_path / "cases.json"
    path.write_text(text)
    assert check("--python", GOOD, "--replay", str(path)) == 2
    assert f"--replay: {path}: " in capsys.readouterr().err


def test_a_list_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each case: id, set, what happens, the laws."""
    assert check("--list", "--law", "BKO-02") == 0
    line = capsys.readouterr().out.strip()
    assert line.startswith("polls-limited-dates  core  ")
    assert line.endswith("[BKO-02]")


def test_a_search_in_process_keeps_the_smallest_and_replays_it_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One search finds the mistake, shrinks it to a single fault, and the next one begins with it."""
    found = tmp_path / "found.json"
    common = ("--python", BAD, "--search", "--seconds", "0", "--found", str(found))
    assert check(*common) == 1
    kept = json.loads(found.read_bytes())["cases"]
    case = next(one for one in kept if one["laws"] == ["BKO-01"])
    assert len(case["scenario"]["faults"]) == 1
    assert case["scenario"]["faults"][0]["does"] == "limited"
    capsys.readouterr()
    assert check("--python", BAD, "--replay", str(found), "--case", case["id"]) == 1
    assert check(*common) == 1
    assert f"--replay {found} --case {case['id']}" in " ".join(capsys.readouterr().out.split())
    assert check("--python", GOOD, "--replay", str(found)) == 0


def test_a_revision_is_compared_with_the_client_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Red to green is told law by law, and only a newly broken law fails."""
    program = f"""
import json, os, subprocess, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.clients.reference import __main__ as reference
from tests.clients.broken.table import BROKEN
reference.CLIENTS = {{**reference.CLIENTS, "tensorone": CHOSEN}}
reference.main()
"""
    good = program.replace("CHOSEN", 'reference.CLIENTS["tensorone"]')
    bad = program.replace("CHOSEN", 'BROKEN["BKO-01"].client')
    for name, value in (("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@b"), ("GIT_COMMITTER_NAME", "a"),
                        ("GIT_COMMITTER_EMAIL", "a@b"), ("GIT_CONFIG_GLOBAL", os.devnull)):  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text(bad)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "Bad"], ["tag", "bad"]):
        subprocess.run(["git", *arguments], check=True)
    command = ("--cmd", f"{sys.executable} client.py", "--case", "polls-limited")
    (tmp_path / "client.py").write_text(good)
    assert check(*command, "--against", "bad", "--set-up", "git status") == 0
    out = capsys.readouterr().out
    assert "newly broken since bad: none" in out
    assert "fixed since bad: BKO-01" in out
    subprocess.run(["git", "commit", "-qam", "Good"], check=True)
    (tmp_path / "client.py").write_text(bad)
    assert check(*command, "--against", "HEAD") == 1
    assert "newly broken since HEAD: BKO-01" in capsys.readouterr().out
    assert check(*command, "--against", "bad") == 0
    assert "still broken since bad: BKO-01" in capsys.readouterr().out
    assert subprocess.run(["git", "worktree", "list"], capture_output=True, text=True).stdout.count("\n") == 1


def test_a_client_with_hard_coded_hosts(tmp_path: Path) -> None:
    """--proxy leads the provider's own https host here; links keep their hosts."""
    script = tmp_path / "client.py"
    program = (ROOT / "clients/adapters/adapter.py").read_text().partition("def answer(")[0]
    script.write_text(
        program
        + """
import os
asked = json.loads(os.environ["MOCK_INPUT"])
run = {"api_key": os.environ["MOCK_API_KEY"], "base_url": "https://api.tensorone.ai", "input": asked, "deadline": 20,
       "poll_seconds": 0.5, "output": os.environ["MOCK_OUTPUT"]}
print(json.dumps(make(run)))
"""
    )
    report = tmp_path / "report.json"
    assert check("--proxy", "--cmd", f"{sys.executable} {script}", "--case", "plain", "--json", str(report)) == 0
    passed = {one["law"] for one in results(report) if one["verdict"] == "pass"}
    assert {"AUTH-01", "AUTH-02", "OUT-02"} <= passed
