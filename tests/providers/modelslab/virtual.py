"""A server in this process whose time is that of its event loop, and a loop in which waiting takes no time.

So a live clock can be tested: a wait of twenty seconds is exactly twenty seconds long, and over at once.
"""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mockserver.app import create_app
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.settings import Settings

START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
KEY = "virtual-key"


class _Jumping(selectors.DefaultSelector):
    """When nothing is ready, as much time has passed as was to be waited."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(None if timeout is None else 0)
        if not found and timeout:
            self.passed += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed


class LoopTime:
    """The port `Time` over the running loop."""

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


class World:
    """An application, and the seconds that its answers take."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings, time=LoopTime())  # type: ignore[arg-type]

    @property
    def sandbox(self) -> Sandbox:
        return self.app.state.context.engine.store.open(digest_of(KEY))

    async def post(self, path: str, **fields: Any) -> tuple[float, dict[str, Any]]:
        """How long the answer took in milliseconds' precision, and its body."""
        body = json.dumps({"key": KEY, **fields}).encode()
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "root_path": "",
            "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [(b"host", b"mock.test")],
            "scheme": "http", "server": ("mock.test", 80), "client": ("127.0.0.1", 1), "state": {},
        }  # fmt: skip
        began = asyncio.get_running_loop().time()
        await self.app(scope, receive, send)
        took = asyncio.get_running_loop().time() - began
        return round(took, 3), json.loads(sent[-1]["body"])


def play(scene: Callable[[World], Awaitable[None]], settings: Settings) -> None:
    """Run a scene in a world of its own."""

    async def played() -> None:
        await scene(World(settings))

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(played())
