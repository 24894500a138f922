"""The journal's records: what was received and answered, and what was sent to webhooks, as it went over the wire.

A record is numbered when it begins and filled as it goes on; while its `ending` (an attempt's `attempt`) is None, it is
under way. Keys are taken out before anything is kept: see `domain.redaction`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from mockserver.domain.delivery import Attempt, Delivery, Moment
from mockserver.domain.scenario import Scenario

LONGEST: Final = 32_768
"""How many bytes of a body are kept; of a longer one also its length and digest."""

WEIGHT: Final = 1200
"""The bytes of memory that a record takes beside its texts, about."""


class Ending(Enum):
    """How an exchange ended."""

    COMPLETE = "complete"
    CUT = "cut"  # by us
    LEFT = "left"  # by the client, before the answer's last byte was on its way


@dataclass(slots=True, eq=False)
class Line:
    """A connection as the journal knows it: its number on this server, the bytes `received` over it and how many of
    them are `accounted` to exchanges. It is clogged while the client does not read what was written (`unsent` bytes
    when that began); `on_flow` is called once when it flows again or was lost.
    """

    number: int = 0
    received: int = 0
    accounted: int = 0
    is_lost: bool = False
    is_clogged: bool = False
    unsent: int = 0
    on_flow: Callable[[], None] | None = None


class Exchange:
    """One request and its answer.

    A class without an initialiser, because it is filled on the way of every request; who begins it sets all that a
    record under way shows.
    `head` and `answer_head` are header lines (`name: value`, joined by line feeds), `path` and `query` as they came,
    `body` and `answer_body` what is kept of the bodies, `length` and `answer_length` what they had; `digest` and
    `answer_digest` are those of bodies that are not kept whole; of an answer that `is_file` nothing is kept. `arrived`, `read`
    (the request's last byte), `first` and `last` (of the answer) are monotonic seconds, `*_at` the sandbox's instants.
    `nth` counts the exchanges of this operation about this job, a creation aside; `credential` is the digest of the key.
    """

    __slots__ = (
        "answer_body", "answer_digest", "answer_head", "answer_length", "arrived", "arrived_at", "body", "connection",
        "credential", "digest", "ending", "epoch", "fault", "first", "first_at", "head", "is_file", "is_judged", "job",
        "last", "last_at", "length", "method", "n", "nth", "operation", "path", "problem", "profile", "provider",
        "query", "read", "read_at", "received", "scenario", "scheme", "sent", "size", "status", "version",
    )  # fmt: skip

    n: int
    epoch: int
    size: int
    connection: int
    scheme: str
    version: str
    method: str
    path: bytes
    query: bytes
    head: bytes
    body: bytes
    length: int
    digest: str
    received: int
    sent: int
    arrived: float
    arrived_at: datetime
    read: float
    read_at: datetime
    first: float
    first_at: datetime | None
    last: float
    last_at: datetime | None
    status: int
    answer_head: bytes
    answer_body: bytes
    answer_length: int
    answer_digest: str
    is_file: bool
    ending: Ending | None
    credential: str
    provider: str
    operation: str
    profile: frozenset[str]
    is_judged: bool
    problem: str
    job: str
    nth: int
    scenario: Scenario | str | None
    fault: str

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ending is not None

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        texts = len(self.head) + len(self.path) + len(self.query) + len(self.body)
        return WEIGHT + texts + len(self.answer_head) + len(self.answer_body)


@dataclass(slots=True, eq=False)
class Dispatch:
    """An attempt at a webhook: `attempt` is what it came to, None while it is under way."""

    delivery: Delivery
    number: int
    due: datetime
    started: Moment
    headers: tuple[tuple[str, str], ...]
    body: bytes
    attempt: Attempt | None = None
    n: int = 0
    epoch: int = 0
    size: int = 0

    @property
    def job(self) -> str:
        """The job that it is about."""
        return self.delivery.job

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.attempt is not None

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return WEIGHT + len(self.body) + len(self.delivery.letter.url)


Entry = Exchange | Dispatch
