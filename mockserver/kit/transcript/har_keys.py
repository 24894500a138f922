"""Keys in recorded traffic: where they stand, and how they are taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from mockserver.kit.transcript.model import KEY, SECRET, Attempt, Body, Exchange, Message, Record, Request

HEADERS: Final = frozenset({"authorization", "proxy-authorization", "x-api-key", "api-key"})
"""Headers whose whole value is a key, but for the scheme."""
COOKIES: Final = frozenset({"cookie", "set-cookie"})
"""Headers whose value is a secret, and no key."""
NAMES: Final = frozenset({"key", "api_key", "apikey", "api-key", "token", "access_token"})
"""Members and parameters whose value is a secret."""
SHORTEST: Final = 8
"""A shorter key is no secret, and would be found in words."""
_MEMBER: Final = re.compile(rb'("(?:(?:api[_-]?)?key|(?:access_)?token)"\s*:\s*")((?:[^"\\]|\\.)*)(")', re.IGNORECASE)
_PARAMETER: Final = re.compile(r"((?:^|&)(?:(?:api[_-]?)?key|(?:access_)?token)=)([^&]*)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:(bearer|basic|key|token)\s+)?(.*)", re.IGNORECASE | re.DOTALL)


@dataclass
class Keys:
    """The keys that were seen in the places of keys."""

    known: set[str] = field(default_factory=set)

    def credential(self, request: Request) -> str | None:
        """Note the keys of a request; the digest of the one that it shows. None: it shows none."""
        shown = list(_shown(request))
        self.known.update(one for one in shown if len(one) >= SHORTEST)
        return f"sb_{blake2b(shown[0].encode(), digest_size=6).hexdigest()}" if shown else None

    def taken_out(self, record: Record) -> Record:
        """Return a record in which marks stand in the place of keys."""
        if isinstance(record, Attempt):
            return replace(record, request=replace(record.request, **self._message(record.request)))
        request, answer = record.request, record.answer
        clean = replace(
            request,
            path=self._text(request.path),
            query=_PARAMETER.sub(lambda found: found[1] + _mark(found[2], KEY), self._text(request.query)),
            **self._message(request),
        )
        told: Exchange = replace(
            record,
            request=clean,
            answer=None if answer is None else replace(answer, **self._message(answer)),
        )
        return told

    def _message(self, message: Message) -> dict[str, Any]:
        headers = [(name, self._header(name, value)) for name, value in message.headers]
        return {"headers": headers, "body": self._body(message.body)}

    def _header(self, name: str, value: str) -> str:
        if name in COOKIES:
            return _mark(value, SECRET)
        return _hidden(value) if name in HEADERS else self._text(value)

    def _body(self, body: Body | None) -> Body | None:
        if body is None or body.data is None:
            return body
        data = body.data
        for one in self._spellings():
            data = data.replace(one.encode(), KEY.encode())
        hidden = _MEMBER.sub(
            lambda found: found[1] + _mark(found[2].decode("latin-1"), SECRET).encode() + found[3], data
        )
        return replace(body, data=hidden)

    def _text(self, text: str) -> str:
        for one in self._spellings():
            text = text.replace(one, KEY)
        return text

    def _spellings(self) -> Sequence[str]:
        return sorted({form for one in self.known for form in (one, quote(one, safe=""))}, key=len, reverse=True)


def _mark(value: str, mark: str) -> str:
    """A mark in the place of a value, unless one stands there."""
    return value if value in (KEY, SECRET, "") else mark


def _hidden(value: str) -> str:
    """A credential without its secret; the scheme stays."""
    found = _SCHEME.fullmatch(value)
    scheme, secret = (found[1], found[2]) if found is not None else (None, value)
    return f"{scheme} {_mark(secret, KEY)}" if scheme else _mark(secret, KEY)


def _shown(request: Request) -> list[str]:
    """The keys that stand in the places of keys, headers first; marks are none."""
    found = []
    for name, value in request.headers:
        if name in HEADERS:
            match = _SCHEME.fullmatch(value)
            found.append(match[2] if match is not None else value)
    found += [value for name, value in parse_qsl(request.query) if name.lower() in NAMES]
    if request.body is not None and request.body.data is not None:
        found += _members(request.body.data)
    return [one for one in found if one and one not in (KEY, SECRET)]


def _members(data: bytes) -> list[str]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return []
    if not isinstance(value, dict):
        return []
    return [one for name, one in value.items() if name.lower() in NAMES and isinstance(one, str)]
