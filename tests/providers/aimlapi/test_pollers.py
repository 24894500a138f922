"""Clients that poll by the rules of the page's samples (sheet, sections 12 and 16), as processes of their own.

The samples themselves are the provider's text and are not kept here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.providers.aimlapi.client import LEGACY, UNIVERSAL, Client

HERE = Path(__file__).parent / "pollers"
NODE = shutil.which("node")
POLLERS = [
    pytest.param([sys.executable, str(HERE / "poller.py")], id="python"),
    pytest.param(
        [NODE or "node", str(HERE / "poller.js")],
        id="javascript",
        marks=pytest.mark.skipif(NODE is None, reason="there is no node on this machine"),
    ),
]
DRAGON = {
    "model": "pixverse/v5/text-to-video",
    "prompt": "A menacing evil dragon appears in a distance above the tallest mountain, then rushes toward the camera"
    " with its jaws open, revealing massive fangs. We see it's coming.",
    "resolution": "1080p",
    "duration": 5,
}
PRESENTER = {
    "model": "pixverse/v5/text-to-video",
    "prompt": "A news presenter in a modern studio, facing the camera.",
    "lip_sync_tts_content": "Hello and welcome.",
    "lip_sync_tts_speaker": "Ava",
}


def _run(command: list[str], client: Client, path: str, wanted: dict[str, Any], *more: str) -> dict[str, Any]:
    """The body that a poller ends with."""
    arguments = [*command, client.server.url, path, client.key, json.dumps(wanted), *more]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True)
    first, _, body = done.stdout.partition(": ")
    assert first == "Processing complete"
    ended: dict[str, Any] = json.loads(body)
    return ended


@pytest.mark.fact("aimlapi.poll.samples")
@pytest.mark.parametrize("command", POLLERS)
@pytest.mark.parametrize(("words", "path", "wanted"), [([], LEGACY, DRAGON), (["2026"], UNIVERSAL, PRESENTER)])
def test_it_runs_to_the_end(
    client_of: Callable[..., Client], command: list[str], words: list[str], path: str, wanted: dict[str, Any]
) -> None:
    client = client_of(*words, timing="instant")
    body = _run(command, client, path, wanted)
    assert body["status"] == "completed"
    assert body["video"]["url"].startswith(client.server.url)


@pytest.mark.fact("aimlapi.clients.no-status")
@pytest.mark.parametrize("command", POLLERS)
def test_a_body_without_a_status_is_the_end(client: Client, command: list[str]) -> None:
    assert _run(command, client, LEGACY, DRAGON, "nothing")["message"] == "Inference not found"
