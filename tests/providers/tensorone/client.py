"""A client of TensorOne in one sandbox whose clock stands still, on a connection that stays open."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from mockserver.kit.target import Response
from mockserver.testing import MockServer

CREATE = "/v2/ai/text-to-video"
UPSCALE = "/v2/ai/video-upscale"
TINY = {"prompt": "a cat", "width": 64, "height": 64, "duration": 1.0, "fps": 4}
LONGEST_MS = 700_000
"""No video takes longer than 10 minutes, whatever the timing."""


class Client:
    """`call` speaks HTTP; the other methods expect success and give the body."""

    def __init__(self, server: MockServer, key: str) -> None:
        self.server, self.key = server, key
        self.sandbox = server.sandbox(key)
        self.again()
        address = urlsplit(server.url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=60)

    def again(self) -> None:
        """Start again: the same calls will have the same answers, but for the instants."""
        self.sandbox.reset()
        self.sandbox.freeze()

    def close(self) -> None:
        self._connection.close()

    def call(
        self, method: str, path: str, value: object = None, headers: Mapping[str, str | None] | None = None
    ) -> Response:
        """One exchange; `value` goes as JSON, bytes as they are; a header None is left out."""
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(headers or {})}
        self._connection.request(method, path, body or None, {k: v for k, v in sent.items() if v is not None})
        answer = self._connection.getresponse()
        return Response(answer.status, answer.getheaders(), answer.read())

    def ok(self, method: str, path: str, value: object = None) -> Any:
        """The JSON of an answer that is a 200."""
        answer = self.call(method, path, value)
        assert answer.status == 200, answer
        return answer.json()

    def create(self, **fields: object) -> dict[str, Any]:
        """A creation's body; tiny unless told otherwise."""
        body: dict[str, Any] = self.ok("POST", CREATE, {**TINY, **fields})
        return body

    def poll(self, job: str) -> dict[str, Any]:
        """A poll's body."""
        body: dict[str, Any] = self.ok("GET", f"/v2/ai/videos/{job}/status")
        return body

    def finished(self, **fields: object) -> dict[str, Any]:
        """The body of a completed video."""
        job = self.create(**fields)["videoId"]
        self.sandbox.advance(LONGEST_MS / 1000)
        body = self.poll(job)
        assert body["status"] == "completed", body
        return body

    def download(self, job: str, form: str) -> bytes:
        """The bytes of a completed video."""
        answer = self.call("GET", f"/v2/ai/videos/{job}/download?format={form}")
        assert answer.status == 200, answer
        return answer.body

    def life(self, steps: int, until_ms: int, **fields: object) -> Iterator[tuple[int, dict[str, Any]]]:
        """What a new job's polls say at equal steps of the clock: milliseconds since the creation, and the body."""
        created = self.create(**fields)
        yield 0, created
        at = 0
        for step in range(steps + 1):
            due = until_ms * step // steps
            self.sandbox.advance((due - at) / 1000)
            at = due
            yield at, self.poll(created["videoId"])

    def end_ms(self, **fields: object) -> int:
        """The millisecond at which the first job completes; the same life is lived again and again to find it."""
        low, high = -1, LONGEST_MS
        while high - low > 1:
            middle = (low + high) // 2
            self.again()
            job = self.create(**fields)["videoId"]
            self.sandbox.advance(middle / 1000)
            if self.poll(job)["status"] == "completed":
                high = middle
            else:
                low = middle
        return high


def instant(text: str) -> datetime:
    """An instant as the wire writes it."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
