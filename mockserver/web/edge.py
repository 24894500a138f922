"""The edge: a request becomes a call, the call is answered by its provider's table, the answer becomes bytes.

Nothing is decided here but whose the call is. Every call has a sandbox: that of the listener at which it arrived, else
that of `X-Mock-Sandbox`, else of its key, else of the job or file that its path names, else `anonymous`.
"""

from __future__ import annotations

import logging
import re
from asyncio import CancelledError
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import unquote

from starlette.middleware.cors import CORSMiddleware

from mockserver.domain.clip import BadImage, ClipError, ClipUnavailable
from mockserver.domain.problem import Kind, Problem
from mockserver.engine import Engine
from mockserver.engine.sandbox import ANONYMOUS, Sandbox, digest_of
from mockserver.ports import Clips, Judge, Pictures, Time
from mockserver.provider.call import Answer, Call, ClipBody, Hold, Look, Reply
from mockserver.provider.endpoints import respond
from mockserver.provider.keys import KeyRing
from mockserver.provider.routes import Route, Routes
from mockserver.provider.table import MEGABYTE, Operation, Provider
from mockserver.web.guard import LOOPBACK_ORIGIN
from mockserver.web.hold import held
from mockserver.web.media import send_clip
from mockserver.web.wire import (
    App,
    Disconnected,
    RawHeaders,
    Receive,
    Scope,
    Send,
    json_bytes,
    read_body,
    send_bytes,
)

