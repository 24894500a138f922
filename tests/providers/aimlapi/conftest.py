"""Clients for each test, in sandboxes of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.testing import MockServer
from tests.providers.aimlapi.client import Client


@pytest.fixture
def client_of(server: MockServer, request: pytest.FixtureRequest) -> Callable[..., Client]:
    """Makes clients under profile words; each word list has a sandbox of its own."""

    def make(*profile: str, **settings: Any) -> Client:
        return Client(server, f"aimlapi-{request.node.nodeid}-{','.join(profile)}", profile, **settings)

    return make


@pytest.fixture
def client(client_of: Callable[..., Client]) -> Client:
    """A client under the default profile."""
    return client_of()
