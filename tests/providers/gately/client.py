"""A client of Gately in a sandbox of its own, whose clock is frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mockserver.testing import MockServer
from tests.sandbox_client import Answer, SandboxClient

CREATE, QUERY, RETRIEVE = "/v1/video_generation", "/v1/query/video_generation", "/v1/files/retrieve"
PROMPT: dict[str, Any] = {"model": "T2V-01", "prompt": "a cat"}


@dataclass(frozen=True)
class Reply(Answer):
    """One answer of the gateway."""

    @property
    def json(self) -> Any:
        return self.value

    @property
    def code(self) -> int:
        """The status code in `base_resp`."""
        code: int = self.json["base_resp"]["status_code"]
        return code

    @property
    def message(self) -> str:
        """The text of the gateway's error, without the request id."""
        text: str = self.json["error"]["message"]
        return text.partition(" (request id: ")[0]


class GatelyClient(SandboxClient):
    """`words` make the profile; `scenario` and `limits` are the sandbox's."""

    def __init__(
        self, server: MockServer, key: str, *words: str, scenario: str = "success", limits: str = "off"
    ) -> None:
        super().__init__(server, key, "gately", words, scenario=scenario, limits=limits)

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        key: str | None = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call with the sandbox's key, another one, or none (None)."""
        sent = dict(headers or {})
        if key is not None:
            sent["Authorization"] = f"Bearer {key or self.key}"
        answer = self.send(method, path, sent, body)
        return Reply(answer.status, answer.headers, answer.body)

    def create(self, value: Mapping[str, Any] = PROMPT, *, key: str | None = "") -> Reply:
        typed = {"Content-Type": "application/json"}
        return self.call("POST", CREATE, json.dumps(value).encode(), key=key, headers=typed)

    def query(self, task: str) -> Reply:
        return self.call("GET", f"{QUERY}?task_id={task}")

    def made(self, value: Mapping[str, Any] = PROMPT) -> str:
        """The file id of a new task that is finished."""
        task = self.create(value).json["task_id"]
        self.sandbox.advance(10)
        file: str = self.query(task).json["file_id"]
        return file

    def retrieve(self, file: str) -> Any:
        """What is told of a file."""
        return self.call("GET", f"{RETRIEVE}?file_id={file}").json["file"]

    def fetch(self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Reply:
        """What is behind a link, asked for without a key."""
        return self.call(method, urlsplit(url).path, key=None, headers=headers)

    def clip(self, value: Mapping[str, Any] = PROMPT) -> bytes:
        """The bytes of the clip that a request makes."""
        reply = self.fetch(self.retrieve(self.made(value))["download_url"])
        assert reply.status == 200, reply.body[:300]
        return reply.body
