"""Webhooks as the control API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.domain.delivery import Attempt, Delivery, Moment, Record
from mockserver.web.desk import Desk, instant


async def listed(desk: Desk, request: Request) -> Response:
    """The webhooks of a sandbox, oldest first, with what was sent and how each attempt ended."""
    courier, digest = desk.engine.courier, desk.named(request).digest
    return JSONResponse({"deliveries": shown(courier.records(digest)), "under_way": courier.under_way(digest)})


def shown(records: Iterable[Record]) -> list[dict[str, object]]:
    """The deliveries in the order of their first record, each with its attempts, or why there are none."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        delivery = record.delivery
        entry = found.setdefault(delivery.id, _delivery(delivery))
        if isinstance(record, Attempt):
            entry["attempts"].append(_attempt(record))
        else:
            entry["undeliverable"] = _told(record.why)
    return list(found.values())


def _delivery(delivery: Delivery) -> dict[str, object]:
    url, due = _told(delivery.letter.url), instant(delivery.at)
    return {"id": delivery.id, "job": delivery.job, "due_at": due, "url": url, "undeliverable": None, "attempts": []}


def _attempt(attempt: Attempt) -> dict[str, object]:
    return {
        "number": attempt.number,
        "due_at": instant(attempt.due),
        "started": _moment(attempt.started),
        "ended": _moment(attempt.ended),
        "status": attempt.status,
        "error": attempt.error or None,
        "request": {"headers": [list(pair) for pair in attempt.headers], "body": attempt.body.decode()},
    }


def _told(text: str) -> str:
    """The text as UTF-8 can carry it: a URL that is none may hold half a surrogate pair."""
    return text.encode("utf-8", "backslashreplace").decode()


def _moment(moment: Moment) -> dict[str, object]:
    return {"at": instant(moment.at), "monotonic": moment.monotonic}
