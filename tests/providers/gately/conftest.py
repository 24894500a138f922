"""A control context for each test."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import pytest

from mockserver.testing import MockServer
from tests.providers.gately.client import GatelyClient

Open = Callable[..., GatelyClient]


@pytest.fixture
def opened(server: MockServer, request: pytest.FixtureRequest) -> Open:
    """Opens a control context: profile words, then `scenario` and `limits`."""

    def make(*words: str, name: str = "", **settings: str) -> GatelyClient:
        own = f"{request.node.nodeid} {name} {words} {settings}"
        return GatelyClient(server, f"key-{blake2b(own.encode(), digest_size=12).hexdigest()}", *words, **settings)

    return make
