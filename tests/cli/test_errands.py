"""How a server stops: whose the signals are, and the threads behind `asyncio.to_thread`, which nobody waits for."""

from __future__ import annotations

import signal
from threading import Event

import pytest

from mockserver.adapters.serving import DaemonExecutor, Stop, server


def test_errands_bring_results_and_errors() -> None:
    errands = DaemonExecutor()
    assert errands.submit(divmod, 7, 2).result(10) == (3, 1)
    assert errands.submit(int, "11", base=2).result(10) == 3
    with pytest.raises(ZeroDivisionError):
        errands.submit(divmod, 1, 0).result(10)


def test_a_stop_waits_for_no_errand() -> None:
    errands, go_on = DaemonExecutor(), Event()
    slow = errands.submit(go_on.wait, 10)
    errands.shutdown(wait=True)
    assert not slow.done()
    go_on.set()
    assert slow.result(10) is True


def test_no_more_than_32_run_at_a_time() -> None:
    errands, go_on = DaemonExecutor(), Event()
    first = [errands.submit(go_on.wait, 10) for _ in range(32)]
    waiting = errands.submit(int)
    assert not waiting.done()
    assert waiting.cancel()
    go_on.set()
    assert all(one.result(10) for one in first)


def test_signals_belong_to_whoever_runs_the_server() -> None:
    before = signal.getsignal(signal.SIGINT)
    with server(None).capture_signals():
        assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_takes_the_signals_and_gives_them_back(number: signal.Signals) -> None:
    """One signal asks for the stop. A second one would end the process at once: tests/adapters/test_stopping.py."""
    before, stop = signal.getsignal(number), Stop()
    with stop.listening():
        signal.raise_signal(number)
        assert stop.is_asked
    assert signal.getsignal(number) is before
