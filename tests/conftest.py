"""What all tests share: one server, and the target on which the kit's checks set their sessions."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from mockserver.kit.target import Response
from mockserver.settings import Settings
from mockserver.testing import MockServer
from mockserver.testing.target import ServerTarget

# A run that was started in the background, or with nohup, hands on that signals are ignored. Tests send them.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# How long an example may take depends on what else the machine does.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """One server for the run; every test has a sandbox of its own."""
    cache: Path = tmp_path_factory.mktemp("clips")
    with MockServer(Settings(cache=cache, max_sandboxes=5000)) as started:
        yield started


@pytest.fixture(scope="session")
def target(server: MockServer) -> ServerTarget:
    """The target of the kit."""
    return ServerTarget(server, Response)
