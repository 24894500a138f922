"""An event loop in virtual time: where nothing is left to do it jumps to the next thing that is due.

Work in other threads (a clip that is drawn) and bytes from sockets take real time, and no virtual time passes.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any, Final, TypeVar, TypeVarTuple

from mockserver import MockServerError
from mockserver.adapters.serving import DaemonExecutor

T = TypeVar("T")
Given = TypeVarTuple("Given")
SOCKET_SECONDS: Final = 0.02
"""How long bytes are waited for where sockets are open, in real time."""


class Standstill(MockServerError, RuntimeError):
    """Nothing is due, nothing is under way, and somebody waits."""


class JumpingSelector(selectors.BaseSelector):
    """A selector that lets virtual time pass instead of waiting."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.jump: Callable[[float], None] = lambda _seconds: None
        self.under_way = 0
        """Pieces of work in other threads."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now, else let the time pass after which something is due."""
        found = self._real.select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        if self.under_way:
            return self._real.select(None)
        if len(self._real.get_map()) > 1:  # the loop's own wake-up is one
            found = self._real.select(SOCKET_SECONDS if timeout is not None else None)
            if found or timeout is None:
                return found
        if timeout is None:
            raise Standstill("in virtual time somebody waits for what will never happen")
        self.jump(timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch a file."""
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Watch it no more."""
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch it for something else."""
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        """Close."""
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """What is watched."""
        return self._real.get_map()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is virtual."""

    def __init__(self) -> None:
        self._now = 0.0
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)
        self._jumping.jump = self._jump
        self.set_default_executor(DaemonExecutor())

    def time(self) -> float:
        """The seconds of virtual time since the loop was made."""
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += seconds

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Given], T],
                        *args: *Given) -> asyncio.Future[T]:  # fmt: skip
        """Do work in another thread; no virtual time passes until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._jumping.under_way += 1
        future.add_done_callback(self._done)
        return future

    def _done(self, _future: asyncio.Future[Any]) -> None:
        self._jumping.under_way -= 1

    def pass_until(self, instant: float) -> None:
        """Let time pass, and all that falls due until then happen."""
        self.run_until_complete(asyncio.sleep(max(0.0, instant - self._now)))
