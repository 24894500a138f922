"""A transcript: what a client sent and was answered, and the webhooks that were sent to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mockserver.kit.target import parse_json

KEY: Final = "[key]"
"""What stands where a known key stood."""
SECRET: Final = "[secret]"  # noqa: S105  (a mark, and no secret)
"""What stands in a place of keys where something stood that is no known key."""


@dataclass(frozen=True)
class Moment:
    """When something happened: the sandbox's instant, and seconds of real time since some moment."""

    at: datetime
    monotonic: float


@dataclass(frozen=True)
class Body:
    """A body: its length, and as much of it as is told. `digest` is told of files and of what is cut."""

    length: int
    data: bytes | None
    digest: str | None
    is_cut: bool

    def json(self) -> Any:
        """Return the body as a JSON value. Raises NotJson, also where it is not told whole."""
        return parse_json(self.data if self.data is not None and not self.is_cut else b"")


@dataclass(frozen=True)
class Message:
    """What requests and answers have in common: headers as (name in lower case, value), and the body."""

    headers: Sequence[tuple[str, str]]
    body: Body | None

    def header(self, name: str) -> str | None:
        """Return a header's value; several are joined by ", ". None: not sent."""
        values = [value for sent, value in self.headers if sent == name.lower()]
        return ", ".join(values) if values else None


@dataclass(frozen=True)
class Request(Message):
    """A request. `path` and `query` are percent-encoded as they came."""

    method: str
    scheme: str
    http_version: str
    path: str
    query: str


@dataclass(frozen=True)
class Answer(Message):
    """An answer."""

    status: int


@dataclass(frozen=True)
class Violation:
    """A rule of the document that a body breaks; `path` is a JSON Pointer."""

    path: str
    rule: str
    expected: Any
    got: Any
    says: str


@dataclass(frozen=True)
class Verdict:
    """What the document says of a body; `valid` is None where it was not judged."""

    valid: bool | None
    violations: Sequence[Violation]


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. `ending` is complete, cut (by the server), left (by the client) or None: under way."""

    n: int
    connection: int
    arrived: Moment
    read: Moment
    first_byte: Moment | None
    last_byte: Moment | None
    received_bytes: int
    sent_bytes: int
    ending: str | None
    credential: str | None
    request: Request
    answer: Answer | None
    provider: str | None
    operation: str | None
    profile: Sequence[str]
    verdict: Verdict
    problem: str | None
    job: str | None
    nth: int | None
    scenario: str | None
    fault: str | None


@dataclass(frozen=True)
class Sent(Message):
    """The request of a webhook."""

    url: str


@dataclass(frozen=True)
class Attempt:
    """A try at the delivery of a webhook. `status` is what the receiver answered, `error` why it did not."""

    n: int
    delivery: str
    attempt: int
    job: str
    due_at: datetime
    started: Moment
    ended: Moment | None
    request: Sent
    status: int | None
    error: str | None


Record = Exchange | Attempt


@dataclass(frozen=True)
class Transcript:
    """The records of a sandbox in the order of their numbers. Those before `first` were dropped."""

    sandbox: str
    first: int
    last: int
    records: Sequence[Record]

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges alone."""
        return [one for one in self.records if isinstance(one, Exchange)]

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts alone."""
        return [one for one in self.records if isinstance(one, Attempt)]
