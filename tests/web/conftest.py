"""The whole application without a socket, one for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.web.direct import Direct


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    """The application as it is served by default."""
    opened = Direct(create_app(Settings(cache=tmp_path_factory.mktemp("clips"), max_sandboxes=5000)))
    yield opened
    opened.close()
