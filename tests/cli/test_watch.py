"""`mockserver serve --watch`: a warning the first time that a client breaks a law."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from mockserver.cli.watching import Watch
from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox
from tests.cli.process import PATIENCE


def poll(sandbox: Sandbox, job: str) -> None:
    sandbox.server.request("GET", f"/v2/ai/videos/{job}/status", {**sandbox.headers, "user-agent": "t/1"})


def create(sandbox: Sandbox) -> str:
    headers = {**sandbox.headers, "content-type": "application/json", "user-agent": "t/1"}
    made = sandbox.server.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt":"a cat"}')
    return str(json.loads(made[2])["videoId"])


def laws(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines]


def test_a_law_is_told_once_for_each_sandbox() -> None:
    """The first breach of a law is a line; the same law in the same sandbox is told again after a reset only."""
    watch = Watch()
    with MockServer.in_process(Settings(timing="instant")) as server:
        one, other = server.sandbox("watched-1"), server.sandbox("watched-2")

        def look(*sandboxes: Sandbox) -> list[str]:
            documents: list[dict[str, Any]] = [sandbox.journal.read() for sandbox in sandboxes]
            return [law for law in laws(watch.lines(documents)) if law == "TRM-01"]

        jobs = {sandbox: create(sandbox) for sandbox in (one, other)}
        for sandbox, job in jobs.items():
            poll(sandbox, job)
        assert look(one, other) == []
        poll(one, jobs[one])
        assert look(one) == ["TRM-01"]
        poll(one, jobs[one])
        poll(other, jobs[other])
        assert look(one, other) == ["TRM-01"]
        one.reset()
        job = create(one)
        poll(one, job)
        poll(one, job)
        assert look(one) == ["TRM-01"]


def test_the_log_warns_while_the_server_runs(tmp_path: Path) -> None:
    """A client that polls after the end is told within the log of the running server, on one line, without its key."""
    with MockServer.process("--watch", "--timing", "instant", folder=tmp_path) as server:
        sandbox = server.sandbox("watched-key-1")
        job = create(sandbox)
        poll(sandbox, job)
        poll(sandbox, job)
        until = time.monotonic() + PATIENCE
        told: list[str] = []
        while not told and time.monotonic() < until:
            told = [line for line in (tmp_path / "output.txt").read_text("utf-8").splitlines() if "TRM-01" in line]
    assert len(told) == 1
    assert f"warning: FAIL TRM-01 tensorone {sandbox.digest}: " in told[0]
    assert "watched-key-1" not in told[0]
