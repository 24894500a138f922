"""`mockserver observe -- CMD`: the command runs as under `run`, and what it did is judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest

from mockserver.kit.reports.report_json import schema
from tests.cli.commands import Done, mockserver

PROGRAM = """
import json, os, sys
from urllib.request import Request, urlopen
headers = {"Authorization": "Bearer " + os.environ["MOCK_API_KEY"],
           "Content-Type": "application/json", "User-Agent": "t/1"}
def call(path, body=None):
    return json.load(urlopen(Request("https://api.tensorone.ai" + path, body, headers)))
job = call("/v2/ai/text-to-video", b'{"prompt": "a cat"}')["videoId"]
for _ in range(int(sys.argv[1])):
    print(call(f"/v2/ai/videos/{job}/status")["status"])
sys.exit(int(sys.argv[2]))
"""
TESTS = """
import json

def client(sandbox, polls):
    headers = {**sandbox.headers, "content-type": "application/json", "user-agent": "t/1"}
    made = sandbox.server.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt": "a cat"}')
    for _ in range(polls):
        sandbox.server.request("GET", f"/v2/ai/videos/{json.loads(made[2])['videoId']}/status", headers)

def test_good(mock_sandbox):
    client(mock_sandbox, 1)

def test_stubborn(mock_sandbox):
    client(mock_sandbox, 2)
"""


def observe(home: Path, polls: int, code: int = 0, *options: str) -> Done:
    """Observe a client that polls a job so often, which has ended at the first, and then ends with a code."""
    command = [sys.executable, "-c", PROGRAM, str(polls), str(code)]
    return mockserver(home, "observe", "--timing", "instant", *options, "--", *command)


def test_a_good_command_ends_with_its_own_code(tmp_path: Path) -> None:
    """Where no must failed the exit code is the command's: a suite that fails stays failed."""
    done = observe(tmp_path, 1)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("completed\n")
    assert "nothing failed" in done.out
    done = observe(tmp_path, 1, 7)
    assert done.code == 7
    assert "the command ended with 7" in done.out


def test_a_broken_must_ends_with_1(tmp_path: Path) -> None:
    """The poll after the end is found, told on the terminal and in the JSON, with the command that shows it again."""
    done = observe(tmp_path, 2, 0, "--json", "report.json", "--ignore", "POL-03")
    assert done.code == 1
    assert "FAIL  TRM-01" in done.out
    value = json.loads((tmp_path / "report.json").read_bytes())
    jsonschema.Draft202012Validator(schema()).validate(value)
    (failed,) = (one for one in value["results"] if one["verdict"] == "fail")
    assert (failed["law"], failed["case"], failed["events"]) == ("TRM-01", "the command", [2, 3])
    assert failed["replay"].startswith("mockserver observe --timing instant --ignore POL-03 -- ")
    assert value["summary"]["command_exit_code"] == 0


def test_no_call_is_nothing_to_judge(tmp_path: Path) -> None:
    """A command that never calls a provider is no success."""
    done = mockserver(tmp_path, "observe", "--", sys.executable, "-c", "print('idle')")
    assert done.code == 2
    assert "nothing to judge: no call of a provider came to the server" in done.out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--ignore", "TRM-1"], "--ignore: 'TRM-1' is no law; did you mean TRM-01?"),
        (["--html", "/nowhere/at/all.html"], "there is no folder /nowhere/at"),
        (["--attempts", "none"], "'none' is not a valid integer"),
    ],
)
def test_wrong_options_are_told_before_the_command_runs(options: list[str], says: str, tmp_path: Path) -> None:
    """One line on standard error, exit code 2, and the command did not run."""
    done = mockserver(tmp_path, "observe", *options, "--", sys.executable, "-c", "print('ran')")
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1


def test_keys_do_not_come_into_the_report(tmp_path: Path) -> None:
    """The values of --keys stand neither in the command that is told nor in any call."""
    done = observe(tmp_path, 2, 0, "--keys", "sk-secret-key-1", "--html", "report.html")
    assert done.code == 1
    assert "sk-secret-key-1" not in done.out + (tmp_path / "report.html").read_text("utf-8")


def test_each_test_of_pytest_is_a_case(tmp_path: Path) -> None:
    """Tests that use mock_sandbox use the observed server, and the report has their names."""
    (tmp_path / "test_it.py").write_text(TESTS)
    options = ["--timing", "instant", "--json", "report.json"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    done = mockserver(tmp_path, "observe", *options, "--", *command)
    assert done.code == 1, done.out
    assert "2 passed" in done.out
    value = json.loads((tmp_path / "report.json").read_bytes())
    assert [one["case"] for one in value["cases"]] == ["test_it.py::test_good", "test_it.py::test_stubborn"]
    failed = {(one["case"], one["law"]) for one in value["results"] if one["verdict"] == "fail"}
    assert ("test_it.py::test_stubborn", "TRM-01") in failed
    assert all(name == "test_it.py::test_stubborn" for name, _ in failed)
