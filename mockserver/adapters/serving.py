"""Sockets and uvicorn: the way from an application to an address."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn


class PortTaken(Exception):
    """The port is in use; `free` is one that is not."""

    def __init__(self, host: str, port: int, free: int) -> None:
        super().__init__(f"port {port} on {host} is taken; {free} is free: --port {free}")
        self.host, self.port, self.free = host, port, free


def bind(host: str, port: int) -> list[socket.socket]:
    """Listening sockets for a host and port (0: any free one); `localhost` on both families where the machine has them.

    Raises PortTaken, or OSError when the host is none of this machine's.
    """
    if host != "localhost":
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return [_listen(family, host, port)]
    first = _listen(socket.AF_INET, "127.0.0.1", port)
    try:
        return [first, _listen(socket.AF_INET6, "::1", first.getsockname()[1])]
    except OSError:
        return [first]  # a machine without IPv6


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if port and error.errno in _TAKEN:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.bind((host, 0))
                free: int = probe.getsockname()[1]
            raise PortTaken(host, port, free) from None
        raise
    listener.set_inheritable(False)
    return listener


_TAKEN = frozenset({98, 48, 10048, 10013, 13})
"""EADDRINUSE on Linux, macOS and Windows, and the refusals of a reserved port."""


def address(sockets: list[socket.socket], *, secure: bool = False) -> str:
    """The base URL of listening sockets, as a client on this machine writes it."""
    host, port = sockets[0].getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{'127.0.0.1' if shown == '0.0.0.0' else shown}:{port}"  # noqa: S104


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready and leaves signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def server(
    app: Any, *, on_ready: Callable[[], None] = lambda: None, certfile: Path | None = None, keyfile: Path | None = None
) -> Server:
    """A server for an application: no access log, no Server and Date of its own, shutdown within three seconds."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,
        ssl_certfile=certfile,
        ssl_keyfile=keyfile,
    )
    return Server(config, on_ready)
