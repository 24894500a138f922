"""What the core needs of the world: HTTP without surprises, and time; both are handed in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol


class Lost(Exception):
    """No answer came, or not all of it: nobody knows what the server did. `part` is what came of its body, `etag`
    names the whole where the server told, `status` is that of the answer that broke off (0: there was none).
    """

    def __init__(self, how: str, part: bytes = b"", etag: str = "", status: int = 0) -> None:
        super().__init__(how)
        self.part, self.etag, self.status = part, etag, status


@dataclass(frozen=True)
class Answer:
    """A whole answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any] | None:
        """The body as an object; None where it is anything else."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


class Http(Protocol):
    """Sends one request and returns the whole answer. Follows no redirect and sends nothing twice. Raises Lost."""

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer: ...


class Time(Protocol):
    """The client's time."""

    def sleep(self, seconds: float) -> None: ...

    def monotonic(self) -> float: ...

    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Order:
    """What a caller wants: a clip of a prompt, from a server, within a time."""

    base_url: str
    api_key: str
    prompt: str
    options: Mapping[str, Any] = field(default_factory=dict)
    deadline: float = 600.0
    """Seconds that all of it may take."""
    poll_seconds: float = 1.0
    """The shortest pause between two polls."""


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    outcome: str
    code: str | None = None
    message: str | None = None
    jobs: tuple[str, ...] = ()
    clip: bytes | None = None
    attempts: int | None = None
    """How often a request is sent at most."""

    def to_json(self) -> dict[str, Any]:
        """As the protocol of cases wants it."""
        told = {"outcome": self.outcome, "code": self.code, "message": self.message, "jobs": list(self.jobs)}
        return told if self.attempts is None else {**told, "attempts": self.attempts}


class Ended(Exception):
    """The end, other than success."""

    def __init__(self, outcome: str, message: str, code: object = None) -> None:
        super().__init__(message)
        self.outcome, self.message = outcome, message
        self.code = None if code is None else str(code)


A_DAY = 86_400.0


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, as such or as one of the three forms of a date. None: nothing sane."""
    if value is None:
        return None
    if value.isdecimal() and value.isascii():
        return float(value)
    try:
        date = datetime.strptime(value, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    seconds = (date - now).total_seconds()
    return seconds if seconds > 0 else None
