"""A desk for each test."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import pytest

from mockserver.testing import MockServer
from tests.providers.gately.desk import Desk

Open = Callable[..., Desk]


@pytest.fixture
def opened(server: MockServer, request: pytest.FixtureRequest) -> Open:
    """Opens a desk: profile words, then `scenario` and `limits`."""

    def make(*words: str, name: str = "", **settings: str) -> Desk:
        own = f"{request.node.nodeid} {name} {words} {settings}"
        return Desk(server, f"key-{blake2b(own.encode(), digest_size=12).hexdigest()}", *words, **settings)

    return make
