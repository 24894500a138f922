"""Webhooks as the control API shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.domain.delivery import Attempt, Delivery, Moment, Record
from mockserver.domain.redaction import redact_fingerprints
from mockserver.engine.sandbox import Sandbox, unkeyed
from mockserver.web.control_context import ControlContext, instant

Tell = Callable[[str], str]
"""A text as it is shown."""


async def listed(context: ControlContext, request: Request) -> Response:
    """Return the webhooks of a sandbox, oldest first, with what was sent and how each attempt ended."""
    webhooks, sandbox = context.engine.webhooks, await context.named(request)
    sandbox.journal.settle()  # so that it knows how a key looks that a client put into an address
    found = shown(webhooks.records(sandbox.digest), partial(_told, sandbox))
    return JSONResponse({"deliveries": found, "under_way": webhooks.under_way(sandbox.digest)})


def shown(records: Iterable[Record], tell: Tell) -> list[dict[str, object]]:
    """Return the deliveries in the order of their first record, each with its attempts, or why there are none."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        delivery = record.delivery
        entry = found.setdefault(delivery.id, _delivery(delivery, tell))
        if isinstance(record, Attempt):
            entry["attempts"].append(_attempt(record, tell))
        else:
            entry["undeliverable"] = tell(record.why)
    return list(found.values())


def _delivery(delivery: Delivery, tell: Tell) -> dict[str, object]:
    url, due = tell(delivery.payload.url), instant(delivery.at)
    return {"id": delivery.id, "job": delivery.job, "due_at": due, "url": url, "undeliverable": None, "attempts": []}


def _attempt(attempt: Attempt, tell: Tell) -> dict[str, object]:
    headers, body = [[name, tell(value)] for name, value in attempt.headers], tell(attempt.body.decode())
    return {
        "number": attempt.number,
        "due_at": instant(attempt.due),
        "started": _moment(attempt.started),
        "ended": _moment(attempt.ended),
        "status": attempt.status,
        "error": tell(attempt.error) or None,
        "request": {"headers": headers, "body": body},
    }


def _told(sandbox: Sandbox, text: str) -> str:
    """Return the text as UTF-8 can carry it (a URL that is none may hold half a surrogate pair), and without keys."""
    raw = text.encode("utf-8", "backslashreplace")
    return unkeyed(
        redact_fingerprints(raw, sandbox.journal.other_keys).decode("utf-8", "backslashreplace"), sandbox.digest
    )


def _moment(moment: Moment) -> dict[str, object]:
    return {"at": instant(moment.at), "monotonic": moment.monotonic}
