"""The edge: a request becomes a call, the provider's table answers the call, and the answer becomes bytes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import unquote

import orjson
from starlette.middleware.cors import CORSMiddleware

from mockserver import MockServerError
from mockserver.domain.clip import ClipError, ClipUnavailable
from mockserver.domain.journal import Ending
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.scenario import UnknownScenario
from mockserver.ports import Clip
from mockserver.provider.call import Answer, Call, ClipBody
from mockserver.provider.routes import Route
from mockserver.provider.scenario_selection import HEADER, MARK, chosen
from mockserver.provider.signed_links import is_signed
from mockserver.provider.table import Operation
from mockserver.web.answering import answered, fault_of, refused
from mockserver.web.call_context import (
    PREFIX,
    REDIRECTED,
    body_cap,
    misrouted,
    oversized,
    path_of,
    place,
    place_stray,
    unprefixed,
)
from mockserver.web.content_encoding import unpack
from mockserver.web.faults import OUTLET, Outlet, is_closed, send_with
from mockserver.web.guard import LOOPBACK_ORIGIN
from mockserver.web.journal.pending import send_recorded
from mockserver.web.journal.redact_request import redact_text
from mockserver.web.media import clip_answer
from mockserver.web.provider_context import ProviderContext
from mockserver.web.proxied import HOSTED
from mockserver.web.request_path import find, redirected
from mockserver.web.wire import App, RawHeaders, Receive, Scope, Send, Sent

log = logging.getLogger("mockserver")


class Edge:
    """All providers as an ASGI middleware. Requests for other paths go on to `app`.

    A middleware, because routing a request through Starlette's own table costs a quarter of answering it. A call with
    an Origin passes through Starlette's CORS rules first; all others do not need them.
    """

    def __init__(self, app: App, context: ProviderContext, origins: Sequence[str] = ()) -> None:
        self.app, self.context = app, context
        self._with_origin = CORSMiddleware(
            self._serve,
            allow_origins=origins,
            allow_origin_regex=LOOPBACK_ORIGIN,
            allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=["*"],
            allow_private_network=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        path: str = scope.get("path", "")  # a lifespan has none
        if scope["type"] != "http" or (path.startswith("/_mock") and path[6:7] in ("", "/") and HOSTED not in scope):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"origin" in headers:
            scope[OUTLET] = outlet = Outlet(send)
            await self._with_origin(scope, receive, outlet)
        else:
            await self._serve(scope, receive, send, headers)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes] | None = None
    ) -> None:
        recorder, origins = self.context.recorder, scope.get(HOSTED)
        routes = self.context.routes if origins is None else origins.routes
        arrived = recorder.time.monotonic()
        call = called(scope, dict(scope["headers"]) if headers is None else headers)
        found = find(routes, call.raw_path)
        route = found[0] if found is not None else routes.nearest(call.raw_path)
        if route is None and origins is not None:  # the host says whose it is, whatever the path
            route = routes.all[0]
        if route is None:
            await self._turn_away(call, scope, send, arrived)
            return
        operation = operation_of(call, found)
        try:
            body = await read_body(receive, body_cap(operation))
        except Disconnected:
            await place(self.context, call, scope, route.provider, operation)
            record = recorder.begin(call, route.provider.name, scope, arrived)
            if record is not None:
                record.end(0, [], b"", Ending.LEFT)
            return
        call.body = body or b""
        if call.is_head and operation is not None:
            call.method = "GET"
        record, problem = None, None
        try:
            if b"content-encoding" in call.headers:
                problem = unpack(call, route.provider, body_cap(operation))
            await place(self.context, call, scope, route.provider, operation)
            record = recorder.begin(call, route.provider.name, scope, arrived)
            problem = misrouted(call, route, is_known=found is not None) or problem
            if body is None and problem is None:
                problem = oversized(operation)
            sent = redirected(call, routes, path_of(call.base)) if found is None else None
            if sent is None:
                sent = await self._answer(call, problem)
        except Exception as error:  # one that the provider has no words for: it is in its own words or before them
            log.exception("%s %s crashed", call.method, redact_text(call.raw_path, call))
            sent = own(call, 500, fault_of(error))
        if headers is None and is_closed(call):
            send = scope[OUTLET].send
        if call.fault is None:
            await send_recorded(send, record, sent)
        else:
            await send_with(call.fault, call, scope, receive, send, record, sent)

    async def _turn_away(self, call: Call, scope: Scope, send: Send, arrived: float) -> None:
        """Answer a call that no provider serves."""
        await place_stray(self.context, call, scope)
        sent = own(call, 404, f"No provider has a path that begins like {call.path[:200]}")
        await send_recorded(send, self.context.recorder.begin(call, "", scope, arrived), sent)

    async def _answer(self, call: Call, problem: Problem | None) -> Sent:
        """Return the bytes that answer a placed call; `problem` is what is already wrong with it."""
        if HEADER in call.headers or MARK in call.body:
            try:
                call.scenario = chosen(call, self.context.scenarios)
            except UnknownScenario as unknown:
                return own(call, 400, str(unknown))
        call.answer = answer = await answered(self.context, call, problem)
        body = answer.body
        if not isinstance(body, ClipBody):
            return written(call, answer)
        clip = await self._clip(call, body)
        if not isinstance(clip, Problem):
            return clip_written(call, answer, body, clip)
        call.answer = answer = await refused(call, clip)
        return written(call, answer)

    async def _clip(self, call: Call, body: ClipBody) -> Clip | Problem:
        """Return the clip that an answer names, or the problem where there is none."""
        clip = self.context.clips.cached(body.spec)
        if clip is not None:
            return clip
        try:
            return await self.context.clips.get(body.spec)
        except ClipError as error:
            kind = ProblemKind.UNAVAILABLE if isinstance(error, ClipUnavailable) else ProblemKind.CRASHED
            return Problem(kind, str(error))
        except Exception as error:
            log.exception("%s %s crashed", call.method, redact_text(call.raw_path, call))
            return Problem(ProblemKind.CRASHED, fault_of(error))


class Disconnected(MockServerError):
    """The client went away before its request was complete."""


async def read_body(receive: Receive, cap: int) -> bytes | None:
    """The request's body; None when it is longer than `cap` bytes."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body"):
        return body if len(body) <= cap else None
    if message["type"] == "http.disconnect":
        raise Disconnected
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > cap:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def operation_of(call: Call, found: tuple[Route, dict[str, str]] | None) -> Operation | None:
    """Give a call the parameters of its route; return the operation of the route that takes its method."""
    if found is None:
        return None
    route, call.params = found
    operation = route.operations.get("GET" if call.is_head else call.method)
    if operation is None and is_signed(call):  # with another method: the file says whose it is all the same
        return route.operations.get("GET")
    return operation


