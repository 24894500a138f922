"""Sandboxes in the TOML file: there from the start, with all that the control API can set, and ports of their own."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.__main__ import main
from mockserver.adapters.serving import PortTaken
from mockserver.cli.config import read
from mockserver.provider.configuration import CLOCK, DECLARED, LISTENER
from mockserver.provider.members import Misconfigured
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.cli.process import Running

KEY = "key-of-nobody"
WHOLE = f"""
[scenarios.rainy-night]
timeline = {{ running_seconds = 90 }}

[sandboxes.busy]
key = "{KEY}"
timing = "documented"
scenario = "rainy-night"
queue = ["instant", "stalled=70"]
limits = {{ createVideo = {{ calls = 2, seconds = 60 }} }}
tiers = {{ tensorone = "free" }}
profiles = {{ modelslab = ["documented", "strict"] }}
hold_seconds = 2.5
journal = "off"
clock = {{ frozen = true, rate = 2, start = 2026-01-31T12:00:00+02:00 }}
listeners = [{{ port = 0, files = true }}]
webhook_secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
budget_usd = 12.5
"""
SET = {
    "timing": "documented",
    "scenario": "rainy-night",
    "queue": ["instant", "stalled=70"],
    "limits": {"createVideo": {"calls": 2, "seconds": 60.0}},
    "documented_limits": False,
    "tiers": {"tensorone": "free"},
    "hold_seconds": 2.5,
    "journal": "off",
    "webhook_signatures": 1,
    "budget_usd": 12.5,
    "clock": {
        "now": "2026-01-31T10:00:00.000000Z", "frozen": True, "rate": 2.0, "start": "2026-01-31T10:00:00.000000Z",
    },
}  # fmt: skip

SMALL = {"prompt": "a cat", "width": 64, "height": 64, "duration": 1}
posix = pytest.mark.skipif(sys.platform == "win32", reason="a process on Windows is not stopped by a signal")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mock.toml"
    path.write_text(text)
    return path


def settings(tmp_path: Path, text: str = WHOLE) -> Settings:
    config = read(written(tmp_path, text), ())
    return Settings(scenarios=config.scenarios, sandboxes=config.sandboxes, cache=tmp_path / "clips")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MockServer]:
    with MockServer(settings(tmp_path)) as started:
        yield started


def test_the_file_of_this_test_uses_every_member(tmp_path: Path) -> None:
    table = read(written(tmp_path, WHOLE), ()).sandboxes["busy"]
    assert set(table) == set(DECLARED)
    assert set(table["clock"]) == set(CLOCK)
    assert set(table["listeners"][0]) | {"files_port"} == set(LISTENER)


def test_a_sandbox_of_the_file_is_there_from_the_start_and_set(server: MockServer) -> None:
    """All that was asked for holds, also after a reset, and for a key that is used again."""
    (listed,) = server.control("GET", "/sandboxes")["sandboxes"]
    assert {name: listed[name] for name in SET} == SET
    assert listed["profiles"]["modelslab"] == ["documented", "strict"]
    sandbox = server.sandbox(KEY)
    assert sandbox.digest == listed["sandbox"]
    sandbox.configure(timing="quick", queue=[])
    sandbox.clock.advance(60)
    sandbox.reset()
    assert sandbox.settings()["timing"] == "quick"
    assert sandbox.settings()["clock"] == SET["clock"]
    sandbox.reset(configuration=True)
    assert sandbox.settings() == listed


def ask(url: str, method: str, path: str, value: object = None) -> tuple[int, Any]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"Content-Type": "application/json", "Authorization": "Bearer another"}
    connection.request(method, path, None if value is None else json.dumps(value).encode(), headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if content.startswith(b"{") else content


def test_its_listeners_outlast_a_reset_of_everything(server: MockServer) -> None:
    """A client that knows nothing but the port finds the sandbox, its links lead to the second port, whatever was
    reset; only who closes the listeners closes them.
    """
    sandbox = server.sandbox(KEY)
    for _ in range(2):
        told = sandbox.control("GET", "/listeners")
        url, files = told["listeners"]
        assert told["files_url"] == files
        made = ask(url, "POST", "/v2/ai/text-to-video", {"prompt": "a cat", "width": 64, "height": 64, "duration": 1})[
            1
        ]
        assert [job["id"] for job in sandbox.jobs()] == [made["videoId"]]
        done = ask(url, "GET", f"/v2/ai/videos/{made['videoId']}/status")[1]
        assert done["videoUrl"].startswith(f"{files}/")
        assert ask(files, "GET", urlsplit(done["videoUrl"]).path)[0] == 200
        sandbox.reset(configuration=True)
    assert sandbox.control("DELETE", "/listeners") == {"closed": 2}
    sandbox.reset(configuration=True)
    assert sandbox.control("GET", "/listeners") == {"listeners": [], "files_url": None}


WRONG = [
    ('timing = "documented"', 'timing = "documentd"', "line 7: sandboxes.busy.timing: unknown value 'documentd'; did "),
    ('scenario = "rainy-night"', 'scenario = "rainy-nigt"', "line 8: sandboxes.busy.scenario: unknown scenario 'rainy"),
    ('"stalled=70"', '"stalld"', "line 9: sandboxes.busy.queue[1]: unknown scenario 'stalld'; did you mean stalled?"),
    ("createVideo", "createVido", "line 10: sandboxes.busy.limits.createVido: unknown operation 'createVido'; did you"),
    ("calls = 2", "calls = 0", "line 10: sandboxes.busy.limits.createVideo: calls is a whole number from 1"),
    ('"free"', '"fre"', "line 11: sandboxes.busy.tiers.tensorone: tensorone has no tier 'fre'; did you mean free?"),
    ('"strict"', '"strct"', "line 12: sandboxes.busy.profiles.modelslab: modelslab has no profile word 'strct'; did"),
    ("hold_seconds = 2.5", "hold_second = 2", "line 13: sandboxes.busy.hold_second: unknown key; did you mean hold_se"),
    ("2.5", '"2"', 'line 13: sandboxes.busy.hold_seconds: expected a number from -1e10 to 1e10, got "2"'),
    ("2.5", "inf", "line 13: sandboxes.busy.hold_seconds: expected a number"),
    ('"off"', "true", "line 14: sandboxes.busy.journal: expected one of on, off, got true"),
    ("frozen = true", "frozn = true", "line 15: sandboxes.busy.clock.frozn: unknown key; did you mean frozen?"),
    ("rate = 2", "rate = 0", "line 15: sandboxes.busy.clock.rate: expected a number from 1e-06 to 1e+06"),
    ("12:00:00+02:00", "12:00:00", "line 15: sandboxes.busy.clock.start: expected an instant with its offset such as"),
    ("clock = {", "clock = 3 #", "line 15: sandboxes.busy.clock: expected a table of frozen, rate and start"),
    ("port = 0", "port = 65536", "line 16: sandboxes.busy.listeners[0].port: expected a whole number from 0 to 65535"),
    ("port = 0", "prt = 0", "line 16: sandboxes.busy.listeners[0].prt: unknown key; did you mean port?"),
    ("files = true", "files_port = true", "line 16: sandboxes.busy.listeners[0].files_port: expected a whole number"),
    ("files = true", "files = false, files_port = 3", "listeners[0].files_port: expected none where files is false"),
    ("port = 0, files = true", "port = 3, files_port = 3", "expected another port than that of the calls"),
    (f'key = "{KEY}"', "", "line 5: sandboxes.busy.key: expected the key whose sandbox this is"),
    (f'key = "{KEY}"', f'key = ["{KEY}"]', "line 6: sandboxes.busy.key: expected the key whose sandbox this is"),
    (f'key = "{KEY}"', f'keys = "{KEY}"', "line 6: sandboxes.busy.keys: unknown key; did you mean key?"),
    ("[sandboxes.busy]", f'[sandboxes]\nother = "{KEY}"\n[sandboxes.busy]', "line 6: sandboxes.other: expected a tabl"),
    ("[sandboxes.busy]", f'[sandboxes.a]\nkey = "sk-{KEY}"\n[sandboxes.busy]', "line 8: sandboxes.busy.key: expected "),
    ("[scenarios.rainy-night]", "[scenarios.slow]", "line 2: scenarios.slow: scenario slow is built in; choose anothe"),
    (
        'queue = ["instant", "stalled=70"]', 'queue = [\n  "instant",\n  "stalld",\n]',
        "sandboxes.busy.queue[1]: unknown scenario 'stalld'",
    ),
    ("[sandboxes.busy]", "[sandbox.busy]", "line 5: sandbox: unknown table; did you mean sandboxes?"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG, ids=[told[:60] for _, _, told in WRONG])
def test_a_bad_sandbox_is_told_with_its_line_and_never_its_key(
    right: str, wrong: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on stderr: file, line, key of the table, what was expected, the nearest spelling."""
    path = written(tmp_path, WHOLE.replace(right, wrong, 1))
    assert main(["serve", "--config", str(path), "--ready-file", "/none/ready.json"], {"HOME": str(tmp_path)}) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"mockserver serve: --config: {path}, line ")
    assert told in said
    assert (said.count("\n"), KEY in said) == (1, False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[serve]\nseed = 1\ntiming = 'quik'\n", "line 3: serve.timing: unknown value 'quik'; did you mean quick?"),
        ("[serve]\nprofile = ['tensorone=keyles']\n", "line 2: serve.profile: tensorone has no word 'keyles'; did you"),
        ("[serve]\nscenario = 'slo'\n", "line 2: serve.scenario: unknown scenario 'slo'; did you mean slow?"),
        ("[serve]\nlimit = ['createVido=1/2']\n", "line 2: serve.limit: unknown operation 'createVido'; did you mean"),
        (
            "[serve]\ntier = 'modelslab=premum'\n",
            "line 2: serve.tier: modelslab has no tier 'premum'; did you mean pre",
        ),
        ("[serve]\ntiming = ['quick']\n", "line 2: serve.timing: expected one value, got a list"),
        ("[serve]\nstart = 2026-01-31\n", "line 2: serve.start: expected a text, a number or a list"),
        ("serve = 3\n", "line 1: serve: expected a table [serve]"),
    ],
)
def test_a_bad_option_of_the_file_is_told_with_its_line(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, text)
    assert main(["serve", "--config", str(path), "--ready-file", "/none/ready.json"], {"HOME": str(tmp_path)}) == 2
    said = capsys.readouterr().err
    assert (f"--config: {path}, {told}" in said, said.count("\n")) == (True, 1), said


