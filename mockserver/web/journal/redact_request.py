"""Thorough redaction of a request: every place is searched for keys, under every spelling. And of log lines."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NamedTuple, Protocol
from urllib.parse import parse_qsl

from mockserver.domain import redaction
from mockserver.domain.journal import LONGEST
from mockserver.engine.sandbox import ANONYMOUS, Sandbox, digest_of, is_digest
from mockserver.provider.call import Call
from mockserver.provider.keys import KeyRing

_ANONYMOUS: Final = digest_of(ANONYMOUS)


class RedactedRequest(NamedTuple):
    """A request without keys."""

    path: bytes
    query: bytes
    head: bytes
    body: bytes
    digest: str = ""
    """The digest of the whole body where `body` is only its beginning."""
    removed: int = 0
    """By how many bytes the head, path and query are shorter than they were."""
    spellings: tuple[bytes, ...] = ()
    """Every spelling of the keys that were found, longest first."""
    names_sandbox: bool = False
    """Whether a header names the sandbox."""


class Request(Protocol):
    """A request as it came."""

    key: str | None
    keys: KeyRing | None
    path: bytes
    query: bytes
    path_params: tuple[str, ...]
    head: bytes
    body: bytes


def redact_request(raw: Request, sandbox: Sandbox) -> RedactedRequest:
    """Return the request without its keys.

    Of a key that stood where answers may echo it, the journal remembers a fingerprint.
    """
    lines = [line.partition(b": ") for line in raw.head.split(b"\n")]
    named = next((value.decode("latin-1") for name, _, value in lines if name == b"x-mock-sandbox"), "")
    keys = _keys_in(raw, sandbox.digest, named)
    is_key = keys.__contains__
    spellings = tuple(sorted({one for key in keys for one in redaction.spellings_of(key)}, key=len, reverse=True))
    head = b"\n".join(
        redaction.redact_literal(name, spellings)
        + colon
        + redaction.redact_header(name, redaction.redact_encoded(value, spellings), is_key)
        for name, colon, value in lines
    )
    path = redaction.redact_encoded(raw.path, spellings)
    query = redaction.redact_query(raw.query, is_key, spellings)
    # A key may lie across the end of what is kept. It has to be whole to be found.
    reach = LONGEST + 2 * max(map(len, spellings), default=0)
    part = redaction.redact_encoded(raw.body[:reach], spellings)
    body = redaction.redact_form(redaction.redact_members(part, is_key), is_key)
    removed = len(raw.head) + len(raw.path) + len(raw.query) - len(head) - len(path) - len(query)
    if body.count(redaction.MARK) > redaction.is_marked(body):
        sandbox.journal.stray(redaction.fingerprints(spellings))
    digest = ""
    if len(raw.body) > LONGEST:
        digest, body = blake2b(raw.body, digest_size=20).hexdigest(), body[:LONGEST]
    return RedactedRequest(path, query, head, body, digest, removed, spellings, bool(named))


def _keys_in(raw: Request, digest: str, named: str) -> set[str]:
    """Return the keys of a call: its own, its sandbox's name, and every word elsewhere that is the sandbox's key."""
    found = {raw.key} if raw.key else set()
    if named and not is_digest(named):
        found.add(named)
    places = b" ".join((raw.path, raw.query, raw.head)).decode("latin-1")
    if digest != _ANONYMOUS:
        query = (value for _, value in parse_qsl(raw.query.decode("latin-1")))
        words = (*raw.path_params, *query, *redaction.words_of(places))
        found.update(word for word in words if digest_of(word) == digest)
    grants = raw.keys.grants if raw.keys is not None else None
    if grants is not None:
        found.update(key for key in grants if len(key) >= redaction.SHORTEST and key in places)
    return found


def redact_text(text: str, call: Call) -> str:
    """Return a line for the log or a header of ours without the call's key and its sandbox's name."""
    named = call.header("x-mock-sandbox")
    keys = [key for key in (call.key, named) if key and not is_digest(key)]
    for key in keys:
        if spellings := redaction.spellings_of(key):
            raw = text.encode("utf-8", "surrogatepass")
            text = redaction.redact_literal(raw, spellings).decode("utf-8", "surrogatepass")
    return text
