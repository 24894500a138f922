"""What an answer says to a client that reads it well: hints, status words, refusals. Values in, values out."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from re import compile as pattern
from typing import Any, Final

from mockserver.kit.transcript.model import Body

NOT_JSON: Final = object()
"""What stands for a body that is no JSON, or is not told whole."""
_SECONDS: Final = pattern(r"[0-9]{1,12}")
_ASCTIME: Final = "%a %b %d %H:%M:%S %Y"
_CENTURY: Final = 100


ABSURD_SECONDS: Final = 86_400
"""A wait of a day or more is no wait for a client: it tells its caller."""


@dataclass(frozen=True)
class RetryAfter:
    """What a Retry-After says: `form` is seconds, date or broken, `seconds` how long to wait from the answer on."""

    form: str
    seconds: float

    @property
    def is_sane(self) -> bool:
        """Whether it is well-formed and asks for less than a day."""
        return self.form != "broken" and self.seconds < ABSURD_SECONDS


def retry_after(value: str, now: datetime) -> RetryAfter:
    """Return what a Retry-After says to a client whose clock says `now`; a date that has passed is broken."""
    plain = delay_seconds(value)
    if plain is not None:
        return RetryAfter("seconds", plain)
    date = http_date(value, now)
    if date is None or date <= now:
        return RetryAfter("broken", 0)
    return RetryAfter("date", (date - now).total_seconds())


def json_of(body: Body | None, coding: str | None = None) -> Any:
    """Return a body in a content coding (None: none) as a JSON value, or NOT_JSON."""
    if body is None or body.data is None or body.is_cut:
        return NOT_JSON
    try:
        return json.loads(gzip.decompress(body.data) if coding == "gzip" else body.data)
    except (ValueError, RecursionError, OSError, EOFError, zlib.error):
        return NOT_JSON


def at(value: Any, pointer: str) -> Any:
    """Return what stands at a JSON Pointer, or None."""
    for step in pointer.split("/")[1:]:
        if isinstance(value, Mapping):
            value = value.get(step.replace("~1", "/").replace("~0", "~"))
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def delay_seconds(value: str | None) -> int | None:
    """Return a Retry-After in its form of seconds (RFC 9110 section 10.2.3), or None where it is none."""
    return int(value) if value is not None and _SECONDS.fullmatch(value) else None


def http_date(value: str | None, now: datetime) -> datetime | None:
    """Return an HTTP-date in any of its three forms (RFC 9110 section 5.6.7), or None where it is none."""
    if value is None or not value[:1].isalpha():
        return None
    try:
        return datetime.strptime(value, _ASCTIME).replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, IndexError):
        return None
    if not value.endswith("GMT"):
        return None
    found = found.replace(tzinfo=UTC)
    # A year of two digits that is more than 50 years ahead is one of the century before.
    return found.replace(year=found.year - _CENTURY) if found - now > timedelta(days=366 * 50) else found


def number(value: Any) -> float | None:
    """Return a JSON number, or a text that is one, in seconds; None for anything else and for what is not above 0."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        return None
    return float(value)
