"""Virtual time for a client that cannot be handed a clock: it replaces the standard library's, in one thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Protocol

from mockserver.testing.virtual_loop import JumpingSelector

_LOCK: Final = threading.RLock()


class Timed(Protocol):
    """What has a virtual time."""

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""

    def monotonic(self) -> float:
        """The seconds of virtual time."""

    def now(self) -> datetime:
        """The instant of virtual time."""


class ClientLoop(asyncio.SelectorEventLoop):
    """An event loop that the client makes itself, say by asyncio.run: its waits let virtual time pass."""

    def __init__(self, timed: Timed) -> None:
        self._timed = timed
        selector = JumpingSelector()
        selector.jump = timed.sleep
        super().__init__(selector)

    def time(self) -> float:
        """The seconds of virtual time."""
        return self._timed.monotonic()


@contextmanager
def virtual_time(timed: Timed) -> Iterator[None]:
    """Replace time.sleep, time.time, time.monotonic and the loops that asyncio makes, for this thread alone.

    Other threads see the machine's time all along. One thread at a time.
    """
    thread = threading.get_ident()

    def of_thread(virtual: Callable[..., Any], real: Callable[..., Any]) -> Callable[..., Any]:
        def told(*given: Any) -> Any:
            return virtual(*given) if threading.get_ident() == thread else real(*given)

        return told

    replaced: list[tuple[Any, str, Callable[..., Any]]] = [
        (time, "sleep", timed.sleep),
        (time, "monotonic", timed.monotonic),
        (time, "time", lambda: timed.now().timestamp()),
        (asyncio.events, "new_event_loop", lambda: ClientLoop(timed)),
        (asyncio, "new_event_loop", lambda: ClientLoop(timed)),
    ]
    with _LOCK:
        real = [getattr(module, name) for module, name, _ in replaced]
        try:
            for (module, name, virtual), before in zip(replaced, real, strict=True):
                setattr(module, name, of_thread(virtual, before))
            yield
        finally:
            for (module, name, _), before in zip(replaced, real, strict=True):
                setattr(module, name, before)
