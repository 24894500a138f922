"""A server and its proxy in a thread, on the event loop that a test chooses."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from mockserver.adapters.serving import address, bind, server, together
from mockserver.app import create_app
from mockserver.cli.hosting import hosting
from mockserver.settings import Settings

LOOPS: list[str] = ["asyncio"] if sys.platform == "win32" else ["asyncio", "uvloop"]


def loop_of(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """The factory of a kind of event loop."""
    if name == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    return asyncio.new_event_loop


@dataclass
class Proxy:
    """A proxy that runs, and what clients need of it."""

    url: str
    base: str
    certificate: Path
    hosts: tuple[str, ...]
    app: Any

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    def session(self) -> requests.Session:
        """A client that goes through the proxy and trusts its certificate."""
        made = requests.Session()
        made.trust_env = False
        made.proxies = {"http": self.url, "https": self.url}
        made.verify = str(self.certificate)
        return made

    def said(self, sent: bytes) -> bytes:
        """What comes back for these bytes until the proxy closes."""
        with socket.create_connection(self.place, timeout=20) as client:
            client.sendall(sent)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def tunnel(self, host: str, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """A TLS connection to a host of ours through the proxy."""
        plain = socket.create_connection(self.place, timeout=20)
        plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
        assert plain.recv(1000) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        context = context or ssl.create_default_context(cafile=self.certificate)
        return context.wrap_socket(plain, server_hostname=host)


@contextmanager
def proxied(
    folder: Path,
    loop: str = "asyncio",
    more: Mapping[str, str] | None = None,
    *,
    lets_through: bool = False,
    **told: Any,
) -> Iterator[Proxy]:
    """Start both; stop them at the end."""
    app = create_app(Settings(**{"timing": "instant", "cache": folder / "clips", **told}))
    hosted = hosting(app, more or {}, lets_through=lets_through)
    beside, url = hosted.beside("127.0.0.1", 0)
    certificate = folder / "ca.pem"
    certificate.write_bytes(hosted.authority.certificate)
    sockets, ready = bind("127.0.0.1", 0), Future[None]()
    first = server(app, on_ready=lambda: ready.set_result(None))

    def serve() -> None:
        with asyncio.Runner(loop_factory=loop_of(loop)) as runner:
            runner.run(together(first, sockets, [beside]))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    ready.result(30)
    try:
        yield Proxy(url, address(sockets), certificate, hosted.hosts, app)
    finally:
        first.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
