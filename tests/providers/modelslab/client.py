"""A plain client of the emulated ModelsLab: a key, its sandbox, and the calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from mockserver.testing import MockServer
from tests.sandbox_client import Answer, SandboxClient

V6 = "/api/v6/video"
ENTERPRISE = "/api/v1/enterprise/video"
CAT: dict[str, Any] = {"model_id": "cogvideox", "prompt": "a cat", "num_frames": 2, "height": 64, "width": 64}


class Client(SandboxClient):
    """A client of ModelsLab."""

    def __init__(self, server: MockServer, key: str, profile: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(server, key, "modelslab", profile, **{"limits": "off", **settings})

    def post(self, path: str, **fields: Any) -> Answer:
        body = json.dumps({"key": self.key, **fields}).encode()
        return self.send("POST", path, {"content-type": "application/json"}, body)

    def get(self, link: str, **headers: str) -> Answer:
        return self.send("GET", urlsplit(link).path, headers, b"")

    def make(self, path: str = f"{V6}/text2video", **fields: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.post(path, **{**CAT, **fields}).value
        assert made["status"] in ("processing", "success"), made
        return made

    def fetch(self, id_: object, surface: str = V6) -> dict[str, Any]:
        found: dict[str, Any] = self.post(f"{surface}/fetch/{id_}").value
        return found

    def advance(self, seconds: float) -> None:
        self.sandbox.advance(seconds)

    def deliveries(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.server.control("GET", f"{self.sandbox._path}/deliveries")["deliveries"]
        return listed
