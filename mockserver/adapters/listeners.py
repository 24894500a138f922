"""Loopback ports of one sandbox each: for clients that can send neither a key nor a header of ours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.adapters.serving import PortTaken, Server, address, bind, server
from mockserver.ports import Refusal

MOST: Final = 64
"""Listeners of a server at a time."""
HOST: Final = "127.0.0.1"

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


@dataclass(slots=True)
class _Open:
    sandbox: str
    url: str
    server: Server
    task: asyncio.Task[None]
    is_lasting: bool


@dataclass(slots=True)
class _Wish:
    """A pair of ports that is wanted from the start; `sockets` once they are had."""

    sandbox: str
    ports: tuple[int, ...]
    sockets: tuple[list[socket.socket], ...] = ()


def _bound(ports: tuple[int, ...]) -> tuple[list[socket.socket], ...]:
    """Listening sockets at all of these ports, or at none; raises serving.PortTaken."""
    found: list[list[socket.socket]] = []
    try:
        found.extend(bind(HOST, port) for port in ports)
    except PortTaken:
        _close(found)
        raise
    return tuple(found)


def _close(found: Iterable[list[socket.socket]]) -> None:
    for listener in (each for sockets in found for each in sockets):
        listener.close()


class LoopbackListeners:
    """The port `Listeners`, over servers in the same event loop. `app` is given once it is made."""

    def __init__(self) -> None:
        self.app: App | None = None
        self._open: list[_Open] = []
        self._going: set[asyncio.Task[None]] = set()
        self._wishes: list[_Wish] = []
        self._files: dict[str, str] = {}

    def wish(self, sandbox: str, *ports: int) -> None:
        """Want listeners from the start, as `open` opens them; the second is for the sandbox's files."""
        self._wishes.append(_Wish(sandbox, ports))

    def bind_wished(self) -> None:
        """Take the ports that are wished for, before there is a server; raises serving.PortTaken, and has none then."""
        try:
            for one in self._wishes:
                if not one.sockets:
                    one.sockets = _bound(one.ports)
        except PortTaken:
            self._unbind()
            raise

    def _unbind(self) -> None:
        for one in self._wishes:
            _close(one.sockets)
            one.sockets = ()

    async def open_wished(self) -> list[tuple[str, str | None]]:
        """Listen at all ports that were wished for; each sandbox with the origin of its files (None: it has none)."""
        self.bind_wished()
        opened = []
        for one in self._wishes:
            urls = [await self._serve(one.sandbox, sockets, is_lasting=True) for sockets in one.sockets]
            if urls[1:]:
                self._files[one.sandbox] = urls[1]
            one.sockets = ()
            opened.append((one.sandbox, self.files_url(one.sandbox)))
        return opened

    def files_url(self, sandbox: str) -> str | None:
        """The origin of a sandbox's files that lasts as long as the server."""
        return self._files.get(sandbox)

    async def open(self, sandbox: str, *ports: int) -> list[str]:
        """Listen on ports of 127.0.0.1 (0: any free one), whose every call belongs to the sandbox; their URLs."""
        if len(self._open) + len(ports) > MOST:
            raise Refusal(f"there are {len(self._open)} listeners of at most {MOST}; DELETE one sandbox's")
        try:
            bound = _bound(ports)
        except PortTaken as taken:
            raise Refusal(f"port {taken.port} is {taken.why}; {taken.free} is free") from None
        return [await self._serve(sandbox, sockets) for sockets in bound]

    async def _serve(self, sandbox: str, sockets: list[socket.socket], *, is_lasting: bool = False) -> str:
        app = self.app
        if app is None:
            raise RuntimeError("no application was given yet")

        async def owned(scope: MutableMapping[str, Any], receive: object, send: object) -> None:
            scope["mockserver.sandbox"] = sandbox
            await app(scope, receive, send)

        ready = asyncio.Event()
        url, serving = address(sockets), server(owned, on_ready=ready.set, lifespan="off")
        task = asyncio.get_running_loop().create_task(serving.serve(sockets))
        await ready.wait()
        self._open.append(_Open(sandbox, url, serving, task, is_lasting))
        return url

    def urls(self, sandbox: str) -> list[str]:
        """The base URLs of a sandbox's listeners, oldest first."""
        return [one.url for one in self._open if one.sandbox == sandbox]

    def close(self, sandbox: str) -> None:
        """Let the listeners of a sandbox go: nobody can connect any more, calls under way may end."""
        self._files.pop(sandbox, None)
        self._let_go([one for one in self._open if one.sandbox == sandbox])

    def left(self, sandbox: str) -> None:
        """Let those go that were opened since the start: the sandbox is no more. The others make it again."""
        self._let_go([one for one in self._open if one.sandbox == sandbox and not one.is_lasting])

    def _let_go(self, going: list[_Open]) -> None:
        for one in going:
            for listening in one.server.servers:
                listening.close()
            one.server.should_exit = True
            self._open.remove(one)
            self._going.add(one.task)
            one.task.add_done_callback(self._going.discard)

    async def aclose(self) -> None:
        """Let all listeners go, and wait for them."""
        self._let_go(list(self._open))
        self._unbind()
        await asyncio.gather(*self._going)
