"""`sandbox.assert_conforms()` and `--mock-strict`, as the tests of other projects meet them."""

from __future__ import annotations

from pathlib import Path

from tests.testing.suite import run

INI = "[pytest]\nmock_server_timing = instant\n"
CLIENT = '''
import json, pytest

def poll(sandbox, times):
    """A client that polls a job so often, which has ended at the first."""
    headers = {**sandbox.headers, "content-type": "application/json", "user-agent": "t/1"}
    made = sandbox.server.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt": "a cat"}')
    job = json.loads(made[2])["videoId"]
    for _ in range(times):
        sandbox.server.request("GET", f"/v2/ai/videos/{job}/status", headers)
'''
ASSERTS = (
    CLIENT
    + """
def test_good(mock_sandbox):
    poll(mock_sandbox, 1)
    mock_sandbox.assert_conforms()
    assert mock_sandbox.report()["summary"]["exit_code"] == 0

def test_stubborn(mock_sandbox):
    poll(mock_sandbox, 2)
    with pytest.raises(AssertionError) as told:
        mock_sandbox.assert_conforms()
    assert "FAIL  TRM-01" in str(told.value)
    assert "GET /v2/ai/videos" in str(told.value)
    mock_sandbox.assert_conforms(ignore=["TRM-01", "POL-03"])

def test_idle(mock_sandbox):
    with pytest.raises(AssertionError, match="nothing to judge"):
        mock_sandbox.assert_conforms()

def test_misspelt(mock_sandbox):
    with pytest.raises(ValueError, match="'TRM-1' is no law; did you mean TRM-01?"):
        mock_sandbox.assert_conforms(ignore=["TRM-1"])
"""
)
STRICT = (
    CLIENT
    + """
def test_good(mock_sandbox):
    poll(mock_sandbox, 1)

def test_stubborn(sandbox):
    poll(sandbox, 2)

def test_idle(mock_sandbox):
    pass

def test_silent(mock_sandbox):
    mock_sandbox.journal.off()
    poll(mock_sandbox, 2)

def test_without():
    pass
"""
)


def test_a_test_asserts_that_its_client_conforms(tmp_path: Path) -> None:
    """A broken must raises with the report and a drawing; ignored laws do not; no call at all is an error."""
    done = run(tmp_path, {"pytest.ini": INI, "test_it.py": ASSERTS})
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_strict_fails_the_tests_whose_client_breaks_a_must(tmp_path: Path) -> None:
    """Only the stubborn client's test fails, by the report; tests without calls or sandbox pass."""
    done = run(tmp_path, {"pytest.ini": INI, "test_it.py": STRICT}, "--mock-strict")
    assert "1 failed, 4 passed" in done.stdout, done.stdout
    assert "--mock-strict: the client broke laws" in done.stdout
    assert "FAIL  TRM-01" in done.stdout


def test_without_strict_the_same_tests_pass(tmp_path: Path) -> None:
    """Nobody is judged unless it is asked for."""
    done = run(tmp_path, {"pytest.ini": INI, "test_it.py": STRICT})
    assert "5 passed" in done.stdout, done.stdout


def test_strict_ignores_what_the_ini_file_says(tmp_path: Path) -> None:
    """mock_strict_ignore takes ids of laws; one that is none is refused before any test runs."""
    files = {"pytest.ini": INI + "mock_strict_ignore = TRM-01 POL-03\n", "test_it.py": STRICT}
    done = run(tmp_path, files, "--mock-strict")
    assert "5 passed" in done.stdout, done.stdout
    files["pytest.ini"] = INI + "mock_strict_ignore = TRM-99\n"
    done = run(tmp_path, files, "--mock-strict")
    assert done.returncode == 4
    assert "mock_strict_ignore: 'TRM-99' is no law; did you mean" in done.stdout + done.stderr
