"""Reading the members of a control request, one refusal for each way in which they can be wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import orjson
from starlette.requests import Request

from mockserver.provider.table import MEGABYTE
from mockserver.web.problems import Refused, nearest

LARGEST: Final = 1e10


def typed(change: dict[str, Any], name: str, kind: type, expected: str) -> Any:
    """A member of a type."""
    value = change[name]
    if not isinstance(value, kind):
        raise Refused(400, f"{name}: expected {expected}, got {json.dumps(value)[:80]}", member=name)
    return value


def number(change: dict[str, Any], name: str) -> float:
    """A member that is a number of a size that clocks can bear."""
    value = change[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        came = json.dumps(value)[:80]
        raise Refused(400, f"{name}: expected a number from -1e10 to 1e10, got {came}", member=name)
    return float(value)


async def json_object(request: Request, known: set[str], required: Iterable[str] = ()) -> dict[str, Any]:
    """The body as a JSON object with no other members than the known."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MEGABYTE:
            raise Refused(413, f"a body has at most {MEGABYTE} bytes")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "expected a JSON object, got a body that is no JSON") from None
    if not isinstance(value, dict):
        raise Refused(400, f"expected a JSON object, got {json.dumps(value)[:80]}")
    for name in value:
        if name not in known:
            raise Refused(400, f"unknown member {name!r}{nearest(name, sorted(known))}", member=name)
    for name in required:
        if name not in value:
            raise Refused(400, f"expected a member {name!r}", member=name)
    return value
