"""Signatures of webhooks as Standard Webhooks 1.0 defines them (https://www.standardwebhooks.com): HMAC with SHA-256
over `id.timestamp.body`, told in three headers. A signer with several secrets (rotation) sends one signature for each,
parted by spaces.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from mockserver import MockServerError

PREFIX: Final = "whsec_"
ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
TOLERANCE_SECONDS: Final = 300
"""How far a timestamp may lie from the receiver's clock: the five minutes that the reference libraries allow."""
FEWEST_BYTES: Final = 24
MOST_BYTES: Final = 64
"""The length of a secret, as the specification has it."""


class BadSecret(MockServerError, ValueError):
    """A text that is no secret; it says what is expected and never shows the text."""

    def __init__(self) -> None:
        super().__init__(f"expected {PREFIX} and {FEWEST_BYTES} to {MOST_BYTES} bytes in base64")


class BadSignature(MockServerError, ValueError):
    """A webhook whose signature does not hold; the text says why."""


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`; raise BadSecret."""
    try:
        key = b64decode(secret.removeprefix(PREFIX).encode("ascii"), validate=True)
    except (NotBase64, UnicodeEncodeError):
        raise BadSecret from None
    if not secret.startswith(PREFIX) or not FEWEST_BYTES <= len(key) <= MOST_BYTES:
        raise BadSecret
    return key


def signature(key: bytes, id_: str, timestamp: int, body: bytes) -> str:
    """Return one signature with its version: `v1,` and base64."""
    signed = b".".join((id_.encode(), str(timestamp).encode(), body))
    return "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode("ascii")


def signature_headers(keys: Iterable[bytes], id_: str, timestamp: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """Return the three headers of a signed webhook; `timestamp` is POSIX time in seconds."""
    signatures = " ".join(signature(key, id_, timestamp, body) for key in keys)
    return (ID, id_), (TIMESTAMP, str(timestamp)), (SIGNATURE, signatures)


def verify(key: bytes, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Return when one of the signatures holds under this key; raise BadSignature.

    `headers` has lower-case names, `now` is the receiver's POSIX time in seconds.
    """
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not headers.get(name)]
    if missing:
        raise BadSignature(f"the header {missing[0]} is missing")
    try:
        timestamp = int(headers[TIMESTAMP])
    except ValueError:
        raise BadSignature(f"{TIMESTAMP} is no whole number") from None
    expected = signature(key, headers[ID], timestamp, body)
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in headers[SIGNATURE].split(" ")):
        raise BadSignature("no signature fits this secret and body")
    if abs(now - timestamp) > TOLERANCE_SECONDS:
        which = "old" if timestamp < now else "far in the future"
        raise BadSignature(f"the timestamp is {abs(now - timestamp):.0f} s {which}; {TOLERANCE_SECONDS} s are allowed")
