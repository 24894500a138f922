"""The part that the clients of all providers in tests share: a sandbox whose clock stands still, and its answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.testing import MockServer


@dataclass(frozen=True)
class Answer:
    """One answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body)


class SandboxClient:
    """Its sandbox is made again, and its clock stands still until it is advanced."""

    def __init__(self, server: MockServer, key: str, provider: str, profile: Sequence[str], **settings: Any) -> None:
        self.server, self.key = server, key
        self.sandbox = server.sandbox(key)
        self.sandbox.reset()
        self.sandbox.configure(
            **{"timing": "quick", "scenario": "success", **settings}, profiles={provider: list(profile)}
        )
        self.sandbox.freeze()

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        status, sent, content = self.server.request(method, path, headers, body)
        return Answer(status, {name.lower(): value for name, value in sent}, content)
