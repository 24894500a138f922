"""A strip of the journal is developed: keys are taken out, and what is kept of it becomes a few strings of bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from mockserver.domain import redaction
from mockserver.domain.job import Job
from mockserver.domain.journal import LONGEST
from mockserver.domain.redaction import MARK, SHORTEST
from mockserver.engine.sandbox import ANONYMOUS, Sandbox, digest_of
from mockserver.web.scrubbing import Came, scrubbed

if TYPE_CHECKING:
    from mockserver.web.recording import Strip

_ODD: Final = re.compile(rb"^(?:x-mock-sandbox|proxy-authorization|x-api-key|api-key|referer|cookie): ", re.MULTILINE)
"""A header that a call seldom has, and where a key may stand."""
_PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"
_HIDDEN: Final = re.compile(rb"\\u00[2-7]")
"""An escape that may hide a character of a plain key."""
_KEY_NAME: Final = re.compile(rb"(?:^|&)(?:api[_-]?key|key|token|access_token)=", re.IGNORECASE)
_BRACE: Final = ord("{")
_NOBODYS: Final = digest_of(ANONYMOUS)


class Film(NamedTuple):
    """What is kept of the texts of an exchange: few objects, because thousands of them are dropped unread.

    `head` and `answer_head` are header lines (`name: value`, joined by line feeds), `path` and `query` as they came;
    `digest` and `answer_digest` those of bodies that are not kept whole. `fewer` is by how many bytes redaction made
    the head, path and query shorter, `answer_fewer` the answer's head.
    """

    path: bytes
    query: bytes
    head: bytes
    body: bytes
    length: int
    digest: str
    fewer: int
    credential: str
    answer_head: bytes
    answer_body: bytes
    answer_length: int
    answer_digest: str
    answer_fewer: int
    job: str
    nth: int
    scenario: str


def developed(strip: Strip) -> Film:
    """The film of a strip, without keys; of one under way without an answer."""
    sandbox = strip.sandbox
    if sandbox is None:
        raise ValueError("a strip is developed once")
    came = _came(strip, sandbox) or scrubbed(strip, sandbox)
    credential = sandbox.digest if strip.key else ""
    if strip.key and (strip.is_owned or came.is_named):
        credential = digest_of(strip.key)
    head, body, digest, fewer = _went(strip, sandbox, came)
    job, nth, scenario = _about(strip, sandbox)
    return Film(
        came.path, came.query, came.head, came.body, len(strip.body), came.digest, came.fewer, credential,
        head, body, strip.length or len(strip.answer_body) if strip.ending else 0, digest, fewer, job, nth, scenario,
    )  # fmt: skip


def _came(strip: Strip, sandbox: Sandbox) -> Came | None:
    """The request without its key: the quick way, where that can only stand as itself; None where it may hide."""
    body, path, query, key = strip.body, strip.path, strip.query, strip.key
    head = strip.head
    if len(body) > LONGEST or _ODD.search(head):
        return None
    at = head.find(b"authorization: ")
    if not key:
        if query or at >= 0 or _may_hold_a_key(body) or _names_a_key(strip.words, sandbox):
            return None
        return Came(path, query, head, body)
    secret = key.encode("utf-8", "surrogatepass")
    if secret.translate(None, _PLAIN) or (body.find(b"\\") >= 0 and _HIDDEN.search(body)):
        return None
    if query and (_KEY_NAME.search(query) or unquote_to_bytes(query).find(secret) >= 0):
        return None
    is_long = len(secret) >= SHORTEST
    if at >= 0:
        head, count = _shown(head, at, secret)
        if not count or (is_long and (head.find(secret) >= 0 or body.find(secret) >= 0)):
            return None
    elif not is_long or body.count(secret) != 1 or head.find(secret) >= 0:
        return None
    else:
        body = body.replace(secret, MARK)
    if (is_long and path.find(secret) >= 0) or (_may_hold_a_key(body) and not redaction.is_marked(body)):
        return None
    fewer = len(secret) - len(MARK) if at >= 0 else 0
    return Came(path, query, head, body, "", fewer, (secret,) if is_long else ())


def _shown(head: bytes, at: int, secret: bytes) -> tuple[bytes, int]:
    """The header lines without the secret that ends the one at `at`; 0: it does not."""
    end = head.find(b"\n", at)
    end = len(head) if end < 0 else end
    if not head.endswith(secret, at, end) or head.find(b"authorization: ", end) >= 0:
        return head, 0
    return head[: end - len(secret)] + MARK + head[end:], 1


def _may_hold_a_key(body: bytes) -> bool:
    """Whether a body has a member for a key, or is no JSON object but a form, perhaps."""
    return bool(body) and (body[0] != _BRACE or redaction.has_field(body))


def _names_a_key(words: Iterable[str], sandbox: Sandbox) -> bool:
    """Whether a parameter of the path is the key of the sandbox."""
    digest = sandbox.digest
    return digest != _NOBODYS and any(len(word) >= SHORTEST and digest_of(word) == digest for word in words)


def _went(strip: Strip, sandbox: Sandbox, came: Came) -> tuple[bytes, bytes, str, int]:
    """The answer without the keys that it echoes: head, body, digest, and by how many bytes the head is shorter."""
    if not strip.status:
        return b"", b"", "", 0
    head, body, digest = strip.answer_head, strip.answer_body, ""
    if len(body) > LONGEST:
        digest = blake2b(body, digest_size=20).hexdigest()
        body = body[: LONGEST + max(map(len, came.spellings), default=0)]  # or the edge would halve a key
    size = len(head)
    for one in came.spellings:
        if body.find(one) >= 0:
            body = body.replace(one, MARK)
        if head.find(one) >= 0:
            head = head.replace(one, MARK)
    other_keys = sandbox.journal.other_keys
    if other_keys:
        head, body = redaction.recognised(head, other_keys), redaction.recognised(body, other_keys)
    return head, body[:LONGEST] if digest else body, digest, size - len(head)


def _about(strip: Strip, sandbox: Sandbox) -> tuple[str, int, str]:
    """Which job it is about, the how-manieth exchange about it this is, and under which scenario."""
    scenario = str(strip.problem.detail.get("scenario") or "") if strip.problem is not None else ""
    found = sandbox.loaded_job(strip.job) if strip.job else _named(strip, sandbox)
    if found is None or not strip.is_over:
        return "", 0, scenario
    given = found.scenario
    if given is not None and not scenario:
        scenario = given.name if given.number is None else f"{given.name}={given.number:g}"
    operation = strip.operation.id if strip.operation is not None else ""
    if found.kind == operation:
        return found.id, 0, scenario
    return found.id, sandbox.journal.counted(strip.n, found.id, operation), scenario


def _named(strip: Strip, sandbox: Sandbox) -> Job | None:
    """The job that a call names in its path or query."""
    if not strip.words and not strip.query:
        return None
    query = (value for _, value in parse_qsl(strip.query.decode("latin-1")))
    return next(filter(None, map(sandbox.loaded_job, (*strip.words, *query))), None)
