"""Who may use the control API: programs on this machine, and with a token others; no web page of another origin."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from mockserver.ports import OWN_USER_AGENT
from mockserver.web.problems import Refused

LOOPBACK_ORIGIN: Final = r"https?://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?"
TOKEN_HEADER: Final = "x-mock-token"  # noqa: S105  (the name of a header)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    bare = host.strip("[]").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        address = ip_address(bare)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # how a socket of both families names a peer of the older one
    return (mapped or address).is_loopback


def admit(request: Request, allowed_hosts: frozenset[str], token: str | None) -> None:
    """Let a request to the control API in, or raise Refused.

    A peer on another machine needs the token, and without one set the control API is off for it. A foreign Host name
    (a rebound one, say) and a foreign Origin are refused, but for names that --allow-host admits. So are webhooks and
    requests for pictures that a mock server sends, wherever a client made them go.
    """
    if request.headers.get("user-agent") == OWN_USER_AGENT:
        raise Refused(403, "a webhook or a request for a picture does not use the control API")
    peer = request.client.host if request.client is not None else "127.0.0.1"
    if not is_loopback(peer):
        _check_token(request, token)
    sent = request.headers.get("host", "")
    host = _host(f"//{sent}")
    if sent and not host:
        raise Refused(403, f"the Host {sent[:80]!r} is none")
    if host and not is_loopback(host) and host not in allowed_hosts:
        raise Refused(403, f"the Host {host!r} is not this machine; --allow-host {host} admits it")
    origin = request.headers.get("origin")
    if origin is not None and not (_host(origin) and urlsplit(origin).netloc == sent):
        raise Refused(403, f"the origin {origin[:80]!r} is not the control API's own")


def _host(url: str) -> str:
    """The host name or address in a URL; empty where there is none to read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _check_token(request: Request, token: str | None) -> None:
    if token is None:
        raise Refused(403, "the control API is off for other machines; --control-token TOKEN opens it")
    given = request.headers.get(TOKEN_HEADER, "")
    if not compare_digest(given.encode(), token.encode()):
        raise Refused(401, f"from another machine the control API wants the header {TOKEN_HEADER}")
