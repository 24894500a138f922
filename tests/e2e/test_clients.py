"""Released clients, unchanged but for their base URL, each in an environment of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver.kit.laws.judging import judge
from mockserver.kit.laws.providers import runs_of
from mockserver.kit.laws.verdict import Kind
from mockserver.kit.transcript import reading
from mockserver.testing import MockServer, Sandbox
from tests.e2e.run import CLIENTS, NAMES, is_ready, python_of

MINUTES_SECONDS = 180


def run(name: str, server: MockServer, home: Path, breaks: Collection[str] = (), **settings: Any) -> str:
    """Drive a client against a sandbox of its own; what it printed. `breaks` are the laws of which it breaks a must."""
    if not is_ready(name):
        pytest.skip(f"THE CLIENT {name} WAS NOT RUN: its environment is missing; `make e2e` makes it")
    key = f"e2e-{name.replace('_', '-')}"
    sandbox = server.sandbox(key)
    sandbox.reset()
    sandbox.configure(**{"timing": "quick", "profiles": {"aimlapi": [], "gately": []}, **settings})
    environ: Mapping[str, str] = {
        "E2E_URL": server.url, "E2E_KEY": key, "PATH": os.environ.get("PATH", ""), "HOME": str(home),
    }  # fmt: skip
    done = subprocess.run(
        [python_of(name), CLIENTS / name / "drive.py"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=MINUTES_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert broken(sandbox) == set(breaks)
    return done.stdout


def broken(sandbox: Sandbox) -> set[str]:
    """The laws of which a must was broken in a sandbox, by its journal."""
    runs = runs_of(reading.read(sandbox.journal.read()))
    return {one.law.id for run in runs for one in judge(run) if one.kind in (Kind.FAIL, Kind.HARNESS_ERROR)}


def test_every_client_is_driven_here() -> None:
    """The clients that have a script for their base URL are those of the tests below."""
    assert [name for name in NAMES if (CLIENTS / name / "drive.py").exists()] == [
        "langchain_aimlapi",
        "minimax_mcp",
        "modelslab_py",
        "taam_cloud",
    ]


def test_modelslab_py(server: MockServer, tmp_path: Path) -> None:
    """The vendor's SDK creates and fetches on both surfaces."""
    said = run("modelslab_py", server, tmp_path)
    assert "v6 surface" in said
    assert "enterprise surface" in said


@pytest.mark.fact("aimlapi.clients.langchain")
def test_langchain_aimlapi(server: MockServer, tmp_path: Path) -> None:
    """The LangChain integration gets its link in both styles."""
    assert "ok" in run("langchain_aimlapi", server, tmp_path)
    assert "ok" in run("langchain_aimlapi", server, tmp_path, profiles={"aimlapi": ["2026"]})


@pytest.mark.fact("aimlapi.clients.langchain.succeeded")
def test_langchain_aimlapi_gives_up_on_a_word_that_it_does_not_know(server: MockServer, tmp_path: Path) -> None:
    """Where the word for done is `succeeded`, it polls until its own time is over."""
    settings = {"profiles": {"aimlapi": ["2026", "succeeded"]}, "timing": "instant"}
    said = run("langchain_aimlapi", server, tmp_path, {"TRM-01"}, **settings)
    assert "TimeoutError" in said


@pytest.mark.fact("gately.clients.minimax-mcp")
@pytest.mark.parametrize("style", ["gateway", "minimax"])
def test_minimax_mcp(style: str, server: MockServer, tmp_path: Path) -> None:
    """The MCP server makes, queries and fetches in both styles."""
    said = run("minimax_mcp", server, tmp_path, timing="instant", profiles={"gately": [style]})
    assert "an unknown task is told" in said


@pytest.mark.fact("gately.clients.taam-cloud")
def test_taam_cloud(server: MockServer, tmp_path: Path) -> None:
    """The vendor's package goes through all five words, and its errors are its own exceptions."""
    # drive.py polls five times a second, to see all words of a short job, and sends a body without a prompt on purpose.
    assert "through all five words" in run("taam_cloud", server, tmp_path, {"POL-03", "REQ-01"})
