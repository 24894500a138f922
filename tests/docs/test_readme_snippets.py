"""Every fenced block of the README does what a reader expects of it, pasted as it stands.

One thing is changed: http://127.0.0.1:8000 becomes the address of the test's own server. The powershell block is the
only one that is not run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.serve import serve
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.adapters.clip_files import gif_facts, read_mp4
from tests.cli.process import Running
from tests.docs.markdown import ROOT, Block, blocks, codes, text_of

PRINTED = "http://127.0.0.1:8000"
README = blocks(text_of("README.md"))
RUN = {
    "sh": "pasted into a shell, or, where it calls make, compared with the Makefile",
    "python": "run by this Python",
    "js": "run by node",
    "toml": "what a server is started with",
    "text": "compared with what the server prints",
}
NOT_RUN = {"powershell": "the suite does not run on Windows"}


def of(language: str, *, make: bool = False) -> list[Any]:
    """The blocks of a language, each under the line on which it stands."""
    found = [block for block in README if block.language == language]
    return [pytest.param(one, id=f"line-{one.line}") for one in found if one.text.startswith("make ") is make]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MockServer]:
    """A server for one block, so that none sees what another left behind; every job is done at its first poll."""
    with MockServer(Settings(timing="instant", cache=tmp_path / "clips")) as started:
        yield started


def run(command: list[str], folder: Path) -> str:
    """What a command prints; the test fails with what it said on stderr."""
    # Else a make of ours would hand its own variables (ARGS=...) to the one that is run here.
    environ = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "ARGS")}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_block_is_of_a_language_that_is_run_but_for_powershell() -> None:
    languages = {block.language for block in README}
    assert languages >= set(RUN)
    assert languages - set(RUN) == set(NOT_RUN), "say in this file how a block of another language is tested"
    assert sum(block.language in NOT_RUN for block in README) == 1


def create(server: MockServer, body: dict[str, Any]) -> None:
    assert body["status"] == "queued"
    assert (body["duration"], body["resolution"]) == (2.0, {"width": 512, "height": 512, "fps": 8})
    assert [job["id"] for job in server.sandbox("any-key").jobs()] == [body["videoId"]]


def scenario(server: MockServer, body: dict[str, Any]) -> None:
    (job,) = server.sandbox("my-key").jobs()
    assert (job["id"], job["scenario"]) == (body["videoId"], "fails-in-processing")


def clock(_server: MockServer, body: dict[str, Any]) -> None:
    assert (body["frozen"], body["deliveries"]) == (True, [])


def configuration(_server: MockServer, body: dict[str, Any]) -> None:
    assert (body["profiles"]["modelslab"], body["limits"]) == (["documented", "strict"], "documented")
    assert body["queue"] == ["instant", "stalled"]


def composed(server: MockServer, body: dict[str, Any]) -> None:
    sandbox = server.sandbox("my-key")
    sandbox.scenario.set(body["name"])
    url = "/v2/ai/text-to-video"
    made = json.loads(server.request("POST", url, JSON | sandbox.headers, b'{"prompt": "a cat"}')[2])
    path = f"/v2/ai/videos/{made['videoId']}/status"
    assert [server.request("GET", path, sandbox.headers)[0] for _ in range(5)] == [200, 200, 429, 429, 200]


JSON = {"Content-Type": "application/json"}
SHELL: dict[str, Callable[[MockServer, dict[str, Any]], None]] = {
    '"duration": 2': create, "X-Mock-Scenario:": scenario, "/clock": clock, '"queue"': configuration,
    "/scenarios/": composed,
}  # fmt: skip
"""What is held of the answer of the block that has these words."""


@pytest.mark.parametrize("block", [one for one in of("sh") if "mockserver run" in one.values[0].text])
def test_the_block_for_ci_runs_a_client_that_knows_nothing_of_the_mock(block: Block, tmp_path: Path) -> None:
    """README's own client for Python, with the provider's address in the place of the mock's."""
    (client,) = (one.text for one in README if one.language == "python" and "lighthouse.mp4" in one.text)
    (tmp_path / "my_client.py").write_text(client.replace(PRINTED, "https://api.tensorone.ai"))
    text = block.text.replace("python ", f"{sys.executable} ")
    polled(run(["/bin/sh", "-ec", text], tmp_path), tmp_path)
    assert not (tmp_path / "calls.har").exists()


@pytest.mark.parametrize("block", [one for one in of("sh") if "curl" in one.values[0].text])
def test_a_shell_block_does_what_it_says(block: Block, server: MockServer, tmp_path: Path) -> None:
    assert shutil.which("curl"), "this test pastes the README's curl lines: install curl"
    (judged,) = (judge for words, judge in SHELL.items() if words in block.text)
    judged(server, json.loads(run(["/bin/sh", "-ec", block.text.replace(PRINTED, server.url)], tmp_path)))


def test_addresses_in_the_line_answer(server: MockServer) -> None:
    told = [code.removeprefix(PRINTED) for code in codes(text_of("README.md")) if code.startswith(f"{PRINTED}/")]
    assert "/_mock/openapi.json" in told
    assert [server.request("GET", path)[0] for path in told] == [200] * len(told)


