"""A plain client of the emulated ModelsLab: a key, its sandbox, and the calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mockserver.testing import MockServer

V6 = "/api/v6/video"
ENTERPRISE = "/api/v1/enterprise/video"
CAT: dict[str, Any] = {"model_id": "cogvideox", "prompt": "a cat", "num_frames": 2, "height": 64, "width": 64}


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body)


class Client:
    """Its sandbox is made anew, and its clock stands still until it is advanced."""

    def __init__(self, server: MockServer, key: str, profile: Sequence[str] = (), **settings: Any) -> None:
        self.server, self.key = server, key
        self.sandbox = server.sandbox(key)
        self.sandbox.reset()
        self.sandbox.configure(
            **{"timing": "quick", "scenario": "success", "limits": "off", **settings},
            profiles={"modelslab": list(profile)},
        )
        self.sandbox.freeze()

    def post(self, path: str, **fields: Any) -> Got:
        body = json.dumps({"key": self.key, **fields}).encode()
        return self._got("POST", path, {"content-type": "application/json"}, body)

    def get(self, link: str, **headers: str) -> Got:
        return self._got("GET", urlsplit(link).path, headers, b"")

    def _got(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Got:
        status, sent, content = self.server.request(method, path, headers, body)
        return Got(status, {name.lower(): value for name, value in sent}, content)

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
