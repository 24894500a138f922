"""A slash too many at the end of a path: what the router of the path's provider makes of it."""

from __future__ import annotations

from mockserver.provider.call import Call
from mockserver.provider.routes import Found, Routes
from mockserver.provider.table import TrailingSlash
from mockserver.web.journal.redact_request import redact_text
from mockserver.web.wire import Sent


def find(routes: Routes, raw_path: str) -> Found | None:
    """Return the route of a path; where its provider trims slashes, also that of the path without those at its end."""
    found = routes.find(raw_path)
    if found is not None or raw_path[-1:] != "/":
        return found
    found = routes.find(raw_path.rstrip("/"))
    return found if found is not None and _is_router_of(found, TrailingSlash.TRIMMED) else None


def redirected(call: Call, routes: Routes, prefix: str) -> Sent | None:
    """Return the redirection of a call with one slash too many, as Gin answers it: before any handler runs.

    301 for a GET, 307 for any other method, so that the client sends its body again. `prefix` is the path under which
    the client reaches us.
    """
    path = call.raw_path
    if path[-1:] != "/":
        return None
    found = routes.find(path[:-1])
    if found is None or not _is_router_of(found, TrailingSlash.REDIRECTED) or call.method not in found[0].operations:
        return None
    location = prefix + path[:-1] + (f"?{call.query_string}" if call.query_string else "")
    says = redact_text(f"one slash too many at the end of the path; {path[:-1]} is served", call)
    headers = [
        (b"content-length", b"0"),
        (b"location", location.encode("latin-1")),
        (b"x-mock-problem", says.encode("ascii", "backslashreplace")[:1024]),
    ]
    return 301 if call.method == "GET" else 307, headers, b""


def _is_router_of(found: Found, trailing_slash: TrailingSlash) -> bool:
    """Return whether a provider's router does so; files come from a storage host, which has no such rule."""
    route = found[0]
    is_file = any(one.is_public and one.owner is not None for one in route.operations.values())
    return route.provider.trailing_slash is trailing_slash and not is_file
