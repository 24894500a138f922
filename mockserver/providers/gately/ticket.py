"""Gately: the tickets in download links. A ticket contains everything that a link means, signed; the server keeps
nothing.

A ticket is 40 characters: the file's id, the instant at which it ends, a number of the call that made it, and a keyed
digest of these under the server's seed. The same run makes the same links, two calls never make the same link, and a
changed ticket is unknown.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FILE, _ENDS, _NUMBER, _SEAL = 7, 8, 5, 10  # bytes; 30 in all, so that no bit of the last character is free


@dataclass(frozen=True, slots=True)
class Ticket:
    """The permission to fetch a file before the instant `ends`. `number` distinguishes the calls of a sandbox."""

    file: int
    ends: datetime
    number: int


def _seal(content: bytes, seed: int) -> bytes:
    return blake2b(content, digest_size=_SEAL, key=str(seed).encode()[:64]).digest()


def _raw(text: str) -> bytes:
    """Return the bytes of a ticket's text; None when no ticket is written so."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        return b""
    # The decoder skips what is not of its alphabet: only the one spelling counts.
    whole = len(raw) == _FILE + _ENDS + _NUMBER + _SEAL and urlsafe_b64encode(raw).decode("ascii") == text
    return raw if whole else b""


def written(ticket: Ticket, seed: int) -> str:
    """Return the text of the ticket in a link; `seed` is the server's."""
    content = (
        ticket.file.to_bytes(_FILE, "big")
        + ((ticket.ends - _EPOCH) // _MICROSECOND).to_bytes(_ENDS, "big", signed=True)
        + (ticket.number % 256**_NUMBER).to_bytes(_NUMBER, "big")
    )
    return urlsafe_b64encode(content + _seal(content, seed)).decode("ascii")


def file_in(text: str) -> str:
    """Return the file that a ticket names, whether it is valid or not; empty when it names none."""
    raw = _raw(text)
    return str(int.from_bytes(raw[:_FILE], "big")) if raw else ""


def read(text: str, seed: int) -> Ticket | None:
    """Return the ticket of a link; None when it was never made under this seed."""
    raw = _raw(text)
    content = raw[:-_SEAL]
    if not compare_digest(raw[-_SEAL:], _seal(content, seed)):
        return None
    ends = int.from_bytes(content[_FILE : _FILE + _ENDS], "big", signed=True)
    number = int.from_bytes(content[-_NUMBER:], "big")
    return Ticket(int.from_bytes(content[:_FILE], "big"), _EPOCH + ends * _MICROSECOND, number)
