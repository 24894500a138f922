"""Redaction of a record: keys are taken out, and what is kept becomes a few strings of bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from mockserver.domain import redaction
from mockserver.domain.job import AnyJob
from mockserver.domain.journal import LONGEST
from mockserver.domain.redaction import MARK, SHORTEST
from mockserver.engine.sandbox import ANONYMOUS, Sandbox, digest_of
from mockserver.web.journal.pending import PendingRecord
from mockserver.web.journal.record import RedactedRecord
from mockserver.web.journal.redact_request import RedactedRequest, redact_request

_RARE_HEADER: Final = re.compile(
    rb"^(?:x-mock-sandbox|proxy-authorization|x-api-key|api-key|referer|cookie): ", re.MULTILINE
)
"""A header that few calls have, and where a key may stand."""
_PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"
_ESCAPED_PLAIN: Final = re.compile(rb"\\u00[2-7]")
"""An escape that may stand for a character of a plain key."""
_KEY_PARAMETER: Final = re.compile(rb"(?:^|&)(?:api[_-]?key|key|token|access_token)=", re.IGNORECASE)
_BRACE: Final = ord("{")
_ANONYMOUS: Final = digest_of(ANONYMOUS)


def redact(pending: PendingRecord) -> RedactedRecord:
    """Return the texts of a record without keys; of one under way without an answer."""
    sandbox = pending.sandbox
    if sandbox is None:
        raise ValueError("a record is redacted once")
    request = _quick_request(pending, sandbox) or redact_request(pending, sandbox)
    credential = sandbox.digest if pending.key else ""
    if pending.key and (pending.is_owned or request.names_sandbox):
        credential = digest_of(pending.key)
    head, body, digest, removed = _redact_answer(pending, sandbox, request)
    job, nth, scenario = _job_and_scenario(pending, sandbox)
    length = pending.length or len(pending.answer_body) if pending.ending else 0
    return RedactedRecord(
        request.path, request.query, request.head, request.body, len(pending.body), request.digest, request.removed,
        credential, head, body, length, digest, removed, job, nth, scenario,
    )  # fmt: skip


def job_of(pending: PendingRecord) -> str:
    """Return the id of the job that a record which has ended is about; empty where it is about none."""
    if pending.redacted is not None:
        return pending.redacted.job
    found = _find_job(pending, pending.sandbox) if pending.sandbox is not None else None
    return found.id if found is not None else ""


def _quick_request(pending: PendingRecord, sandbox: Sandbox) -> RedactedRequest | None:
    """Redact a request in which the key can only stand as itself; None where it may be encoded."""
    body, path, query, key = pending.body, pending.path, pending.query, pending.key
    head = pending.head
    if len(body) > LONGEST or _RARE_HEADER.search(head):
        return None
    at = head.find(b"authorization: ")
    if not key:
        if query or at >= 0 or _may_hold_a_key(body) or _names_own_key(pending.path_params, sandbox):
            return None
        return RedactedRequest(path, query, head, body)
    secret = key.encode("utf-8", "surrogatepass")
    if secret.translate(None, _PLAIN) or (body.find(b"\\") >= 0 and _ESCAPED_PLAIN.search(body)):
        return None
    if query and (_KEY_PARAMETER.search(query) or unquote_to_bytes(query).find(secret) >= 0):
        return None
    is_long = len(secret) >= SHORTEST
    if at >= 0:
        head, count = _redact_authorization(head, at, secret)
        if not count or (is_long and (head.find(secret) >= 0 or body.find(secret) >= 0)):
            return None
    elif not is_long or body.count(secret) != 1 or head.find(secret) >= 0:
        return None
    else:
        body = body.replace(secret, MARK)
    if (is_long and path.find(secret) >= 0) or (_may_hold_a_key(body) and not redaction.is_marked(body)):
        return None
    removed = len(secret) - len(MARK) if at >= 0 else 0
    return RedactedRequest(path, query, head, body, "", removed, (secret,) if is_long else ())


def _redact_authorization(head: bytes, at: int, secret: bytes) -> tuple[bytes, int]:
    """Return the header lines without the secret that ends the line at `at`, and 1; or unchanged, and 0."""
    end = head.find(b"\n", at)
    end = len(head) if end < 0 else end
    if not head.endswith(secret, at, end) or head.find(b"authorization: ", end) >= 0:
        return head, 0
    return head[: end - len(secret)] + MARK + head[end:], 1


def _may_hold_a_key(body: bytes) -> bool:
    """Return whether a body has a member for a key, or is no JSON object but perhaps a form."""
    return bool(body) and (body[0] != _BRACE or redaction.has_key_member(body))


def _names_own_key(words: Iterable[str], sandbox: Sandbox) -> bool:
    """Return whether a parameter of the path is the key of the sandbox."""
    digest = sandbox.digest
    return digest != _ANONYMOUS and any(len(word) >= SHORTEST and digest_of(word) == digest for word in words)


def _redact_answer(pending: PendingRecord, sandbox: Sandbox, request: RedactedRequest) -> tuple[bytes, bytes, str, int]:
    """Return the answer without the keys that it echoes: head, body, digest, and the bytes removed from the head."""
    if not pending.status:
        return b"", b"", "", 0
    head, body, digest = pending.answer_head, pending.answer_body, ""
    if len(body) > LONGEST:
        digest = blake2b(body, digest_size=20).hexdigest()
        body = body[: LONGEST + max(map(len, request.spellings), default=0)]  # a key across the end is found whole
    size = len(head)
    for one in request.spellings:
        if body.find(one) >= 0:
            body = body.replace(one, MARK)
        if head.find(one) >= 0:
            head = head.replace(one, MARK)
    other_keys = sandbox.journal.other_keys
    if other_keys:
        head, body = redaction.redact_fingerprints(head, other_keys), redaction.redact_fingerprints(body, other_keys)
    return head, body[:LONGEST] if digest else body, digest, size - len(head)


def _job_and_scenario(pending: PendingRecord, sandbox: Sandbox) -> tuple[str, int, str]:
    """Return the job's id, the exchange's number among those of its operation about the job, and the scenario."""
    scenario = str(pending.problem.detail.get("scenario") or "") if pending.problem is not None else ""
    found = _find_job(pending, sandbox)
    if found is None or not pending.is_over:
        return "", 0, scenario
    given = found.scenario
    if given is not None and not scenario:
        scenario = given.name if given.number is None else f"{given.name}={given.number:g}"
    operation = pending.operation.id if pending.operation is not None else ""
    if found.kind == operation:
        return found.id, 0, scenario
    return found.id, sandbox.journal.counted(pending.n, found.id, operation), scenario


def _find_job(pending: PendingRecord, sandbox: Sandbox) -> AnyJob | None:
    """Return the job that the answer is about, else one that the call names in its path or query."""
    if pending.job:
        return sandbox.loaded_job(pending.job)
    if not pending.path_params and not pending.query:
        return None
    query = (value for _, value in parse_qsl(pending.query.decode("latin-1")))
    return next(filter(None, map(sandbox.loaded_job, (*pending.path_params, *query))), None)
