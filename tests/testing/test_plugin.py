"""The pytest plugin, as the tests of other projects meet it."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from mockserver.pytest_plugin import key_of
from mockserver.testing import MockServer, NoMockServer
from tests.testing.suite import run

INI = "[pytest]\nmock_server_timing = instant\nmock_server_options = --limits documented\n"
USES = """
def test_it(mock_sandbox):
    shown = mock_sandbox.settings()
    assert (shown["timing"], shown["limits"], shown["scenario"]) == ("instant", "documented", "success")
    assert mock_sandbox.key.startswith("mock-test-it-")
    mock_sandbox.scenario.set("stalled")

def test_alias(sandbox, mock_sandbox, mock_server, mock_target):
    assert sandbox is mock_sandbox
    assert sandbox.scenario.default == "success"
    session = mock_target.session("tensorone", profile=[], timing="quick", scenario=None, key_name="x")
    assert session.request("GET", "/_mock/health", {}, b"").json()["status"] == "ok"
"""
UNUSED = """
import sys

def test_nothing():
    seen = {name.partition(".")[0] for name in sys.modules}
    assert not seen & {"starlette", "uvicorn", "httpx", "httptools", "imageio_ffmpeg", "PIL"}
    assert {name for name in sys.modules if name.startswith("mockserver")} == {"mockserver", "mockserver.pytest_plugin"}
"""
WHERE = """
import os, pathlib, pytest

@pytest.mark.parametrize("number", range(6))
def test_it(number, mock_sandbox):
    place = pathlib.Path(os.environ["PYTEST_XDIST_WORKER"])
    place.with_suffix(".url").write_text(mock_sandbox.server.url)
    assert mock_sandbox.jobs() == []
    mock_sandbox.server.request("POST", "/v2/ai/text-to-video",
        {**mock_sandbox.headers, "content-type": "application/json"}, b'{"prompt": "a cat"}')
    assert len(mock_sandbox.jobs()) == 1
"""


def urls(folder: Path) -> list[str]:
    """The server's URL in each worker."""
    return [path.read_text() for path in sorted(folder.glob("gw*.url"))]


def test_fixtures_options_and_the_line_about_the_server(tmp_path: Path) -> None:
    done = run(tmp_path, {"pytest.ini": INI, "test_it.py": USES})
    assert done.returncode == 0, done.stdout
    assert "\nmock server: in a thread of this process, seed 0\n" in done.stdout
    assert "2 passed" in done.stdout


def test_nothing_is_imported_and_nothing_said_before_a_fixture_asks(tmp_path: Path) -> None:
    done = run(tmp_path, {"test_it.py": UNUSED})
    assert done.returncode == 0, done.stdout
    assert "mock server" not in done.stdout


def test_other_fixtures_called_sandbox_win(tmp_path: Path) -> None:
    """One in a conftest, also of a folder, or in a module; without a word."""
    files = {
        "own/conftest.py": "import pytest\n@pytest.fixture(scope='session')\ndef sandbox():\n    return 'conftest'\n",
        "own/test_conftest.py": "def test_it(sandbox):\n    assert sandbox == 'conftest'\n",
        "module/test_module.py": "import pytest\n@pytest.fixture\ndef sandbox():\n    return 'module'\n"
        "def test_it(sandbox):\n    assert sandbox == 'module'\n",
        "test_alias.py": "def test_it(sandbox, mock_sandbox):\n    assert sandbox is mock_sandbox\n",
    }
    done = run(tmp_path, files)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    assert "warning" not in done.stdout


def test_a_plugins_sandbox_wins(tmp_path: Path) -> None:
    files = {
        "theirs.py": "import pytest\n@pytest.fixture(scope='session', params=[1, 2])\ndef sandbox(request):\n"
        "    return request.param\n@pytest.fixture(scope='session')\ndef on(sandbox):\n    return sandbox\n",
        "test_it.py": "def test_it(sandbox, on):\n    assert sandbox == on\n",
    }
    done = run(tmp_path, files, "-p", "theirs")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_a_package_contracts_of_the_user_is_the_users(tmp_path: Path) -> None:
    """The kit is in our one package, so nothing of the user's can stand in its way."""
    files = {
        "contracts/__init__.py": "WHOSE = 'the user'\n",
        "test_it.py": "import contracts\n\ndef test_both(mock_target):\n    assert contracts.WHOSE == 'the user'\n"
        "    target = mock_target.session('gately', profile=[], timing='quick', scenario=None, key_name='x')\n"
        "    assert target.request('GET', '/_mock/health', {}, b'').status == 200\n",
    }
    done = run(tmp_path, files)
    assert "1 passed" in done.stdout, done.stdout


