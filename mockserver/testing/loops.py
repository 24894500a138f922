"""The lifespan of an application without a server, and a thread with an event loop to run it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from mockserver.testing.asgi_exchange import App, Message

Value = TypeVar("Value")


class Life:
    """The lifespan of an application, in a task of its own. `state` is what the application passes to its requests."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.state: dict[str, Any] = {}
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the application; raises RuntimeError when its startup fails. An application without a lifespan needs
        none.
        """
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._ask("startup")

    async def stop(self) -> None:
        """Shut the application down and wait for the end."""
        if self._task is not None:
            if not self._task.done():
                await self._ask("shutdown")
            await self._task
            self._task = None

    async def _ask(self, what: str) -> None:
        self._asked.put_nowait({"type": f"lifespan.{what}"})
        told = await self._told.get()
        if told is not None and told["type"] == f"lifespan.{what}.failed":
            raise RuntimeError(f"the application failed at its {what}: {told.get('message', '')}")

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        with suppress(Exception):  # ASGI's way to say that there is no lifespan; a failure was told before
            await self._app(scope, self._asked.get, self._told.put)
        self._told.put_nowait(None)


class LoopThread:
    """An event loop in a daemon thread, for work from other threads."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread and return when its loop runs."""
        ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._live, args=(ready,), name="mockserver-loop", daemon=True)
        self._thread.start()
        self._loop = ready.result()

    def _live(self, ready: Future[asyncio.AbstractEventLoop]) -> None:
        from mockserver.adapters.serving import DaemonExecutor

        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            loop.set_default_executor(DaemonExecutor())
            loop.call_soon(ready.set_result, loop)
            loop.run_forever()

    @property
    def is_running(self) -> bool:
        """Whether the loop takes work."""
        return self._loop is not None

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Run a coroutine there and wait for its result."""
        return self._begun(work).result()

    async def reach(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Run a coroutine there and wait in another event loop; cancelling the wait ends the work."""
        return await asyncio.wrap_future(self._begun(work))

    def _begun(self, work: Coroutine[Any, Any, Value]) -> Future[Value]:
        if self._loop is None:
            work.close()
            raise RuntimeError("the mock server is not running: it was not started, or it was stopped")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> None:
        """End the work that is under way, then the thread."""
        from mockserver.adapters.serving import LONGEST_STOP_SECONDS

        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(LONGEST_STOP_SECONDS)
            self._loop = self._thread = None
