"""The journal's records: what was received and answered, and what was sent to webhooks, as it went over the wire.

Keys were taken out before anything was kept: see `domain.redaction`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from mockserver.domain.delivery import Attempt, Delivery, Moment

LONGEST: Final = 32_768
"""How many bytes of a body are kept; of a longer one also its length and digest."""

WEIGHT: Final = 2500
"""The bytes of memory that a record takes beside its bodies, about."""

Headers = tuple[tuple[str, str], ...]


class Ending(Enum):
    """How an exchange ended."""

    COMPLETE = "complete"
    CUT = "cut"  # by us
    LEFT = "left"  # by the client, before the answer's last byte was on its way


@dataclass(slots=True, eq=False)
class Line:
    """A connection as the journal knows it: its number in this process, the bytes `received` over it and how many of
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


@dataclass(frozen=True, slots=True)
class Body:
    """A body: what is kept of its bytes, how many they were, and (hex, BLAKE2b of 20 bytes, as in an ETag) the digest
    of them all where they are not kept whole. Of a file nothing is kept.
    """

    kept: bytes
    length: int
    digest: str = ""
    is_file: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether only its first bytes are kept."""
        return bool(self.digest) and not self.is_file


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came. `path` and `query` are still percent-encoded."""

    method: str
    scheme: str
    version: str
    path: str
    query: str
    headers: Headers
    body: Body | None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it went."""

    status: int
    headers: Headers
    body: Body | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; under way while `ending` is None.

    `read` is when the request's last byte was there, `first` and `last` belong to the answer; `received` and `sent` are
    bytes on the wire. `connection` is 0 where there is none. `credential` is the digest of the key that was shown.
    `is_judged` says whether the operation has a body to be judged, `problem` for what kind of problem the call was
    refused. `nth` counts the exchanges of this operation about this job (0: it is the job's creation, or about none).
    """

    n: int
    connection: int
    arrived: Moment
    read: Moment
    first: Moment | None
    last: Moment | None
    received: int
    sent: int
    ending: Ending | None
    credential: str
    request: Request
    answer: Reply | None
    provider: str
    operation: str
    profile: frozenset[str]
    is_judged: bool
    problem: str
    job: str
    nth: int
    scenario: str
    fault: str


@dataclass(slots=True, eq=False)
class Dispatch:
    """An attempt at a webhook: `attempt` is what it came to, None while it is under way. `n` is its number."""

    delivery: Delivery
    number: int
    due: datetime
    started: Moment
    headers: Headers
    body: bytes
    attempt: Attempt | None = None
    n: int = 0
    size: int = 0

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.attempt is not None

    def settle(self) -> int:
        """About how many bytes it takes."""
        return WEIGHT + len(self.body)
