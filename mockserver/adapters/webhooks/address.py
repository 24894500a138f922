"""Where a webhook may go: a URL becomes an address, or the reason why it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from mockserver import MockServerError
from mockserver.domain.loopback import is_loopback

Allowed = frozenset[str] | Literal["any"]
"""Hosts beside loopback, in lower case."""

Target = tuple[str, str, int]
"""Scheme, host and port: what one worker serves."""

_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[0-9a-z._~-]+|[0-9a-f:.]+(%[0-9a-z._~-]+)?")
_SAFE: Final = "/%:@!$&'()*+,;=~?[]"


class NoAddress(MockServerError, ValueError):
    """A URL that is none, or leads where webhooks may not go; the text says which. `rule` says the same without the
    URL, which may hold a client's secrets: for the log.
    """

    def __init__(self, rule: str, got: str = "") -> None:
        super().__init__(f"{rule}, got {got}" if got else rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect, and what to ask for there. `authority` is the Host header, `path` the request's target."""

    target: Target
    authority: str
    path: str
    is_loopback: bool


@lru_cache(maxsize=1024)
def address_of(url: str, allow: Allowed = frozenset()) -> Address:
    """The address of a URL, by its own words: no name is looked up. Raises NoAddress."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
        path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    except ValueError as error:
        raise NoAddress("expected a URL", f"{ascii(url)[:200]} ({error})"[:280]) from None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        raise NoAddress("expected an http or https URL", ascii(url)[:200])
    if "@" in parts.netloc:
        raise NoAddress("a URL with a user name is not called")
    loopback = is_loopback(host)
    if not loopback and allow != "any" and host not in allow:
        raise NoAddress(f"webhooks go to loopback only (127.0.0.0/8, ::1, localhost), not to {host}")
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port is None else f"{shown}:{port}"
    return Address((parts.scheme, host, _PORTS[parts.scheme] if port is None else port), authority, path, loopback)
