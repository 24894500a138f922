"""One server for several processes: it lives from the first that enters to the last that leaves, or dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.testing import MockServer, NoMockServer
from mockserver.testing.process_lock import ProcessLock
from mockserver.testing.shared import Shared
from tests.testing.suite import ROOT

USER = """
import sys, pathlib
from mockserver.testing.shared import Shared
print(Shared(pathlib.Path(sys.argv[1]), "other").enter().url, flush=True)
sys.stdin.read()
"""


def is_there(url: str) -> bool:
    try:
        MockServer.attach(url)
    except NoMockServer:
        return False
    return True


@pytest.mark.parametrize("first_leaves_first", [True, False])
def test_the_first_starts_it_and_the_last_stops_it(first_leaves_first: bool, tmp_path: Path) -> None:
    users = [Shared(tmp_path / "folder", name) for name in ("one", "two")]
    one, two = (user.enter() for user in users)
    assert one.url == two.url
    assert (one.sandbox().key, two.sandbox().key) == ("one-sandbox-1", "two-sandbox-1")
    early, late = users if first_leaves_first else reversed(users)
    url = one.url
    early.leave()
    assert is_there(url)
    late.leave()
    assert not is_there(url)
    again = Shared(tmp_path / "folder", "one")
    assert is_there(again.enter().url)
    again.leave()


@pytest.mark.parametrize("dies_first", [True, False])
def test_one_that_dies_has_left(dies_first: bool, tmp_path: Path) -> None:
    """Also when it started the server, and nobody waits for it."""
    here = Shared(tmp_path, "here")
    if not dies_first:
        here.enter()
    other = subprocess.Popen(
        [sys.executable, "-c", USER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    url = other.stdout.readline().strip()
    if dies_first:
        assert here.enter().url == url
    other.kill()
    other.communicate()
    assert is_there(url)
    here.leave()
    assert not is_there(url)


def test_a_server_that_was_killed_is_started_anew(tmp_path: Path) -> None:
    one, two = Shared(tmp_path, "one"), Shared(tmp_path, "two")
    url = one.enter().url
    os.kill(json.loads((tmp_path / "ready.json").read_text())["pid"], signal.SIGKILL)
    assert one._process is not None
    assert one._process._process is not None
    one._process._process.wait()
    assert is_there(two.enter().url)
    assert not is_there(url)
    one.leave()
    two.leave()


def test_it_lives_on_between_users_while_their_run_is_there(tmp_path: Path) -> None:
    """One that leaves before the next has come takes no server along."""
    run = ProcessLock(tmp_path, "controller")
    run.begin()
    one, two = Shared(tmp_path, "one"), Shared(tmp_path, "two")
    url = one.enter().url
    one.leave()
    assert is_there(url)
    assert two.enter().url == url
    run.end()
    two.leave()
    assert not is_there(url)


def test_the_end_of_a_run_is_the_end_of_its_server(tmp_path: Path) -> None:
    user = Shared(tmp_path, "user")
    url = user.enter().url
    Shared(tmp_path, "main").end()
    assert not is_there(url)
    user.leave()
