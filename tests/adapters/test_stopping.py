"""A stop ends: no wait in it is without a bound, a second signal ends at once."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.adapters.closing import closed
from mockserver.adapters.serving import Stop
from tests.cli.process import Running

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

NEVER_ENDING = """
import asyncio, sys
from mockserver.adapters.clips.service import Clips

async def aclose(self):
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass  # as asyncio.wait_for does in Python 3.11, at the wrong moment

Clips.aclose = aclose
from mockserver.__main__ import main
sys.argv[1:] = ["serve"]
main()
"""
"""A server with a part that does not end, and swallows each cancellation."""


def test_what_does_not_end_is_left_behind_and_the_rest_is_closed() -> None:
    ended: list[str] = []

    async def stubborn() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("cancelled")

    async def prompt() -> None:
        ended.append("closed")

    async def broken() -> None:
        raise RuntimeError("boom")

    async def script() -> None:
        await closed(stubborn(), broken(), prompt(), within_seconds=0)
        assert ended == ["closed"]

    asyncio.run(script())
    assert ended == ["closed", "cancelled"]


def test_the_second_signal_ends_at_once() -> None:
    """What has to be taken back before is taken back."""
    done: list[object] = []
    stop = Stop(done.append)
    stop.at_forced_end.append(lambda: done.append("ready file removed"))
    with stop.listening():
        stop._asked(signal.SIGTERM, None)
        assert (stop.is_asked, done) == (True, [])
        stop._asked(signal.SIGTERM, None)
    assert done == ["ready file removed", 128 + signal.SIGTERM]


@posix
def test_a_server_ends_though_a_part_of_it_does_not(tmp_path: Path) -> None:
    """A task that swallows every cancellation holds up no stop."""
    with Running(tmp_path, program=NEVER_ENDING) as server:
        assert server.stop() == 0
        assert not server.ready_file.exists()


@posix
def test_two_signals_end_a_server_that_would_not_end(tmp_path: Path) -> None:
    with Running(tmp_path, program=NEVER_ENDING) as server:
        server.process.send_signal(signal.SIGTERM)
        port = urlsplit(server.ready["url"]).port
        with suppress(ConnectionError):
            while True:  # until it has heard the first
                socket.create_connection(("127.0.0.1", port)).close()
        assert server.stop() == 128 + signal.SIGTERM
        assert not server.ready_file.exists()
