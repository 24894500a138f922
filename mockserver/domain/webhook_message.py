"""What one attempt at a webhook sends: the payload as bytes, its signature, and what a plan makes wrong with either.

A change touches one of three things, in this order: the JSON value, the signature, the bytes after they were signed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from mockserver.domain.delivery import Delivery
from mockserver.domain.webhook_plan import UNKNOWN_WORD
from mockserver.domain.webhook_signature import TOLERANCE_SECONDS, signature_headers

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the value of `content-type`, the headers of the signature (none where it is unsigned), the body."""

    content_type: str
    signature: tuple[tuple[str, str], ...]
    body: bytes


def _reordered(value: Any, _job: str) -> Any:
    """The members of each object in the opposite order."""
    if isinstance(value, dict):
        return {name: _reordered(inner, _job) for name, inner in reversed(value.items())}
    return [_reordered(inner, _job) for inner in value] if isinstance(value, list) else value


def _unknown_event(value: Any, _job: str) -> Any:
    """A status word that no page has."""
    return {**value, "status": UNKNOWN_WORD} if isinstance(value, dict) and "status" in value else value


def _another_job(value: Any, job: str) -> Any:
    """The id of a job that is not there, in the place of the job's own."""
    if not isinstance(value, dict):
        return value
    return {name: _other_id(inner) if str(inner) == job else inner for name, inner in value.items()}


def _other_id(id_: str | int) -> str | int:
    """Another id of the same type and length."""
    if isinstance(id_, int):
        return id_ + 1 if id_ % 10 < 9 else id_ - 1
    last = id_[-1:]
    return id_[:-1] + ("1" if last == "0" else "0" if last.isdigit() else "b" if last == "a" else "a")


_IN_VALUE: Final[Mapping[str, Callable[[Any, str], Any]]] = {
    "reordered": _reordered,
    "unknown-event": _unknown_event,
    "another-job": _another_job,
}

_TIMESTAMPS: Final[Mapping[str, int]] = {
    "stale-signature": -2 * TOLERANCE_SECONDS,
    "future-signature": 2 * TOLERANCE_SECONDS,
}
"""Seconds by which the signed timestamp is off."""


def message(delivery: Delivery, changes: Sequence[str], keys: Sequence[bytes], timestamp: int) -> Message:
    """Return what is sent; `keys` sign it (none: it is unsigned), `timestamp` is POSIX time in whole seconds.

    Raises TypeError where the payload is no JSON value.
    """
    value = delivery.payload.body
    for name in changes:
        if name in _IN_VALUE:
            value = _IN_VALUE[name](value, delivery.job)
    body = orjson.dumps(value)
    signed = _signature(delivery.id, body, changes, keys, timestamp)
    if "altered-body" in changes:
        body = _altered(body)
    if "truncated" in changes:
        body = body[: len(body) // 2]
    return Message("text/plain" if "wrong-content-type" in changes else JSON, signed, body)


def _altered(body: bytes) -> bytes:
    """A JSON object with one more member; what else there may be, with a space."""
    if body.startswith(b"{") and body != b"{}":
        return body[:-1] + b',"x_altered":true}'
    return body + b" "


def _signature(
    id_: str, body: bytes, changes: Sequence[str], keys: Sequence[bytes], timestamp: int
) -> tuple[tuple[str, str], ...]:
    if not keys or "missing-signature" in changes:
        return ()
    if "wrong-signature" in changes:
        keys = [bytes(byte ^ 0xFF for byte in key) for key in keys]
    return signature_headers(keys, id_, timestamp + sum(_TIMESTAMPS.get(name, 0) for name in changes), body)
