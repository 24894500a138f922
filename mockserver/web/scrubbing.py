"""The slow way to take keys out of a request: every place is looked into, under every spelling. And out of the lines
that are logged or told in a header.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final, NamedTuple, Protocol
from urllib.parse import parse_qsl

from mockserver.domain import redaction
from mockserver.domain.journal import LONGEST
from mockserver.engine.sandbox import ANONYMOUS, Sandbox, digest_of
from mockserver.provider.call import Call
from mockserver.provider.keys import KeyRing

_DIGEST: Final = re.compile(r"sb_[0-9a-f]{12}")
_NOBODYS: Final = digest_of(ANONYMOUS)


class Came(NamedTuple):
    """What is kept of a request: `digest` is that of a body that is not kept whole, `fewer` by how many bytes the
    rest is shorter than it was, `spellings` are those of its keys; `is_named` says that a header names its sandbox.
    """

    path: bytes
    query: bytes
    head: bytes
    body: bytes
    digest: str = ""
    fewer: int = 0
    spellings: tuple[bytes, ...] = ()
    is_named: bool = False


class Raw(Protocol):
    """A request as it came."""

    key: str | None
    keys: KeyRing | None
    path: bytes
    query: bytes
    words: tuple[str, ...]
    head: bytes
    body: bytes


def scrubbed(raw: Raw, sandbox: Sandbox) -> Came:
    """The request without its keys. A key that stood where answers may echo it is remembered by its print."""
    lines = [line.partition(b": ") for line in raw.head.split(b"\n")]
    named = next((value.decode("latin-1") for name, _, value in lines if name == b"x-mock-sandbox"), "")
    known = _known(raw, sandbox.digest, named)
    is_key = known.__contains__
    spellings = tuple(sorted({one for key in known for one in redaction.forms(key)}, key=len, reverse=True))
    head = b"\n".join(
        redaction.replaced(name, spellings)
        + colon
        + redaction.header_value(name, redaction.unhidden(value, spellings), is_key)
        for name, colon, value in lines
    )
    path = redaction.unhidden(raw.path, spellings)
    query = redaction.query(raw.query, is_key, spellings)
    # Beyond the edge lies at most one key, which would else be halved by it.
    reach = LONGEST + 2 * max(map(len, spellings), default=0)
    part = raw.body[:reach]
    body = redaction.form(redaction.fields(redaction.unhidden(part, spellings), is_key), is_key)
    fewer = len(raw.head) + len(raw.path) + len(raw.query) - len(head) - len(path) - len(query)
    if body.count(redaction.MARK) > redaction.is_marked(body):
        sandbox.journal.stray(redaction.prints(spellings))
    digest = ""
    if len(raw.body) > LONGEST:
        digest, body = blake2b(raw.body, digest_size=20).hexdigest(), body[:LONGEST]
    return Came(path, query, head, body, digest, fewer, spellings, bool(named))


def _known(raw: Raw, digest: str, named: str) -> set[str]:
    """The keys of a call: its own, the name of its sandbox, and any word elsewhere that is the key of its sandbox."""
    found = {raw.key} if raw.key else set()
    if named and not _DIGEST.fullmatch(named):
        found.add(named)
    places = b" ".join((raw.path, raw.query, raw.head)).decode("latin-1")
    if digest != _NOBODYS:
        query = (value for _, value in parse_qsl(raw.query.decode("latin-1")))
        words = (*raw.words, *query, *redaction.tokens(places))
        found.update(word for word in words if digest_of(word) == digest)
    grants = raw.keys.grants if raw.keys is not None else None
    if grants is not None:
        found.update(key for key in grants if len(key) >= redaction.SHORTEST and key in places)
    return found


def hushed(text: str, call: Call) -> str:
    """A line that is logged, or told in our own words, without the key of its call and the name of its sandbox."""
    named = call.header("x-mock-sandbox")
    keys = [key for key in (call.key, named) if key and not _DIGEST.fullmatch(key)]
    for key in keys:
        if spellings := redaction.forms(key):
            raw = text.encode("utf-8", "surrogatepass")
            text = redaction.replaced(raw, spellings).decode("utf-8", "surrogatepass")
    return text
