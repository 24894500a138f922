"""Loopback ports of one sandbox each: for clients that can send neither a key nor a header of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.adapters.serving import Server, address, bind, server
from mockserver.ports import Refusal

MOST: Final = 64
"""Listeners of a server at a time."""

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


@dataclass(slots=True)
class _Open:
    sandbox: str
    url: str
    server: Server
    task: asyncio.Task[None]


class LoopbackListeners:
    """The port `Listeners`, over servers in the same event loop. `app` is given once it is made."""

    def __init__(self) -> None:
        self.app: App | None = None
        self._open: list[_Open] = []

    async def open(self, sandbox: str) -> str:
        """Listen on a free port of 127.0.0.1, every call at which belongs to the sandbox; its base URL."""
        if len(self._open) >= MOST:
            raise Refusal(f"there are {MOST} listeners already; DELETE one sandbox's")
        app = self.app
        if app is None:
            raise RuntimeError("no application was given yet")

        async def owned(scope: MutableMapping[str, Any], receive: object, send: object) -> None:
            scope["mockserver.sandbox"] = sandbox
            await app(scope, receive, send)

        sockets, ready = bind("127.0.0.1", 0), asyncio.Event()
        url, serving = address(sockets), server(owned, on_ready=ready.set, lifespan="off")
        task = asyncio.get_running_loop().create_task(serving.serve(sockets))
        await ready.wait()
        self._open.append(_Open(sandbox, url, serving, task))
        return url

    def urls(self, sandbox: str) -> list[str]:
        """The base URLs of a sandbox's listeners, oldest first."""
        return [one.url for one in self._open if one.sandbox == sandbox]

    def close(self, sandbox: str) -> None:
        """Let the listeners of a sandbox go; calls under way may end."""
        for one in self._open:
            if one.sandbox == sandbox:
                one.server.should_exit = True
        self._open = [one for one in self._open if one.sandbox != sandbox]

    async def aclose(self) -> None:
        """Let all listeners go, and wait for them."""
        going, self._open = self._open, []
        for one in going:
            one.server.should_exit = True
        await asyncio.gather(*(one.task for one in going))
