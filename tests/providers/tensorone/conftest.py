"""A client for each test, in a sandbox of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.testing import MockServer
from tests.providers.tensorone.client import Client


@pytest.fixture
def client(server: MockServer, request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client on the shared server."""
    opened = Client(server, f"key of {request.node.nodeid}")
    yield opened
    opened.close()
