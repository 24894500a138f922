"""Reads the body of a control request; `mockserver.provider.members` reads its members."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from starlette.requests import Request

from mockserver.provider.table import MEGABYTE
from mockserver.web.problems import Refused, nearest

_KINDS: Final = {str: "a string", list: "a list", dict: "an object", type(None): "null", bool: "a boolean"}


def kind_of(value: object) -> str:
    """Return the type of a JSON value for a refusal, which must not show the value: it may be a key."""
    return _KINDS.get(type(value), "a number")


async def json_object(request: Request, known: set[str], required: Iterable[str] = ()) -> dict[str, Any]:
    """Return the body as a JSON object; raises Refused for another value, an unknown member or a missing one."""
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
        raise Refused(400, f"expected a JSON object, got {kind_of(value)}")
    for name in value:
        if name not in known:
            raise Refused(400, f"unknown member {name!r}{nearest(name, sorted(known))}", member=name)
    for name in required:
        if name not in value:
            raise Refused(400, f"expected a member {name!r}", member=name)
    return value
