"""Calls that come with the path prefix of the public URL, from a proxy that keeps it."""

from __future__ import annotations

from mockserver.provider.routes import Routes
from mockserver.web.wire import App, Receive, Scope, Send


class PublicPrefix:
    """The application, also under a path prefix. A proxy that strips the prefix needs nothing of it."""

    def __init__(self, app: App, prefix: str, routes: Routes) -> None:
        self._app, self._prefix, self._routes = app, prefix.encode("latin-1"), routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. A path that a provider has as it came is its own, whatever it begins with."""
        if scope["type"] == "http":
            raw: bytes = scope.get("raw_path", scope["path"].encode())
            rest = raw.removeprefix(self._prefix)
            if len(rest) < len(raw) and rest[:1] in (b"/", b"") and self._routes.find(raw.decode("latin-1")) is None:
                path = scope["path"][len(self._prefix) :] or "/"
                scope = {**scope, "path": path, "raw_path": rest or b"/"}
        await self._app(scope, receive, send)
