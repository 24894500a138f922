"""The whole application without a socket, one for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.adapters.clock import HandTime
from mockserver.app import create_app
from mockserver.settings import Settings
from tests.web.direct import Direct
from tests.web.journals import KEY, START, JournalSession


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Direct]:
    """The application as it is served by default."""
    opened = Direct(create_app(Settings(cache=tmp_path_factory.mktemp("clips"), max_sandboxes=5000)))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JournalSession]:
    """An application under a time moved by hand, whose journals are read."""
    time = HandTime(START)
    folder = tmp_path_factory.mktemp("clips")
    direct = Direct(create_app(Settings(cache=folder, timing="instant", max_sandboxes=5000), time=time))
    yield JournalSession(direct, time)
    direct.close()


@pytest.fixture
def steps(place: JournalSession) -> JournalSession:
    """The same with the sandbox of the tests as new."""
    path = place.direct.sandbox(KEY, timing="instant", journal="on")
    place.direct.json("PATCH", f"{path}/clock", {"frozen": False})
    return place
