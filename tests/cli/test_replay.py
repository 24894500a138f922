"""A replay from the command line alone: the same options, and every byte of every answer is the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing import MockServer
from tests.testing.test_replay import CREATIONS

OPTIONS = [
    "--seed",
    "7",
    "--clock",
    "frozen",
    "--start",
    "2026-01-31T12:00:00Z",
    "--public-url",
    "https://mock.example",
]
OPTIONS += ["--limit", "createVideo=2/60", "--limits", "documented", "--tier", "modelslab=standard"]


def ran(folder: Path) -> list[object]:
    """All that a run is told: creations at four providers, refusals for the rate, polls, files, and a reset."""
    with MockServer.process(*OPTIONS, "--cache-dir", str(folder)) as server:
        sandbox, answers = server.sandbox("a-key"), []

        def ask(method: str, path: str, value: object = None) -> Any:
            headers = {**sandbox.headers, "Content-Type": "application/json"}
            answer = server.request(method, path, headers, b"" if value is None else json.dumps(value).encode())
            answers.append(answer)
            return answer

        for _ in range(2):
            for path, body in CREATIONS.values():
                for _ in range(3):
                    ask("POST", path, {**body, "prompt": "a cat", "key": sandbox.key})
            sandbox.clock.advance(5)
            for job in sandbox.jobs():
                if job["provider"] == "tensorone":
                    ask("GET", f"/v2/ai/videos/{job['id']}/status")
                    ask("GET", f"/generated/{job['id']}.mp4")
            answers += [sandbox.jobs(), sandbox.settings()]
            sandbox.reset()
        return answers


@pytest.mark.skipif(sys.platform == "win32", reason="a process on Windows is not stopped by a signal")
def test_two_runs_are_equal_to_the_byte(tmp_path: Path) -> None:
    """Frozen clocks with a start of their own tell nothing of the wall, not in X-RateLimit-Reset either; a reset
    goes back to the start, so that both halves of a run are equal too.
    """
    first, second = ran(tmp_path), ran(tmp_path)
    assert first == second
    assert {status for status, *_ in (one for one in first if isinstance(one, tuple))} == {200, 429}
    settings = [one for one in first if isinstance(one, dict)]
    assert (settings[0]["clock"]["now"], settings[0]["clock"]["start"]) == (
        "2026-01-31T12:00:05.000000Z", "2026-01-31T12:00:00.000000Z",
    )  # fmt: skip
    assert settings[0] == settings[1]
    assert settings[0]["tiers"] == {"modelslab": "standard"}
    assert settings[0]["limits"] == {"createVideo": {"calls": 2, "seconds": 60.0}}
    refused = next(one for one in first if isinstance(one, tuple) and one[0] == 429)
    assert {name.lower(): text for name, text in refused[1]}["x-ratelimit-reset"] == "1769860860"
