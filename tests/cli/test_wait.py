"""`mockserver wait`, and ready files: no script reads a stale one, or waits for a server that never starts."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mockserver.cli.wait import by_file, waited
from mockserver.testing import MockServer
from tests.cli.commands import mockserver
from tests.cli.process import Running

STALE = '{"url": "http://127.0.0.1:1", "pid": 4194305}'
"""A process number beyond Linux's largest: of a process that is no more."""


@pytest.mark.parametrize(
    "options",
    [
        ["--timing", "instnat"],
        ["--no-such-option"],
        ["--port"],
        ["--port", "0", "--host", "203.0.113.7"],
        ["unexpected"],
    ],
)
@pytest.mark.parametrize("command", [["serve"], ["run"], ["proxy"]])
def test_a_server_that_cannot_start_leaves_no_ready_file(
    tmp_path: Path, command: list[str], options: list[str]
) -> None:
    """Found as F06: whatever is wrong with the command line, a stale ready file goes first."""
    path = tmp_path / "ready.json"
    path.write_text(STALE, encoding="utf-8")
    end = ["--", sys.executable, "-c", ""] if command == ["run"] and options != ["unexpected"] else []
    done = mockserver(tmp_path, *command, "--ready-file", str(path), *options, *end)
    assert done.code in (2, 127)
    assert not path.exists()


@pytest.mark.parametrize("how", ["equals", "environment", "config"])
def test_the_stale_ready_file_goes_however_it_is_named(tmp_path: Path, how: str) -> None:
    """As an option in one word, a variable, or a line of the TOML file."""
    path, config = tmp_path / "ready.json", tmp_path / "mock.toml"
    path.write_text(STALE, encoding="utf-8")
    config.write_text(f"[serve]\nready-file = '{path}'\ntiming = 'instnat'\n", encoding="utf-8")
    environ = {"MOCKSERVER_READY_FILE": str(path)} if how == "environment" else {}
    options = {"equals": [f"--ready-file={path}", "--timing=x"], "environment": ["--timing=x"]}
    assert mockserver(tmp_path, "serve", *options.get(how, ["--config", str(config)]), **environ).code == 2
    assert not path.exists()


def test_what_is_no_ready_file_stays(tmp_path: Path) -> None:
    """A file of the user's is not taken for one."""
    path = tmp_path / "notes.json"
    path.write_text('{"notes": 1}', encoding="utf-8")
    assert mockserver(tmp_path, "serve", "--ready-file", str(path), "--timing", "x").code == 2
    assert path.read_text(encoding="utf-8") == '{"notes": 1}'


@pytest.mark.skipif(os.name == "nt", reason="a process is killed as POSIX does")
def test_the_ready_file_of_a_killed_server_is_not_taken_for_ready(tmp_path: Path) -> None:
    """Found as F05: after kill -9 the file names a server that is no more; wait goes on waiting."""
    with Running(tmp_path) as server:
        waiting = mockserver(tmp_path, "wait", "--ready-file", str(server.ready_file))
        assert (waiting.code, waiting.out) == (0, server.ready["url"] + "\n")
        server.process.kill()
        server.process.communicate()
    done = mockserver(tmp_path, "wait", "--timeout", "0", "--ready-file", str(server.ready_file))
    assert (done.code, done.out) == (1, "")
    assert "was left by a server that is no more" in done.err


def test_a_ready_file_counts_once_its_server_answers(tmp_path: Path) -> None:
    """Not there, half a file, of a process that is no more, of one that does not answer."""
    path = tmp_path / "ready.json"
    assert by_file(path) == ("", f"{path} is not there")
    path.write_text('{"url": "http', encoding="utf-8")
    assert by_file(path) == ("", f"{path} is no ready file")
    path.write_text(STALE, encoding="utf-8")
    assert "is no more" in by_file(path)[1]
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        path.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
        assert by_file(path) == ("", f"{url}: connection refused")


def test_it_waits_no_longer_than_it_is_told() -> None:
    """It looks until the first look that finds a server, or until the time is over; the last look tells why."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    looks: Iterator[tuple[str, str]] = iter([("", "one"), ("", "two"), ("http://a", ""), ("", "four")])
    assert waited(lambda: next(looks), 10, lambda: now[0], sleep) == ("http://a", "")
    assert waited(lambda: ("", f"at {now[0]:.2f}"), 1, lambda: now[0], sleep) == ("", "at 1.10")


def test_it_prints_the_address_that_answers(server: MockServer, tmp_path: Path) -> None:
    """Whatever proxy the environment names."""
    done = mockserver(tmp_path, "wait", server.url, HTTP_PROXY="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1")
    assert (done.code, done.out, done.err) == (0, server.url + "\n", "")


def test_another_server_is_no_mock_server(tmp_path: Path) -> None:
    """It says what answers."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{other.server_port}"
        done = mockserver(tmp_path, "wait", "--timeout", "0", url)
        other.shutdown()
    why = f"what answers at {url} is no mock server: 404 from /_mock/health"
    assert (done.code, done.out, done.err) == (1, "", f"mockserver wait: no server is ready after 0 s: {why}\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--timeout", "soon"], "--timeout: expected seconds from 0 to 86400, got 'soon'"),
        (["localhost:8000"], "URL: expected an http(s) origin such as https://mock.example:8443"),
        (["--ready-file", "a.json", "http://localhost"], "URL and --ready-file name two servers"),
    ],
)
def test_what_cannot_be_waited_for_is_told_in_one_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    """Exit code 2."""
    done = mockserver(tmp_path, "wait", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert told in done.err
