"""A call as the pure functions of a provider see it, and the answer that they give. Bytes are written elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from mockserver.domain.clip import ClipSpec
from mockserver.domain.problem import Problem
from mockserver.provider.reading import read_object

if TYPE_CHECKING:
    from mockserver.domain.quota import Standing
    from mockserver.engine import Engine
    from mockserver.engine.sandbox import Sandbox
    from mockserver.ports import Judge
    from mockserver.provider.keys import KeyRing
    from mockserver.provider.table import Operation, Provider

_UNREAD: dict[str, object] = {}


class Call:
    """One request, and where it belongs. Made at the edge; the provider's functions only read it.

    `path` is percent-decoded for eyes, `params` are the decoded values of the route, `headers` the raw pairs with
    lower-case names, `base` the origin under which the client reached us, `files` the origin that links point to,
    `now` the sandbox's instant.
    """

    __slots__ = (
        "_query", "_value", "base", "body", "engine", "files", "headers", "judge", "key", "keys", "method", "now",
        "operation", "params", "path", "profile", "provider", "query_string", "sandbox", "standing",
    )  # fmt: skip

    def __init__(self, method: str, path: str, query_string: str, headers: Mapping[bytes, bytes], body: bytes) -> None:
        self.method = method
        self.path = path
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.params: dict[str, str] = {}
        self.key: str | None = None
        self.standing: Standing | None = None
        self._value: dict[str, object] | Problem = _UNREAD
        self._query: dict[str, str] | None = None
        self.provider: Provider
        self.operation: Operation | None
        self.engine: Engine
        self.judge: Judge
        self.keys: KeyRing
        self.sandbox: Sandbox
        self.profile: frozenset[str]
        self.now: datetime
        self.base: str
        self.files: str

    def header(self, name: str) -> str:
        """A header's value, empty when absent; the last one when it came twice."""
        return self.headers.get(name.encode("latin-1"), b"").decode("latin-1")

    @property
    def value(self) -> dict[str, object] | Problem:
        """The JSON object of the body, read once, or the problem with it."""
        if self._value is _UNREAD:
            self._value = read_object(self.body)
        return self._value

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; the first wins when one came twice."""
        if self._query is None:
            pairs = parse_qsl(self.query_string, keep_blank_values=True)
            self._query = dict(reversed(pairs))
        return self._query


@dataclass(slots=True)
class Answer:
    """What goes back. `body` is a JSON value, bytes as they are, or the clip to be made; `headers` are raw pairs with
    lower-case names; `problem` says why it is a refusal.
    """

    status: int
    body: object
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    content_type: str = "application/json"
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class ClipBody:
    """A body that is made on demand: the clip, and under which name it is offered for saving (empty: none)."""

    spec: ClipSpec
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """An answer that is not given yet: wait until the sandbox's clock reads `until`, then ask `then`."""

    until: datetime
    then: Callable[[Call], Answer | Problem]


@dataclass(frozen=True, slots=True)
class Look:
    """An answer that needs a picture first: take in `source` (bytes, or an http(s) URL), then ask `then`.

    `then` gets the digest of the stored picture, or the problem that it is none.
    """

    source: str | bytes
    then: Callable[[Call, str | Problem], Reply]


Reply = Answer | Problem | Hold | Look
"""What an endpoint may return."""
