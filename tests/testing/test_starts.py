"""How servers begin and end: failed starts, wrong addresses, clean stops."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mockserver.testing import MockServer, NoMockServer, StartFailed
from mockserver.testing import attached as attaching
from mockserver.testing.process import OwnProcess
from tests.local_http import local_http
from tests.testing.conftest import KINDS
from tests.testing.suite import ROOT


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_starts_stops_and_starts_again(kind: str, tmp_path: Path) -> None:
    before = threading.active_count()
    server = KINDS[kind](tmp_path)
    for _ in range(2):
        with server:
            assert server.start() is server
            assert server.control("GET", "/health")["status"] == "ok"
        assert server.url == ""
        with pytest.raises(RuntimeError, match="not running"):
            server.request("GET", "/_mock/health")
        server.stop()
    assert threading.active_count() == before


def test_the_output_of_a_failed_start_is_in_the_error() -> None:
    with pytest.raises(StartFailed, match=r"code 2\n.*--timing quik.*\n.*did you mean quick\?"):
        MockServer.process("--timing", "quik").start()


def test_the_error_of_a_failed_start_shows_no_key() -> None:
    options = ("--keys", "a-secret-key,another", "--control-token=a-secret-token", "--timing", "quik")
    with pytest.raises(StartFailed, match="did you mean quick") as failed:
        MockServer.process(*options).start()
    assert "--keys ... --control-token=... --timing quik" in str(failed.value)
    assert "secret" not in str(failed.value)


def test_a_process_takes_options_and_nothing_from_our_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MOCKSERVER_SCENARIO", "stalled")
    ready = tmp_path / "ready.json"
    ready.write_text('{"url": "http://127.0.0.1:9", "pid": 0}')
    with MockServer.process("--limits", "documented", folder=tmp_path) as server:
        shown = server.sandbox("k").settings()
        assert (shown["limits"], shown["scenario"]) == ("documented", "success")
        served = server._served
        assert isinstance(served, OwnProcess)
        pid = served.pid
        assert os.getpgid(pid) != os.getpgid(0), "Ctrl-C is for us; the server is stopped by its handle"
        assert ready.exists()
    assert not ready.exists(), "a clean end takes it away"
    assert "Ctrl-C stops" in (tmp_path / "output.txt").read_text()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nobody_there() -> None:
    with pytest.raises(
        NoMockServer, match=r"^no mock server answers at http://127.0.0.1:9: .*; `mockserver serve` starts"
    ):
        MockServer.attach("http://127.0.0.1:9")
    with pytest.raises(ValueError, match="expected a URL such as"):
        MockServer.attach("127.0.0.1:8000")


def test_somebody_else_there() -> None:
    with (
        local_http(lambda _: (404, b"")) as other,
        pytest.raises(NoMockServer, match="is no mock server: 404 from /_mock/health"),
    ):
        MockServer.attach(f"{other.url}/")


def test_another_version_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with KINDS["thread"](tmp_path) as server:
        monkeypatch.setattr(attaching, "__version__", "99.1.0")
        with pytest.raises(NoMockServer, match=r"is 0\.1\.0, mockserver.testing here is 99\.1\.0; install the same"):
            MockServer.attach(server.url)


def test_an_attached_server_runs_on(tmp_path: Path) -> None:
    with KINDS["thread"](tmp_path) as server:
        with MockServer.attach(server.url) as other:
            other.sandbox("k")
        assert server.control("GET", "/sandboxes")["sandboxes"][0]["sandbox"].startswith("sb_")


def test_the_import_is_light() -> None:
    """Nothing of the server before it is used, and nothing of it at all for a handle on a process."""
    script = (
        "import sys, mockserver.testing as it; seen = set(sys.modules); "
        "assert not {name for name in seen if name.startswith('mockserver.') and name != 'mockserver.testing'}; "
        "it.MockServer.process(); assert 'starlette' not in sys.modules and 'mockserver.app' not in sys.modules; "
        "assert set(it.__all__) <= set(dir(it)); it.transport"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