def test_a_port_of_the_file_that_is_taken_is_told_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        path = written(tmp_path, WHOLE.replace("port = 0", f"port = {port}"))
        ready = tmp_path / "ready.json"
        line = ["serve", "--port", "0", "--config", str(path), "--ready-file", str(ready)]
        assert main(line, {"HOME": str(tmp_path)}) == 2
    said = capsys.readouterr()
    assert re.search(rf"--config: .* port {port} is taken; \d+ is free\n$", said.err)
    assert (said.out, ready.exists()) == ("", False)


def test_python_hands_the_same_tables_over(tmp_path: Path) -> None:
    """In `Settings`, by name; what is wrong is told at the start."""
    told = Settings(cache=tmp_path, sandboxes={"busy": {"key": KEY, "timing": "instant"}})
    with MockServer.in_process(told) as server:
        assert server.sandbox(KEY).settings()["timing"] == "instant"
    with pytest.raises(Misconfigured, match=r"^sandboxes\.busy\.timing: unknown value 'quik'; did you mean quick\?$"):
        MockServer(Settings(cache=tmp_path, sandboxes={"busy": {"key": KEY, "timing": "quik"}})).start()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listeners = [{}, {"port": taken.getsockname()[1]}]
        with pytest.raises(PortTaken, match="is taken"):
            MockServer(Settings(cache=tmp_path, sandboxes={"busy": {"key": KEY, "listeners": listeners}})).start()


def test_the_environment_wins_over_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "[serve]\ntiming = 'quick'\n")
    environ = {"HOME": str(tmp_path), "MOCKSERVER_TIMING": "quik", "MOCKSERVER_CONFIG": str(path)}
    assert main(["serve"], environ) == 2
    assert "MOCKSERVER_TIMING: unknown value 'quik'" in capsys.readouterr().err


@posix
def test_screen_and_ready_file_say_where_the_sandboxes_listen(tmp_path: Path) -> None:
    with Running(tmp_path, "--config", str(written(tmp_path, WHOLE))) as server:
        one = server.ready["sandboxes"]["busy"]
        (url,) = one["listeners"]
        assert ask(url, "GET", "/_mock/sandboxes/self")[1]["sandbox"] == one["sandbox"]
        assert f"sandbox busy  {one['sandbox']}  {url}  files at {one['files_url']}" in server.screen
        assert server.stop() == 0
        assert not [line for line in [*server.screen, server.errors] if KEY in line]
