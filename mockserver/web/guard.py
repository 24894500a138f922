"""Who may use the control API: programs on this machine, not web pages of other origins nor rebound host names."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

LOOPBACK_ORIGIN: Final = r"https?://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?"


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    bare = host.strip("[]").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


def refusal(request: Request, allowed_hosts: frozenset[str]) -> str | None:
    """Why a request to the control API is refused; None when it is not."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if host and not is_loopback(host) and host not in allowed_hosts:
        return f"the Host {host!r} is not this machine; --allow-host {host} admits it"
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return f"the origin {origin!r} is not the control API's own"
    return None
