"""Webhooks over the control API: listed, waited for, replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.domain.delivery import SETTLE_SECONDS, Attempt, Delivery, Moment, Record, UnderWay
from mockserver.domain.redaction import redact_fingerprints
from mockserver.engine.sandbox import Sandbox, unkeyed
from mockserver.web.control_context import ControlContext, instant
from mockserver.web.problems import Refused, nearest

Tell = Callable[[str], str]
"""A text as it is shown."""


async def listed(context: ControlContext, request: Request) -> Response:
    """Return the webhooks of a sandbox, oldest first, with what was sent and how each attempt ended."""
    webhooks, sandbox = context.engine.webhooks, await context.named(request)
    sandbox.journal.settle()  # so that it knows how a key looks that a client put into an address
    found = shown(webhooks.records(sandbox.digest), partial(_told, sandbox))
    return JSONResponse({"deliveries": found, "under_way": webhooks.under_way(sandbox.digest)})


async def settled(context: ControlContext, sandbox: Sandbox) -> dict[str, object]:
    """Wait until every attempt that is due was made; the ids of the webhooks that fell due since the last move or
    override, and what is still under way when the time is over.
    """
    webhooks = context.engine.webhooks
    made = await webhooks.settled(sandbox.digest, SETTLE_SECONDS)
    left = webhooks.attempts_under_way(sandbox.digest)
    return {"deliveries": made, "still_under_way": [_under_way(one) for one in left]}


async def replayed(context: ControlContext, request: Request) -> Response:
    """Send a recorded webhook once more, now, as its provider sends it; the webhook with all its attempts."""
    webhooks, sandbox = context.engine.webhooks, await context.named(request)
    name: str = request.path_params["delivery"]
    try:
        await webhooks.replay(sandbox.digest, name, SETTLE_SECONDS)
    except KeyError:
        known = list(dict.fromkeys(one.delivery.id for one in webhooks.records(sandbox.digest)))[-50:]
        hint = nearest(name, known) if known else "; there is none yet"
        raise Refused(404, f"no delivery {name[:80]}{hint}") from None
    except ValueError as error:
        raise Refused(409, f"{name} cannot be delivered: {_told(sandbox, str(error))}") from None
    sandbox.journal.settle()
    records = [one for one in webhooks.records(sandbox.digest) if one.delivery.id == name]
    return JSONResponse(shown(records, partial(_told, sandbox))[0])


def _under_way(one: UnderWay) -> dict[str, object]:
    delivery = one.delivery
    return {"delivery": delivery.id, "job": delivery.job, "attempt": one.number, "due_at": instant(one.due)}


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
    headers, body = _headers(attempt.headers, tell), tell(attempt.body.decode("utf-8", "backslashreplace"))
    return {
        "number": attempt.number,
        "due_at": instant(attempt.due),
        "started": _moment(attempt.started),
        "ended": _moment(attempt.ended),
        "status": attempt.status,
        "error": tell(attempt.error) or None,
        "latency_seconds": attempt.ended.monotonic - attempt.started.monotonic,
        "answer_headers": None if attempt.answer is None else _headers(attempt.answer.headers, tell),
        "is_replay": attempt.is_replay,
        "request": {"headers": headers, "body": body},
    }


def _headers(headers: Iterable[tuple[str, str]], tell: Tell) -> list[list[str]]:
    return [[name, tell(value)] for name, value in headers]


def _told(sandbox: Sandbox, text: str) -> str:
    """Return the text as UTF-8 can carry it (a URL that is none may hold half a surrogate pair), and without keys."""
    raw = text.encode("utf-8", "backslashreplace")
    return unkeyed(
        redact_fingerprints(raw, sandbox.journal.other_keys).decode("utf-8", "backslashreplace"), sandbox.digest
    )


def _moment(moment: Moment) -> dict[str, object]:
    return {"at": instant(moment.at), "monotonic": moment.monotonic}
