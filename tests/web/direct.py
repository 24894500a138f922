"""An application that is called without a socket, as uvicorn would call it, and its sandboxes over the control API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette

from mockserver.kit.target import Response

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


class Direct:
    """Calls run one after the other on an event loop that lives as long as this does."""

    def __init__(self, app: Starlette, server: tuple[str, int] = ("127.0.0.1", 8000)) -> None:
        self.app, self.address = app, server
        self.runner = asyncio.Runner()

    def close(self) -> None:
        self.runner.run(self.app.state.context.clips.aclose())
        self.runner.close()

    def call(
        self, method: str, target: str, headers: Headers = (), body: bytes | Iterable[bytes] = b"", **scope: Any
    ) -> Response:
        """One exchange. `target` is a path with its query, percent-encoded; a body of several parts comes in chunks."""
        parts = [body] if isinstance(body, bytes) else list(body)
        return self.runner.run(self._exchange(self._scope(method, target, headers) | scope, parts))

    def json(self, method: str, target: str, value: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON of an answer that is no refusal."""
        sent = {"content-type": "application/json", **(headers or {})}
        answer = self.call(method, target, sent, b"" if value is None else json.dumps(value).encode())
        assert answer.status < 400, answer
        return answer.json()

    def sandbox(self, key: str, **settings: object) -> str:
        """The control path of a fresh sandbox with a clock that stands still."""
        path = f"/_mock/sandboxes/{self.json('POST', '/_mock/sandboxes', {'key': key})['sandbox']}"
        self.json("DELETE", path)
        self.json("PATCH", path, settings)
        self.json("PATCH", f"{path}/clock", {"frozen": True})
        return path

    def _scope(self, method: str, target: str, headers: Headers) -> dict[str, Any]:
        raw_path, _, query = target.partition("?")
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
        if not any(name == b"host" for name, _ in raw):
            raw.append((b"host", b"%s:%d" % (self.address[0].encode(), self.address[1])))
        return {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": "http", "path": unquote(raw_path), "raw_path": raw_path.encode("latin-1"),
            "query_string": query.encode("latin-1"), "root_path": "", "headers": raw, "client": ("127.0.0.1", 50000),
            "server": self.address, "state": {},
        }  # fmt: skip

    async def _exchange(self, scope: dict[str, Any], parts: list[bytes]) -> Response:
        coming = iter(parts)
        left = len(parts)
        begun: MutableMapping[str, Any] = {}
        body = bytearray()

        async def receive() -> MutableMapping[str, Any]:
            nonlocal left
            left -= 1
            return {"type": "http.request", "body": next(coming, b""), "more_body": left > 0}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                assert not begun, "an answer begins once"
                begun.update(message)
            else:
                assert begun
                body.extend(message.get("body", b""))

        await self.app(scope, receive, send)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in begun["headers"]]
        return Response(begun["status"], headers, bytes(body))
