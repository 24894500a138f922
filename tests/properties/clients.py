"""A client of each provider that a document describes: how a job is created and polled, and what its answers say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS, Lifecycle, lifecycle
from mockserver.kit.promise.conformance import unpromised
from mockserver.kit.promise.document import find

ORDER = {"queued": 0, "running": 1, "succeeded": 2, "failed": 2}


@dataclass(frozen=True)
class Client:
    """Creates with `create` and polls with `poll`; `body` is a small request, whose clip is made in no time."""

    provider: str
    create: str
    poll: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.provider} {self.create}"

    @cached_property
    def document(self) -> Mapping[str, Any]:
        return promise.load(PROVIDERS / self.provider).under(())

    @cached_property
    def life(self) -> Lifecycle:
        life = lifecycle(self.document)
        assert life is not None
        return life

    def submission(self, key: str) -> tuple[str, str, dict[str, str], dict[str, Any]]:
        """Method, path, headers and body of a creation."""
        operation = promise.operations(self.document)[self.create]
        return operation.method, operation.path, self.headers(key), self.with_key(key, self.body)

    def asking(self, key: str, job: str) -> tuple[str, str, dict[str, str], dict[str, Any] | None]:
        """Method, path, headers and body of a poll."""
        operation = promise.operations(self.document)[self.poll]
        place, path = self.life.raw["poll"]["id"], operation.path
        if place["in"] == "path":
            path = path.replace(f"{{{place['name']}}}", quote(job, safe=""))
        else:
            path += f"?{place['name']}={quote(job, safe='')}"
        body = self.with_key(key, {}) if "requestBody" in operation.raw else None
        return operation.method, path, self.headers(key), body

    def fetching(self, key: str, output: str) -> tuple[str, str, dict[str, str]] | None:
        """Method, path and headers of the call that tells the link to an output; None where the output is the link."""
        retrieve = self.life.raw.get("retrieve")
        if retrieve is None:
            return None
        operation = promise.operations(self.document)[retrieve["operations"][0]]
        return operation.method, f"{operation.path}?{retrieve['id']['name']}={output}", self.headers(key)

    def link_of(self, answer: Any) -> str:
        """The link in the answer to `fetching`."""
        return str(find(answer, self.life.raw["retrieve"]["output"]))

    def headers(self, key: str) -> dict[str, str]:
        return {} if self.has_key_in_body else {"authorization": f"Bearer {key}"}

    def with_key(self, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"key": key, **body} if self.has_key_in_body else dict(body)

    @property
    def has_key_in_body(self) -> bool:
        return self.document.get("x-credential", {}).get("in") == "body"

    def id_of(self, answer: Any) -> str:
        return str(find(answer, self.life.raw["create"]["id"]))

    def word(self, answer: Any) -> str:
        return str(find(answer, self.life.fields["status"]))

    def rank(self, word: str) -> int:
        state = self.life.state_of(word)
        assert state is not None, f"{word} is a status on no page"
        return ORDER[state]

    def progress(self, answer: Any) -> float | None:
        pointer = self.life.fields.get("progress")
        return _at(answer, pointer) if pointer else None

    def output(self, answer: Any) -> str | None:
        """The link to the clip, or what stands for it; None: there is none."""
        return next((found for one in self.life.fields["output"] if (found := _at(answer, one))), None)

    def complaints(self, operation: str, answer: Any) -> list[str]:
        return unpromised(answer, operation, self.document)


def _at(answer: Any, pointer: str) -> Any:
    try:
        return find(answer, pointer)
    except KeyError:
        return None


PIXVERSE = {"model": "pixverse/v5/text-to-video", "prompt": "a cat", "resolution": "360p", "aspect_ratio": "1:1"}
CLIENTS = (
    Client(
        "tensorone",
        "createVideo",
        "getVideoStatus",
        {"prompt": "a cat", "width": 64, "height": 64, "fps": 4, "duration": 1},
    ),
    Client(
        "modelslab",
        "text2video",
        "fetchVideo",
        {"model_id": "cogvideox", "prompt": "a cat", "num_frames": 2, "height": 64, "width": 64, "output_type": "mp4"},
    ),
    Client(
        "modelslab",
        "enterpriseText2video",
        "enterpriseFetchVideo",
        {
            "model_id": "zeroscope",
            "prompt": "a cat",
            "num_frames": 2,
            "height": 64,
            "width": 64,
            "instant_response": True,
        },
    ),
    Client("aimlapi", "createVideo", "getVideo", PIXVERSE),
    Client("aimlapi", "createVideoLegacy", "getVideoLegacy", PIXVERSE),
    Client("gately", "createVideo", "queryVideo", {"model": "T2V-01", "prompt": "a cat"}),
)
