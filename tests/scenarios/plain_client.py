"""A plain client of TensorOne: creates, polls on a frozen clock that is moved by hand, downloads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from mockserver.testing import Sandbox

CREATE = "/v2/ai/text-to-video"


@dataclass
class ClientRun:
    """What a client saw: creation, every poll, and the file behind the link where there was one."""

    created: int
    creation: dict[str, Any]
    polls: list[dict[str, Any]] = field(default_factory=list)
    file_status: int = 0
    file_type: str = ""
    file: bytes = b""

    @property
    def words(self) -> list[str]:
        """The status words in the order of their first appearance."""
        return list(dict.fromkeys(poll["status"] for poll in self.polls if "status" in poll))

    @property
    def last(self) -> dict[str, Any]:
        """The last poll's body."""
        return self.polls[-1]

    @property
    def hints(self) -> list[Any]:
        """The waiting times told."""
        return [poll["estimatedCompletionTime"] for poll in self.polls if "estimatedCompletionTime" in poll]


class PlainClient:
    """Calls with the sandbox's key, and asks for a scenario by the header that any HTTP client can send."""

    def __init__(self, sandbox: Sandbox, scenario: str = "") -> None:
        self.sandbox = sandbox
        self.headers = {"Authorization": f"Bearer {sandbox.key}", "Content-Type": "application/json"}
        self.scenario = {"X-Mock-Scenario": scenario} if scenario else {}

    def call(self, method: str, path: str, value: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One request; headers with lower-case names."""
        body = b"" if value is None else json.dumps(value).encode()
        path = path.removeprefix(self.sandbox.server.url)
        status, pairs, content = self.sandbox.server.request(method, path, {**self.headers, **headers}, body)
        return status, {name.lower(): text for name, text in pairs}, content

    def run(self, *, step: float = 0.5, polls: int = 12, prompt: str = "a cat") -> ClientRun:
        """Create, then poll every `step` seconds until a terminal word or so many polls; then fetch the link."""
        status, _, content = self.call(
            "POST", CREATE, {"prompt": prompt, "width": 64, "height": 64, "duration": 1, "fps": 4}, **self.scenario
        )
        seen = ClientRun(status, json.loads(content))
        if status >= 400:
            return seen
        self.poll(seen, step, polls)
        return seen

    def poll(self, seen: ClientRun, step: float, polls: int) -> None:
        """Poll on."""
        for _ in range(polls):
            _, _, content = self.call("GET", f"/v2/ai/videos/{seen.creation['videoId']}/status")
            seen.polls.append(json.loads(content))
            if seen.last.get("status") in ("completed", "failed"):
                break
            self.sandbox.advance(step)
        if seen.polls and "videoUrl" in seen.last:
            self.fetch(seen)

    def fetch(self, seen: ClientRun) -> None:
        """Get the file behind the link."""
        seen.file_status, headers, seen.file = self.call("GET", seen.last["videoUrl"])
        seen.file_type = headers["content-type"]