def test_wrong_options_are_told(tmp_path: Path) -> None:
    """Each in one line, and a wrong --mock-server before any test runs."""
    files = {"pytest.ini": INI.replace("documented", "docmented"), "test_it.py": USES}
    done = run(tmp_path, files)
    assert "did you mean documented?" in done.stdout
    assert "Traceback" not in done.stdout
    secret = INI.replace("documented", "docmented --keys a-secret-key,b")
    assert secret != INI
    done = run(tmp_path, {"pytest.ini": secret, "test_it.py": USES})
    told = "mock_server_options = --limits docmented --keys ...: mockserver serve: --limits: unknown value 'docmented'"
    assert told in done.stdout
    assert "a-secret-key" not in done.stdout
    assert "During handling" not in done.stdout
    assert "expected shared, each or a URL, got 'shard'" in run(tmp_path, {}, "--mock-server", "shard").stderr
    nobody = run(tmp_path, {}, "--mock-server", "http://127.0.0.1:9").stdout
    assert "--mock-server: no mock server answers at http://127.0.0.1:9" in nobody
    assert "During handling" not in nobody


def test_a_server_that_runs_is_used(tmp_path: Path) -> None:
    """Its sandboxes are as new at each run."""
    files = {
        "pytest.ini": "[pytest]\nmock_server_timing = instant\n",
        "test_it.py": USES.replace('"documented"', '"off"'),
    }
    with MockServer() as server:
        for _ in range(2):
            done = run(tmp_path, files, "--mock-server", server.url)
            assert done.returncode == 0, done.stdout
            assert f"mock server: the one that runs at {server.url}" in done.stdout
        assert server.control("GET", "/health")


def test_under_xdist_one_server_for_all_workers(tmp_path: Path) -> None:
    done = run(tmp_path, {"test_it.py": WHERE}, "-n", "2")
    assert done.returncode == 0, done.stdout
    first, second = urls(tmp_path)
    assert first == second
    assert f"mock server: one process for all workers, seed 0, at {first}" in done.stdout
    with pytest.raises(NoMockServer):
        MockServer.attach(first)


def test_under_xdist_the_run_itself_keeps_the_server(tmp_path: Path) -> None:
    """Its controller is there while any worker is, whether one uses the server or not."""
    test = """
        def test_it(tmp_path_factory):
            assert (tmp_path_factory.getbasetemp().parent / "mock-server" / "controller.user").exists()
    """
    done = run(tmp_path, {"test_it.py": dedent(test)}, "-n", "1")
    assert done.returncode == 0, done.stdout
    assert "mock server" not in done.stdout


@pytest.mark.parametrize("arguments", [("--mock-server", "each"), ("--dist", "each", "--tx", "2*popen")])
def test_under_xdist_one_for_each_worker(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """When they are asked for, and when every worker runs every test under the same keys."""
    done = run(tmp_path, {"test_it.py": WHERE}, *(() if "--tx" in arguments else ("-n", "2")), *arguments)
    assert done.returncode == 0, done.stdout
    first, second = urls(tmp_path)
    assert first != second
    assert "mock server: one in each worker, seed 0" in done.stdout


@pytest.mark.parametrize(("dying", "restarts", "failed"), [("2", "1", 1), ("012345", "0", 2)])
def test_a_worker_that_dies_takes_no_server_along_and_leaves_none(
    dying: str, restarts: str, failed: int, tmp_path: Path
) -> None:
    """Whoever started it: the others go on with it, and at the end of the run it is stopped, also when all died."""
    dies = f"    if str(number) in {dying!r}:\n        import signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    done = run(tmp_path, {"test_it.py": WHERE + dies}, "-n", "2", "--max-worker-restart", restarts)
    assert f"{failed} failed" in done.stdout, done.stdout
    found = set(urls(tmp_path))
    assert len(found) == 1
    with pytest.raises(NoMockServer):
        MockServer.attach(found.pop())


def test_keys_are_readable_and_never_the_same() -> None:
    names = [
        "a/test_x.py::test_it[1]",
        "b/test_x.py::test_it[1]",
        "a/test_x.py::test_it[2]",
        "a.py::TestA::test_\u00e9",
    ]
    assert len({key_of(name) for name in names}) == len(names)
    assert all(re.fullmatch(r"mock-[A-Za-z0-9-]+", key_of(name)) for name in names)
    assert key_of(names[0]) == key_of(names[0])


SPENDS = """
import pytest

@pytest.mark.parametrize("number", range(3))
def test_it(number, mock_sandbox):
    headers = {**mock_sandbox.headers, "content-type": "application/json"}
    for path, body in (
        ("/v2/ai/text-to-video", b'{"prompt": "a cat", "duration": 5}'),
        ("/v2/ai/text-to-video", b'{"prompt": "a cat", "duration": 5}'),
        ("/v1/video_generation", b'{"model": "T2V-01", "prompt": "a cat"}'),
    ):
        mock_sandbox.server.request("POST", path, headers, body)
"""


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_the_summary_says_what_the_run_would_have_cost(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Over all tests and workers; what was made twice and what has no price is named."""
    done = run(tmp_path, {"test_it.py": SPENDS}, *options)
    assert done.returncode == 0, done.stdout
    line = "mock server: this run would have cost $15.00 at documented prices, $7.50 of it for jobs that ask for the"
    assert f"\n{line} same as an earlier one; no price is documented for 3 of its 9 jobs\n" in done.stdout
