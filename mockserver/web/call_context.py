"""The context of a call: its provider by the path, its sandbox by listener, header, key or file, and the origin of
links.

Every call has a sandbox: that of the listener at which it arrived, else that of `X-Mock-Sandbox`, else that of its key,
else that of the job or file that its path names, else `anonymous`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.engine.sandbox import ANONYMOUS, digest_named, digest_of
from mockserver.provider.call import Call
from mockserver.provider.keys import bearer_key
from mockserver.provider.routes import Route
from mockserver.provider.signed_links import WORD, method_problem, other_origin
from mockserver.provider.table import MEGABYTE, Operation, Provider
from mockserver.web.provider_context import ProviderContext
from mockserver.web.proxied import HOSTED
from mockserver.web.wire import Scope

_HOST: Final = re.compile(rb"[A-Za-z0-9._~-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
PREFIX: Final = "/~"
"""The beginning of the path of an opaque link. The first segment carries no other meaning."""
REDIRECTED: Final = f"{PREFIX}redirected/"
"""The beginning of the path to which a fault redirected the client."""


async def place(
    context: ProviderContext, call: Call, scope: Scope, provider: Provider, operation: Operation | None
) -> None:
    """Give the call its provider, its sandbox, and everything that follows from them."""
    call.provider, call.operation = provider, operation
    call.engine, call.judge, call.keys = context.engine, context.judge, context.keys
    call.key = provider.credential(call)
    digest = _named(call, scope) or await _owner(context, call)
    call.sandbox = sandbox = await context.engine.store.load(digest)
    call.profile = sandbox.profiles[provider.name]
    call.now = sandbox.clock.now()
    origins = scope.get(HOSTED)
    if origins is None:
        call.base = context.public_url or _origin(scope["scheme"], call.headers.get(b"host"), scope["server"])
        call.files = sandbox.files_url or (other_origin(call.base) if WORD in call.profile else call.base)
    else:
        call.base, call.files = origins.base, origins.files


async def place_stray(context: ProviderContext, call: Call, scope: Scope) -> None:
    """Give a call that no provider serves its sandbox; a bearer token in its header counts as its key."""
    key = bearer_key(call.headers.get(b"authorization"))
    call.operation, call.keys, call.profile, call.engine = None, context.keys, frozenset(), context.engine
    call.key = key.decode("latin-1") if key else None
    digest = _named(call, scope) or await _owner(context, call)
    call.sandbox = sandbox = await context.engine.store.load(digest)
    call.now = sandbox.clock.now()


def _named(call: Call, scope: Scope) -> str:
    """Return the digest of the sandbox that a call names by listener, header or key; empty where it names none."""
    listener: str | None = scope.get("mockserver.sandbox")
    if listener is not None:
        return listener
    if call.headers.get(b"x-mock-sandbox"):
        return digest_named(call.header("x-mock-sandbox"))
    return digest_of(call.key) if call.key else ""


async def _owner(context: ProviderContext, call: Call) -> str:
    """Return the digest of the sandbox that has the job or file which the path names; else that of `anonymous`."""
    owner = None
    if call.operation is not None and call.operation.owner is not None:
        owner = await context.engine.store.owner_of(call.operation.owner(call))
    return owner or digest_of(ANONYMOUS)


@lru_cache(maxsize=256)
def _origin(scheme: str, host: bytes | None, server: tuple[str, int | None] | None) -> str:
    """Return the origin under which the client reached the server: its Host header, or the socket's address when that
    is no host.
    """
    if host is not None and _HOST.fullmatch(host):
        return f"{scheme}://{host.decode('ascii')}"
    name, port = server or ("127.0.0.1", None)
    return f"{scheme}://{f'[{name}]' if ':' in name else name}" + (f":{port}" if port else "")


def path_of(base: str) -> str:
    """The path of a base URL, without the slash at its end; empty where it is an origin."""
    slash = base.find("/", base.find("://") + 3)
    return "" if slash < 0 else base[slash:].rstrip("/")


def misrouted(call: Call, route: Route, *, is_known: bool) -> Problem | None:
    """Return the problem of a path or method that is served nowhere or only under another profile; else None."""
    operation = call.operation
    if operation is not None and operation.method != call.method:
        if WORD in call.profile:
            return method_problem()
        operation = None
    if not is_known:
        extra = " (mind the slash at the end)" if call.raw_path[-1:] == "/" else ""
        text = f"no such path{extra}; the nearest is {', '.join(route.operations)} {route.path}"
        return Problem(ProblemKind.UNKNOWN_PATH, text, detail={"nearest": route.path})
    if operation is not None and (operation.only is None or operation.only in call.profile):
        return None
    allowed = route.open_methods(call.profile)
    if not allowed:
        only = operation.only if operation is not None else None
        return Problem(
            ProblemKind.UNKNOWN_PATH, f"only served under the profile word {only}", detail={"nearest": route.path}
        )
    text = f"{call.method} is not served at {route.path}; {', '.join(allowed)} is"
    return Problem(ProblemKind.UNKNOWN_METHOD, text, detail={"allow": allowed, "route": route.path})


def body_cap(operation: Operation | None) -> int:
    """Return the most bytes that a body may have."""
    return MEGABYTE if operation is None else operation.body_cap


def oversized(operation: Operation | None) -> Problem:
    """Return the problem of a body that is too long."""
    cap = body_cap(operation)
    return Problem(ProblemKind.OVERSIZED, f"the body is longer than {cap} bytes", detail={"cap": cap})


def unprefixed(raw_path: str) -> str:
    """Return a path without the segment that made its link opaque."""
    return raw_path[raw_path.find("/", 1) :] if raw_path.startswith(PREFIX) and "/" in raw_path[1:] else raw_path
