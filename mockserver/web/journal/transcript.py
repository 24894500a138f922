"""The journal in the neutral form, contracts/transcript.schema.json: JSON values without keys."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Final

from mockserver.domain.delivery import Moment
from mockserver.domain.journal import Body, Dispatch, Exchange, Headers
from mockserver.domain.problem import Problem, Violation
from mockserver.domain.redaction import Fingerprint, redact_fingerprints
from mockserver.ports import Judge
from mockserver.provider.reading import read_object
from mockserver.web.control_context import instant

Json = dict[str, object]

VERSION: Final = 1


def exchange_to_json(one: Exchange, judge: Judge) -> Json:
    """Return an exchange in the neutral form."""
    request, answer = one.request, one.answer
    return {
        "n": one.n,
        "kind": "exchange",
        "connection": one.connection,
        "arrived": _moment(one.arrived),
        "read": _moment(one.read),
        "first_byte": _moment(one.first) if one.first is not None else None,
        "last_byte": _moment(one.last) if one.last is not None else None,
        "received_bytes": one.received,
        "sent_bytes": one.sent,
        "ending": one.ending.value if one.ending is not None else None,
        "credential": one.credential or None,
        "request": {
            "method": request.method,
            "scheme": request.scheme,
            "http_version": request.version,
            "path": request.path,
            "query": request.query,
            "headers": _headers(request.headers),
            "body": body_to_json(request.body),
        },
        "answer": None
        if answer is None
        else {"status": answer.status, "headers": _headers(answer.headers), "body": body_to_json(answer.body)},
        "provider": one.provider or None,
        "operation": one.operation or None,
        "profile": sorted(one.profile),
        "verdict": verdict(one, judge),
        "problem": one.problem or None,
        "job": one.job or None,
        "nth": one.nth or None,
        "scenario": one.scenario or None,
        "fault": one.fault or None,
    }


def attempt_to_json(one: Dispatch, other_keys: Iterable[Fingerprint]) -> Json:
    """Return an attempt at a webhook in the neutral form.

    A key that a client put into its address or payload is recognised by its fingerprint and redacted.
    """
    delivery, attempt = one.delivery, one.attempt
    body = redact_fingerprints(one.body, other_keys)
    return {
        "n": one.n,
        "kind": "attempt",
        "delivery": delivery.id,
        "attempt": one.number,
        "job": delivery.job,
        "due_at": instant(one.due),
        "started": _moment(one.started),
        "ended": _moment(attempt.ended) if attempt is not None else None,
        "request": {
            "method": "POST",
            "url": _text(delivery.payload.url, other_keys),
            "headers": [[name, _text(value, other_keys)] for name, value in one.headers],
            "body": body_to_json(Body(body, len(one.body))),
        },
        "status": attempt.status if attempt is not None else None,
        "error": _text(attempt.error, other_keys) or None if attempt is not None else None,
    }


def verdict(one: Exchange, judge: Judge) -> Json:
    """Judge the body that was sent by the provider's document, under the profile of that moment."""
    body = one.request.body
    if not one.is_judged or (body is not None and body.is_cut):
        return {"valid": None, "violations": []}
    read = read_object(body.kept if body is not None else b"")
    if isinstance(read, Problem):
        found = read.violations or (Violation((), "json", says=read.text),)
    else:
        found = read.beyond + judge.violations(one.provider, one.operation, one.profile, read.value)
    return {"valid": not found, "violations": [_violation(violation) for violation in found]}


def _violation(one: Violation) -> Json:
    return {
        "path": "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in one.path),
        "rule": one.rule,
        "expected": one.expected,
        "got": one.got,
        "says": one.sentence(),
    }


def body_to_json(body: Body | None) -> Json | None:
    """Return a body as text where it is UTF-8, else in base64; of a file only length and digest."""
    if body is None:
        return None
    member: Json = {"length": body.length}
    if body.digest:
        member["digest"] = body.digest
    if body.is_file:
        return member
    try:
        member["text"] = body.kept.decode("utf-8") if not body.is_cut else _whole(body.kept)
    except UnicodeDecodeError:
        member["base64"] = b64encode(body.kept).decode("ascii")
    if body.is_cut:
        member["cut"] = True
    return member


def _whole(kept: bytes) -> str:
    """Decode a text that may end amid a character, without that character."""
    for end in range(len(kept), len(kept) - 4, -1):
        try:
            return kept[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return kept.decode("utf-8")


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def _moment(moment: Moment) -> Json:
    return {"at": instant(moment.at), "monotonic": round(moment.monotonic, 6)}


def _text(text: str, other_keys: Iterable[Fingerprint]) -> str:
    """Return a text as UTF-8 can carry it, without keys."""
    return redact_fingerprints(text.encode("utf-8", "backslashreplace"), other_keys).decode("utf-8", "backslashreplace")