@pytest.mark.parametrize("block", of("sh", make=True))
def test_the_makefile_knows_every_target_of_the_block_and_of_the_text(block: Block) -> None:
    wanted = [*block.text.splitlines(), *(code for code in codes(text_of("README.md")) if code.startswith("make "))]
    assert wanted[:2] == ["make serve", "make test"]
    for line in wanted:
        program, target = line.split()
        assert run([program, "-n", target], ROOT), f"{line} would do nothing"


def polled(said: str, folder: Path) -> None:
    """The sample sleeps between its polls; as the first poll finds the job done, it never comes to that."""
    assert said == "completed \n"  # a finished video has no progress, and print leaves the blank
    mp4 = read_mp4((folder / "lighthouse.mp4").read_bytes())
    assert (mp4.width, mp4.height) == (1024, 576)


def handled(said: str, _folder: Path) -> None:
    """The address of a provider, and the instant of a frozen clock."""
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1 \S+ \S+\n", said)


PYTHON: dict[str, Callable[[str, Path], None]] = {"lighthouse.mp4": polled, "with MockServer()": handled}
"""What is held of what the block with these words prints; a block of tests is run by pytest instead."""


@pytest.mark.parametrize("block", [one for one in of("python") if "def test_" not in one.values[0].text])
def test_a_python_block_runs_to_its_end(block: Block, server: MockServer, tmp_path: Path) -> None:
    (judge,) = (one for words, one in PYTHON.items() if words in block.text)
    judge(run([sys.executable, "-c", block.text.replace(PRINTED, server.url)], tmp_path), tmp_path)


@pytest.mark.parametrize("block", [one for one in of("python") if "def test_" in one.values[0].text])
def test_a_block_of_tests_passes(block: Block, tmp_path: Path) -> None:
    """In an empty folder, with nothing but the plugin."""
    (tmp_path / "test_block.py").write_text(block.text)
    said = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)], tmp_path)
    assert "1 passed" in said


@pytest.mark.parametrize("block", of("js"))
def test_a_javascript_block_runs_to_its_end(block: Block, server: MockServer, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("THE README'S JAVASCRIPT WAS NOT RUN: there is no node on this machine")
    server.sandbox("my-key").configure(profiles={"modelslab": ["always-processing"]})  # else there is nothing to poll
    said = run([node, "--input-type=module", "--eval", block.text.replace(PRINTED, server.url)], tmp_path)
    status, link = said.split()
    assert (status, link.startswith(f"{server.url}/"), link.endswith(".gif")) == ("success", True, True)
    assert gif_facts(server.request("GET", link.removeprefix(server.url))[2])[:2] == (512, 512)


@pytest.mark.parametrize("block", of("toml"))
def test_a_toml_block_starts_a_server(block: Block, tmp_path: Path) -> None:
    """Its options hold, and its sandbox is there and listens."""
    (tmp_path / "mock.toml").write_text(block.text)
    with Running(tmp_path, "--config", str(tmp_path / "mock.toml")) as running:
        assert "timing documented" in running.screen[1]
        (url,) = running.ready["sandboxes"]["busy"]["listeners"]
        shown = running.call("GET", "/_mock/sandboxes/self", key="my-key")[1]
        assert (shown["queue"], shown["clock"]["start"]) == (["instant", "stalled=70"], "2026-01-31T12:00:00.000000Z")
        assert shown["limits"] == {"createVideo": {"calls": 2, "seconds": 60.0}}
        assert any(url in line for line in running.screen)


def test_options_in_the_line_are_options(tmp_path: Path) -> None:
    """Each with its value is one that `serve` takes."""
    told = [code for code in codes(text_of("README.md")) if code.startswith("--") and " " in code]
    assert "--limits documented --tier modelslab=premium" in told
    (tmp_path / "mock.toml").touch()
    for line in told:
        words = [str(tmp_path / word) if word.endswith(".toml") else word for word in line.split()]
        assert serve.make_context("serve", words, obj={"HOME": str(tmp_path)}).params


@pytest.mark.parametrize("block", of("text"))
def test_a_printed_screen_is_what_the_server_prints(block: Block, tmp_path: Path) -> None:
    """Line by line in order; `...` stands for whatever follows, and address and seed are those of the run."""
    command, *shown = block.text.splitlines()
    assert command == "$ make serve"
    assert run(["make", "--no-print-directory", "-n", "serve"], ROOT).endswith("-m mockserver serve \n")
    with Running(tmp_path) as running:
        printed, url = list(running.screen), running.ready["url"]
    (seed,) = re.findall(r"--seed (\d+)", "\n".join(printed))
    coming = iter(printed)
    for line in shown:
        wanted = re.sub(r"seed \d+", f"seed {seed}", line.replace(PRINTED, url))
        pattern = ".*".join(re.escape(part) for part in wanted.split("..."))
        assert any(re.fullmatch(pattern, one) for one in coming), f"{wanted!r} is not printed, or not there: {printed}"
