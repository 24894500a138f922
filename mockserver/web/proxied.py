"""Calls that come through the proxy: the host that the client meant says whose they are, and links keep it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mockserver.provider.hosts import Hosted
from mockserver.web.wire import App, Receive, Scope, Send

HOSTED: Final = "mockserver.hosted"
"""Where a scope has the `Origins` of a call that came through the proxy."""


class Origins:
    """Where the links of a proxied call lead, and the routes of the host that it meant."""

    __slots__ = ("base", "files", "routes")

    def __init__(self, hosted: Hosted, base: str) -> None:
        self.routes = hosted.routes
        self.base = base
        self.files = hosted.files or base


class Proxied:
    """The application under the providers' own hosts."""

    def __init__(self, app: App, hosts: Mapping[str, Hosted]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; 421 where its Host is none of ours (RFC 9110, 15.5.20)."""
        sent = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
        name, _, port = sent.partition(":")
        hosted = self._hosts.get(name.rstrip("."))
        if hosted is None:
            await _misdirected(sent, send)
            return
        is_usual = port in ("", "443") or scope["scheme"] == "http"
        scope[HOSTED] = Origins(hosted, f"https://{name if is_usual else sent}")
        await self._app(scope, receive, send)


async def _misdirected(host: str, send: Send) -> None:
    body = f"mockserver does not emulate {host[:200]}\n".encode("latin-1")
    headers = [
        (b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body)), (b"connection", b"close"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
