"""A sandbox whose journal is read, for the tests of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from mockserver.adapters.clock import HandTime
from mockserver.engine.sandbox import digest_of
from mockserver.kit import transcript
from mockserver.kit.target import Response
from tests.web.direct import Direct

KEY = "journal-key-1"
START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
BEARER = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
CREATE = "/v2/ai/text-to-video"
ASKED = {"prompt": "a cat", "width": 512, "height": 512, "duration": 2}


class JournalSession:
    """An application without a socket, under a time moved by hand, and one sandbox of it."""

    def __init__(self, direct: Direct, time: HandTime) -> None:
        self.direct, self.time = direct, time

    def call(self, method: str, target: str, body: object = b"", headers: Any = BEARER, **scope: Any) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.direct.call(method, target, headers, raw, **scope)

    def create(self, **more: object) -> str:
        made: str = self.call("POST", CREATE, {**ASKED, **more}).json()["videoId"]
        return made

    def read(self, name: str = "journal.json", query: str = "", key: str = KEY) -> Response:
        path = f"/_mock/sandboxes/{digest_of(key)}/{name}"
        return self.direct.call("GET", f"{path}?{query}" if query else path)

    def records(self, query: str = "", key: str = KEY) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read("journal.json", query, key).json()["records"]
        return found

    def transcript(self, key: str = KEY) -> transcript.Transcript:
        return transcript.read(self.read(key=key).json())