_HOST: Final = re.compile(rb"[A-Za-z0-9._~-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_DIGEST: Final = re.compile(r"sb_[0-9a-f]{12}")

log = logging.getLogger("mockserver")


@dataclass(frozen=True, slots=True)
class House:
    """What the edge needs of the rest of the server."""

    engine: Engine
    routes: Routes
    judge: Judge
    keys: KeyRing
    clips: Clips
    pictures: Pictures
    time: Time
    public_url: str | None = None


class Edge:
    """All providers, as a middleware: what is not ours goes on to `app`.

    A middleware, because routing a request through Starlette's own table costs a quarter of answering it. A call with
    an Origin passes through Starlette's CORS rules first; all others have no need of them.
    """

    def __init__(self, app: App, house: House, origins: Sequence[str] = ()) -> None:
        self.app, self.house = app, house
        self._with_origin = CORSMiddleware(
            self._serve,
            allow_origins=origins,
            allow_origin_regex=LOOPBACK_ORIGIN,
            allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=["*"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http" or scope["path"].startswith("/_mock"):
            await self.app(scope, receive, send)
        elif any(name == b"origin" for name, _ in scope["headers"]):
            await self._with_origin(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw_path: str = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        method: str = scope["method"]
        found = self.house.routes.find(raw_path)
        headers = dict(scope["headers"])
        path = unquote(raw_path) if "%" in raw_path else raw_path
        call = Call(method, path, scope["query_string"].decode("latin-1"), headers, b"")
        served = "GET" if method == "HEAD" else method
        route: Route | None = None
        operation: Operation | None = None
        if found is not None:
            route, call.params = found
            operation = route.operations.get(served)
        else:
            route = self.house.routes.nearest(raw_path)
            if route is None:
                await _nowhere(send, call)
                return
        try:
            body = await read_body(receive, operation.body_cap if operation else MEGABYTE)
        except Disconnected:
            return
        call.body = body or b""
        self._place(call, scope, route.provider, operation)
        problem = _misrouted(call, route, found is not None, operation)
        if body is None:
            problem = problem or _oversized(operation)
        await self._answer(call, operation, problem, send)

    def _place(self, call: Call, scope: Scope, provider: Provider, operation: Operation | None) -> None:
        """Give the call its provider, its sandbox and what hangs on them."""
        house = self.house
        call.provider, call.operation = provider, operation
        call.engine, call.judge, call.keys = house.engine, house.judge, house.keys
        call.key = provider.credential(call)
        call.sandbox = sandbox = self._sandbox(call, scope)
        call.profile = sandbox.profiles[provider.name]
        call.now = sandbox.clock.now()
        call.base = call.files = house.public_url or _origin(scope, call)

    def _sandbox(self, call: Call, scope: Scope) -> Sandbox:
        sandboxes = self.house.engine.sandboxes
        listener = scope.get("mockserver.sandbox")
        if listener is not None:
            return sandboxes.open(cast("str", listener))
        if b"x-mock-sandbox" in call.headers:
            named = call.header("x-mock-sandbox")
            return sandboxes.open(named if _DIGEST.fullmatch(named) else digest_of(named))
        if call.key:
            return sandboxes.open(digest_of(call.key))
        if call.operation is not None and call.operation.owner is not None:
            owner = sandboxes.owner_of(call.operation.owner(call))
            if owner is not None:
                return owner
        return sandboxes.open(digest_of(ANONYMOUS))

    async def _answer(self, call: Call, operation: Operation | None, problem: Problem | None, send: Send) -> None:
        try:
            result: Reply = problem or respond(call, cast("Operation", operation))
            while not isinstance(result, Answer | Problem):
                result = await (held(result, call) if isinstance(result, Hold) else self._looked(result, call))
            answer = result if isinstance(result, Answer) else call.provider.refuse(result, call)
            if isinstance(answer.body, ClipBody):
                refused = await self._clip(call, answer, send)
                if refused is None:
                    return
                answer = refused
        except CancelledError:
            raise
        except Exception as error:
            log.exception("%s %s crashed", call.method, call.path)
            crash = Problem(Kind.CRASHED, f"{type(error).__name__} inside the mock server; its log has the traceback")
            answer = call.provider.refuse(crash, call)
        await self._write(call, answer, send)

    async def _looked(self, look: Look, call: Call) -> Reply:
        """Take in the picture that an answer needs."""
        try:
            digest: str | Problem = await self.house.pictures.take(look.source)
        except BadImage as error:
            digest = Problem(Kind.REFUSED, str(error), detail={"image": str(error)})
        return look.then(call, digest)

    async def _clip(self, call: Call, answer: Answer, send: Send) -> Answer | None:
        """Send a clip; an answer when there is none to send."""
        body = cast("ClipBody", answer.body)
        clip = self.house.clips.cached(body.spec)
        try:
            clip = clip or await self.house.clips.get(body.spec)
        except ClipError as error:
            kind = Kind.UNAVAILABLE if isinstance(error, ClipUnavailable) else Kind.CRASHED
            return call.provider.refuse(Problem(kind, str(error)), call)
        if call.provider.dress is not None:
            call.provider.dress(answer, call)
        extra = answer.headers
        if body.filename:
            extra.append(
                (b"content-disposition", f'attachment; filename="{body.filename}"'.encode("latin-1", "replace"))
            )
        if clip.note:
            log.info("%s %s clip: %s", call.method, call.path, clip.note)
        await send_clip(send, clip, call.method, call.headers, extra)
        return None

    async def _write(self, call: Call, answer: Answer, send: Send) -> None:
        provider = call.provider
        if provider.dress is not None:
            provider.dress(answer, call)
        body = answer.body
        if not isinstance(body, bytes):
            body = provider.encode(body, call) if provider.encode is not None else json_bytes(body)
        headers: RawHeaders = [(b"content-length", b"%d" % len(body))]
        if body:
            headers.append((b"content-type", answer.content_type.encode("latin-1")))
        headers += answer.headers
        problem = answer.problem
        if problem is not None:
            told = problem.header()
            headers.append((b"x-mock-problem", told.encode("ascii")))
            log.info("%s %s %d %s: %s", call.method, call.path, answer.status, call.sandbox.digest, told)
        await send_bytes(send, answer.status, headers, b"" if call.method == "HEAD" else body)


def _misrouted(call: Call, route: Route, is_known: bool, operation: Operation | None) -> Problem | None:
    """The problem of a path or method that nobody serves (or that only another profile serves)."""
    if not is_known:
        methods = ", ".join(route.operations)
        text = f"no such path; the nearest is {methods} {route.path}"
        return Problem(Kind.UNKNOWN_PATH, text, detail={"nearest": route.path})
    if operation is not None and (operation.only is None or operation.only in call.profile):
        return None
    allowed = route.open_methods(call.profile)
    if not allowed:
        only = operation.only if operation is not None else None
        return Problem(Kind.UNKNOWN_PATH, f"only served under the profile word {only}", detail={"nearest": route.path})
    text = f"{call.method} is not served at {route.path}; {', '.join(allowed)} is"
    return Problem(Kind.UNKNOWN_METHOD, text, detail={"allow": allowed, "route": route.path})


def _oversized(operation: Operation | None) -> Problem:
    cap = operation.body_cap if operation else MEGABYTE
    return Problem(Kind.OVERSIZED, f"the body is longer than {cap} bytes", detail={"cap": cap})


def _origin(scope: Scope, call: Call) -> str:
    """The origin under which the client reached us: its Host header, or the socket's address where that is none."""
    host = call.headers.get(b"host", b"")
    if _HOST.fullmatch(host):
        return f"{scope['scheme']}://{host.decode('ascii')}"
    server = scope.get("server") or ("127.0.0.1", None)
    return f"{scope['scheme']}://{server[0]}" + (f":{server[1]}" if server[1] else "")


async def _nowhere(send: Send, call: Call) -> None:
    """A path that shares nothing with any provider's is ours: problem+json."""
    body = json_bytes({
        "type": "about:blank", "title": "Not Found", "status": 404,
        "detail": f"No provider has a path that begins like {call.path[:200]}; `mockserver routes` lists them all.",
    })  # fmt: skip
    headers: RawHeaders = [
        (b"content-length", b"%d" % len(body)), (b"content-type", b"application/problem+json"),
        (b"x-mock-problem", b"no provider has a path that begins like this; see `mockserver routes`"),
    ]  # fmt: skip
    await send_bytes(send, 404, headers, b"" if call.method == "HEAD" else body)
