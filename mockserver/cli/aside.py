"""A server in a thread beside the command that `mockserver run` runs in the foreground."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from mockserver import MockServerError

if TYPE_CHECKING:
    from mockserver.adapters.serving import Beside


class EndedEarly(MockServerError):
    """The server ended before it was ready; its log says why."""


class Aside:
    """The server of an application, and those beside it, in a thread and an event loop of their own."""

    def __init__(self, app: Any, sockets: list[Any], beside: Sequence[Beside] = (), **tls: Any) -> None:
        from mockserver.adapters.serving import server

        self._ready: Future[None] = Future()
        self._sockets, self._beside = sockets, beside
        self._server = server(app, on_ready=lambda: self._ready.set_result(None), **tls)
        self._thread = threading.Thread(target=self._run, name="mockserver", daemon=True)

    def start(self) -> None:
        """Start; returns when it is ready. Raises EndedEarly."""
        self._thread.start()
        self._ready.result()

    def _run(self) -> None:
        from mockserver.adapters.serving import DaemonExecutor, loop_factory, together

        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.get_loop().set_default_executor(DaemonExecutor())
                runner.run(together(self._server, self._sockets, self._beside))
        finally:
            if not self._ready.done():
                self._ready.set_exception(EndedEarly("the mock server ended before it was ready; its log says why"))

    def stop(self) -> None:
        """Stop, and wait until everything has ended."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
