"""A server in a thread of this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from mockserver.adapters.serving import LONGEST_STOP_SECONDS, DaemonExecutor, Server, address, bind, server
from mockserver.testing.asgi_exchange import App
from mockserver.testing.wire import OverHttp


class InThread(OverHttp):
    """A server on a free port of 127.0.0.1. `make` returns the application, a new one at each start."""

    def __init__(self, make: Callable[[], App]) -> None:
        super().__init__()
        self._make = make
        self._thread: threading.Thread | None = None
        self._server: Server | None = None

    def start(self) -> None:
        """Start the server; raises RuntimeError when it ends instead."""
        if self._thread is not None:
            return
        ready: Future[None] = Future()
        self._server = server(self._make(), on_ready=lambda: ready.set_result(None))
        sockets = bind("127.0.0.1", 0)
        self._thread = threading.Thread(target=self._run, args=(sockets, ready), name="mockserver", daemon=True)
        self._thread.start()
        try:
            ready.result()
        except BaseException:
            self.stop()
            raise
        self._url = address(sockets)

    def _run(self, sockets: Any, ready: Future[None]) -> None:
        if self._server is None:
            return
        try:
            with asyncio.Runner() as runner:
                runner.get_loop().set_default_executor(DaemonExecutor())
                runner.run(self._server.serve(sockets))
        finally:
            if not ready.done():
                ready.set_exception(RuntimeError("the mock server ended before it was ready; its log says why"))

    def stop(self) -> None:
        """Stop the server and wait until everything has ended, but no longer than a stop may take."""
        if self._thread is not None and self._server is not None:
            self._server.should_exit = True
            self._thread.join(LONGEST_STOP_SECONDS)
            self._thread = self._server = None
            self._url = ""
