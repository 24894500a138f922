"""Servers of the tests of faults: one on each event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.faults.wire import running

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session", params=LOOPS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """A server on each event loop."""
    with running(LOOPS[request.param], Settings(cache=tmp_path_factory.mktemp("clips"))) as started:
        yield started