def called(scope: Scope, headers: dict[bytes, bytes]) -> Call:
    """Return a request as a call that is not placed yet, without its body."""
    raw_path: str = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    is_redirected = False
    if raw_path.startswith(PREFIX):
        is_redirected = raw_path.startswith(REDIRECTED)
        raw_path = unprefixed(raw_path.removeprefix(REDIRECTED[:-1]))
    path = unquote(raw_path) if "%" in raw_path else raw_path
    call = Call(scope["method"], path, scope["query_string"].decode("latin-1"), headers, b"")
    call.is_redirected = is_redirected
    call.raw_path = raw_path
    return call


def clip_written(call: Call, answer: Answer, body: ClipBody, clip: Clip) -> Sent:
    """Return the bytes of an answer whose body is a clip, or of the range that was asked for."""
    if body.filename:
        disposition = f'attachment; filename="{body.filename}"'.encode("latin-1", "replace")
        answer.headers.append((b"content-disposition", disposition))
    if clip.note:
        log.info("%s %s clip: %s", call.method, redact_text(call.raw_path, call), clip.note)
    return clip_answer(clip, call.headers, answer.headers, body.change, is_head=call.is_head)


def written(call: Call, answer: Answer) -> Sent:
    """Return the bytes of an answer."""
    provider = call.provider
    body = answer.body
    if not isinstance(body, bytes):
        body = provider.encode(body, call) if provider.encode is not None else orjson.dumps(body)
    # A 304 must not state the length of a body that it does not have.
    headers: RawHeaders = [] if answer.status == 304 else [(b"content-length", b"%d" % len(body))]
    if body:
        headers.append((b"content-type", answer.content_type.encode("latin-1")))
    headers += answer.headers
    problem = answer.problem
    if problem is not None:
        header = redact_text(problem.header(), call)
        headers.append((b"x-mock-problem", header.encode("ascii")))
        path = redact_text(call.raw_path, call)
        log.info("%s %s %d %s: %s", call.method, path, answer.status, call.sandbox.digest, header)
    return answer.status, headers, b"" if call.is_head else body


def own(call: Call, status: int, detail: str) -> Sent:
    """Return a refusal of the server itself, in no provider's words: problem+json."""
    detail = redact_text(detail, call)
    body = orjson.dumps({"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail})
    header = redact_text(Problem(ProblemKind.INVALID, detail).header(), call)
    headers: RawHeaders = [
        (b"content-length", b"%d" % len(body)),
        (b"content-type", b"application/problem+json"),
        (b"x-mock-problem", header.encode("ascii")),
    ]
    log.info("%s %s %d: %s", call.method, redact_text(call.raw_path, call), status, header)
    return status, headers, b"" if call.is_head else body
