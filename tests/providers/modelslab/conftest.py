"""A client of its own for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.testing import MockServer
from tests.providers.modelslab.client import Client
from tests.providers.modelslab.local import Local, local_server


@pytest.fixture
def client_of(server: MockServer, request: pytest.FixtureRequest) -> Callable[..., Client]:
    """Makes clients in sandboxes that belong to the test; `name` tells two of them apart."""

    def make(*profile: str, name: str = "", **settings: Any) -> Client:
        return Client(server, f"ml-{request.node.nodeid}-{name}", profile, **settings)

    return make


@pytest.fixture
def client(client_of: Callable[..., Client]) -> Client:
    """A client under the default profile."""
    return client_of()


@pytest.fixture
def local() -> Iterator[Local]:
    """A server of the test's own on loopback."""
    with local_server() as started:
        yield started
