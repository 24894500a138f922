"""The guard of the control API: it admits programs on this machine, others with a token, no page of another origin."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from mockserver.domain.loopback import is_loopback
from mockserver.ports import OWN_USER_AGENT
from mockserver.web.problems import Refused

LOOPBACK_ORIGIN: Final = r"https?://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?"
TOKEN_HEADER: Final = "x-mock-token"  # noqa: S105  (the name of a header)


def is_this_machine(host: str) -> bool:
    """Return whether a host name or address, as a client or a peer has it, is this machine."""
    bare = host.strip("[]").lower()
    return bare.endswith(".localhost") or is_loopback(bare)


def admit(request: Request, allowed_hosts: frozenset[str], token: str | None) -> None:
    """Admit a request to the control API, or raise Refused.

    A peer on another machine needs the token; without a configured token it is always refused. A Host name of another
    machine (a rebound name, for example) and a page of another origin are refused, unless --allow-host admits the name.
    Webhooks and requests for pictures of a mock server are refused too, wherever a client made them go.
    """
    if request.headers.get("user-agent") == OWN_USER_AGENT:
        raise Refused(403, "a webhook or a request for a picture does not use the control API")
    peer = request.client.host if request.client is not None else "127.0.0.1"
    if not is_this_machine(peer):
        _check_token(request, token)
    sent = request.headers.get("host", "")
    host = _host(f"//{sent}")
    if sent and not host:
        raise Refused(403, f"the Host {sent[:80]!r} is none")
    if host and not is_this_machine(host) and host not in allowed_hosts:
        raise Refused(403, f"the Host {host!r} is not this machine; --allow-host {host} admits it")
    origin = request.headers.get("origin")
    if origin is not None and not (_host(origin) and urlsplit(origin).netloc == sent):
        raise Refused(403, f"the origin {origin[:80]!r} is not the control API's own")


def _host(url: str) -> str:
    """Return the host name or address in a URL; empty when there is none."""
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
