"""The slow way to take keys out of a request: every place is looked into, under every spelling."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final, NamedTuple

from mockserver.domain import redaction
from mockserver.domain.journal import LONGEST
from mockserver.engine.sandbox import ANONYMOUS, digest_of
from mockserver.provider.call import Call
from mockserver.web.wire import RawHeaders, Scope

_DIGEST: Final = re.compile(r"sb_[0-9a-f]{12}")
_NOBODYS: Final = digest_of(ANONYMOUS)


class Came(NamedTuple):
    """What is kept of a request: `digest` is that of a body that is not kept whole, `fewer` by how many bytes it is
    shorter than it was, `spellings` are those of its keys.
    """

    head: bytes
    path: bytes
    query: bytes
    body: bytes
    digest: str = ""
    fewer: int = 0
    spellings: tuple[bytes, ...] = ()


def scrubbed(call: Call, scope: Scope) -> Came:
    """The request without its keys. A key that stood where answers may echo it is remembered by its print."""
    raw: RawHeaders = scope["headers"]
    raw_path, raw_query = scope.get("raw_path", b""), scope["query_string"]
    known = _known(call, raw, raw_path, raw_query)
    is_key = known.__contains__
    spellings = tuple(sorted({one for key in known for one in redaction.forms(key)}, key=len, reverse=True))
    head = b"\n".join(
        redaction.replaced(name, spellings)
        + b": "
        + redaction.header_value(name, redaction.unhidden(value, spellings), is_key)
        for name, value in raw
    )
    path = redaction.unhidden(raw_path, spellings)
    query = redaction.query(raw_query, is_key, spellings)
    # Beyond the edge lies at most one key, which would else be halved by it.
    reach = LONGEST + 2 * max(map(len, spellings), default=0)
    part = call.body[:reach]
    body = redaction.fields(redaction.unhidden(part, spellings), is_key)
    came = sum(len(name) + len(value) + 3 for name, value in raw) - 1 + len(raw_path) + len(raw_query) + len(part)
    fewer = came - len(head) - len(path) - len(query) - len(body)
    if body.count(redaction.MARK) > redaction.is_marked(body):
        call.sandbox.journal.stray(redaction.prints(spellings))
    digest = ""
    if len(call.body) > LONGEST:
        digest, body = blake2b(call.body, digest_size=20).hexdigest(), body[:LONGEST]
    return Came(head, path, query, body, digest, fewer, spellings)


def _known(call: Call, headers: RawHeaders, path: bytes, query: bytes) -> set[str]:
    """The keys of a call: its own, the name of its sandbox, and any word elsewhere that is the key of its sandbox."""
    digest = call.sandbox.digest
    found = {call.key} if call.key else set()
    named = call.header("x-mock-sandbox")
    if named and not _DIGEST.fullmatch(named):
        found.add(named)
    places = b" ".join((path, query, *(value for _, value in headers))).decode("latin-1")
    if digest != _NOBODYS:
        words = (*call.params.values(), *call.query.values(), *redaction.tokens(places))
        found.update(word for word in words if digest_of(word) == digest)
    if call.keys.grants is not None:
        found.update(key for key in call.keys.grants if len(key) >= redaction.SHORTEST and key in places)
    return found
