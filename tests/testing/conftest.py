"""A mock server of each kind; one body runs over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.settings import Settings
from mockserver.testing import MockServer

KINDS: dict[str, Callable[[Path], MockServer]] = {
    "thread": lambda folder: MockServer(Settings(cache=folder)),
    "process": lambda folder: MockServer.process("--cache-dir", str(folder)),
    "in-process": lambda folder: MockServer.in_process(Settings(cache=folder)),
}


@pytest.fixture(scope="session", params=["thread", "process", "attached", "in-process"])
def handle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """A server that runs, by every way to it."""
    folder = tmp_path_factory.mktemp("clips")
    if request.param == "attached":
        with KINDS["thread"](folder) as server:
            yield MockServer.attach(server.url, prefix="attached-")
    else:
        with KINDS[request.param](folder) as server:
            yield server
