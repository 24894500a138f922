"""A plain client of the emulated AI/ML API: a key, its sandbox, and the calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mockserver.kit.target import Response
from mockserver.testing import MockServer
from tests.sandbox_client import SandboxClient

UNIVERSAL = "/v2/video/generations"
LEGACY = "/v2/generate/video/pixverse/generation"
CAT: dict[str, Any] = {"model": "pixverse/v5/text-to-video", "prompt": "a cat", "resolution": "360p"}
LONG_ENOUGH = 100.0
"""Seconds in which every generation has ended, whatever the timing."""


class Client(SandboxClient):
    """A client of AI/ML API."""

    def __init__(self, server: MockServer, key: str, profile: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(server, key, "aimlapi", profile, **settings)

    def call(
        self, method: str, path: str, value: object = None, headers: Mapping[str, str | None] | None = None
    ) -> Response:
        """One exchange; `value` goes as JSON, a header None is left out."""
        body = b"" if value is None else json.dumps(value).encode()
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(headers or {})}
        named = {name: text for name, text in sent.items() if text is not None}
        return Response(*self.server.request(method, path.removeprefix(self.server.url), named, body))

    def create(self, **fields: object) -> str:
        """The id of a new generation of a cat, unless told otherwise."""
        answer = self.call("POST", UNIVERSAL, {**CAT, **fields})
        assert answer.status == 200, answer
        return str(answer.json()["id"])

    def poll(self, identifier: str) -> dict[str, Any]:
        """A poll's body."""
        answer = self.call("GET", f"{UNIVERSAL}?generation_id={quote(identifier, safe='')}")
        assert answer.status == 200, answer
        body: dict[str, Any] = answer.json()
        return body

    def finished(self, **fields: object) -> dict[str, Any]:
        """The last poll's body of a new generation."""
        identifier = self.create(**fields)
        self.sandbox.advance(LONG_ENOUGH)
        body = self.poll(identifier)
        assert body["status"] == "completed", body
        return body

    def download(self, body: Mapping[str, Any]) -> bytes:
        """The file behind a finished body, without a key."""
        answer = self.call("GET", body["video"]["url"], headers={"Authorization": None})
        assert (answer.status, answer.header("content-type")) == (200, "video/mp4"), answer
        return answer.body

    def clip(self, **fields: object) -> bytes:
        """The file of a new generation."""
        return self.download(self.finished(**fields))
