"""The control API under `/_mock`: one table of handlers, and a guard before each. Refusals are problem+json."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route, Router

from mockserver.domain.invalid_data import InvalidScenario, spoken
from mockserver.domain.job import OverrideKind
from mockserver.domain.scenario_catalogue import BuiltInScenario
from mockserver.domain.scenario_composition import MEMBERS, check_operations, composed
from mockserver.web import clocks, deliveries, events, jobs, listeners, promises, reports, sandboxes, spend
from mockserver.web.answering import fault_of
from mockserver.web.control_context import SLASH, ControlContext
from mockserver.web.guard import admit
from mockserver.web.journal import routes as journal
from mockserver.web.members import json_object
from mockserver.web.problems import Refused, nearest, refused
from mockserver.web.wire import App, Receive, Scope, Send

Handler = Callable[[ControlContext, Request], Awaitable[Response]]
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

log = logging.getLogger("mockserver")


async def health(context: ControlContext, _request: Request) -> Response:
    """Answer with the state of the server, its version and its providers."""
    value = {"status": "ok", "version": context.version, "providers": list(context.providers)}
    return JSONResponse(value, headers={"access-control-allow-origin": "*"})


async def scenarios(context: ControlContext, _request: Request) -> Response:
    """Answer with every scenario: its sentence, and the default of its number."""
    found = context.scenarios.values()
    return JSONResponse({"scenarios": [{"name": one.name, "says": one.says, "number": one.number} for one in found]})


async def compose(context: ControlContext, request: Request) -> Response:
    """Make a scenario of one's own, or replace it; the core's names are taken. See
    `mockserver.domain.scenario_composition`.
    """
    name: str = request.path_params["name"]
    if context.scenarios.is_built_in(name):
        raise Refused(409, f"scenario {name} is built in; choose another name")
    try:
        made = composed(name, await json_object(request, set(MEMBERS)))
        check_operations(made, context.operations)
    except InvalidScenario as wrong:
        raise Refused(400, str(wrong), member=spoken(wrong.path)) from None
    is_new = context.scenarios.add(made)
    return JSONResponse({"name": made.name, "says": made.says}, 201 if is_new else 200)


async def dropped(context: ControlContext, request: Request) -> Response:
    """Remove a scenario that a user defined. Jobs, queues and sandboxes that have it keep it."""
    name: str = request.path_params["name"]
    if name not in context.scenarios:
        raise Refused(404, f"no scenario {name[:60]!r}{nearest(name, context.scenarios)}")
    try:
        gone = context.scenarios.forget(name)
    except BuiltInScenario as error:
        raise Refused(409, str(error)) from None
    return JSONResponse({"name": gone.name, "says": gone.says})


async def providers(context: ControlContext, _request: Request) -> Response:
    """Answer with every provider: the path that its clients append to this server's address, and the words of its
    profile.
    """
    listed = [
        {
            "name": one.name,
            "title": one.title,
            "site": one.site,
            "base_path": one.base_path,
            "profile": [{"name": word.name, "says": word.says, "is_style": word.is_style} for word in one.words],
            "tiers": list(one.tiers),
            "operations": [operation.id for operation in one.operations],
        }
        for one in context.providers.values()
    ]
    return JSONResponse({"providers": listed})


TABLE: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "/health", health),
    ("GET", "/providers", providers),
    ("GET", "/scenarios", scenarios),
    ("PUT", "/scenarios/{name}", compose),
    ("DELETE", "/scenarios/{name}", dropped),
    ("GET", "/openapi.json", promises.own),
    ("GET", "/openapi/{name}.json", promises.document),
    ("GET", "/schemas", promises.schemas),
    ("GET", "/schemas/{name}/{kind}/{file}", promises.schema),
    ("GET", "/reference/assets/{file}", promises.asset),
    ("GET", "/reference/{name}", promises.page),
    ("GET", "/events", events.of_all),
    ("GET", "/sandboxes", sandboxes.listed),
    ("POST", "/sandboxes", sandboxes.opened),
    ("GET", "/sandboxes/{key}", sandboxes.show),
    ("PATCH", "/sandboxes/{key}", sandboxes.configure),
    ("DELETE", "/sandboxes/{key}", sandboxes.reset),
    ("POST", "/sandboxes/{key}/queue", sandboxes.queued),
    ("GET", "/sandboxes/{key}/clock", clocks.show),
    ("PATCH", "/sandboxes/{key}/clock", clocks.move),
    ("GET", "/sandboxes/{key}/jobs", jobs.listed),
    ("POST", "/sandboxes/{key}/jobs/{job}/complete", jobs.overridden(OverrideKind.COMPLETED)),
    ("POST", "/sandboxes/{key}/jobs/{job}/fail", jobs.overridden(OverrideKind.FAILED)),
    ("POST", "/sandboxes/{key}/jobs/{job}/stall", jobs.overridden(OverrideKind.STALLED)),
    ("GET", "/spend", spend.of_all),
    ("GET", "/sandboxes/{key}/spend", spend.of_sandbox),
    ("GET", "/sandboxes/{key}/deliveries", deliveries.listed),
    ("POST", "/sandboxes/{key}/deliveries/{delivery}/replay", deliveries.replayed),
    ("GET", "/sandboxes/{key}/journal.json", journal.as_json),
    ("GET", "/sandboxes/{key}/journal.ndjson", journal.as_lines),
    ("GET", "/sandboxes/{key}/journal.har", journal.as_har),
    ("GET", "/sandboxes/{key}/journal/wait", journal.wait),
    ("GET", "/sandboxes/{key}/report", reports.show),
    ("GET", "/sandboxes/{key}/events", events.of_sandbox),
    ("GET", "/sandboxes/{key}/listeners", listeners.listed),
    ("POST", "/sandboxes/{key}/listeners", listeners.opened),
    ("DELETE", "/sandboxes/{key}/listeners", listeners.closed),
)


def application(context: ControlContext) -> App:
    """Return the control API as an ASGI application."""
    router = Router(routes(context))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await router(whole(scope), receive, send)

    return app


def whole(scope: Scope) -> Scope:
    """Return a request whose path marks the encoded slashes of a key; `ControlContext.named` reads them back."""
    raw: bytes = scope.get("raw_path", b"")
    if scope["type"] == "http" and b"%2f" in raw.lower():
        parts = raw.decode("latin-1").split("/")
        if parts[2:3] == ["sandboxes"] and len(parts) > 3:
            key = unquote(parts[3]).replace("/", SLASH)
            return {**scope, "path": "/".join([*map(unquote, parts[:3]), key, *map(unquote, parts[4:])])}
    return scope


def routes(context: ControlContext) -> list[Route]:
    """Return the routes of the control API; the last takes every path that no other takes."""
    table = [
        Route(_routed(path), _guarded(context, path, handler), methods=[method]) for method, path, handler in TABLE
    ]

    async def unknown(_context: ControlContext, request: Request) -> Response:
        fitting = [route for route in table if route.matches(request.scope)[0] is not Match.NONE]
        allowed = sorted({method for route in fitting for method in route.methods or ()})
        if allowed:
            raise Refused(405, f"{request.method} is not served here; {', '.join(allowed)} is", allow=allowed)
        known = dict.fromkeys(path for _, path, _ in TABLE)
        raise Refused(404, f"no such path{nearest(_pattern(request.path_params['rest']), known)}")

    return [*table, Route("/{rest:path}", _guarded(context, "/{rest}", unknown), methods=METHODS)]


async def nowhere(_request: Request, _error: Exception) -> Response:
    """Answer a path that no route takes, because it has a line break in it."""
    return Refused(404, "no such path").response()


def _routed(path: str) -> str:
    """Return a path of the table in Starlette's form: the ids of some jobs have slashes
    (uuid:pixverse/v5/text-to-video).
    """
    return path.replace("{job}", "{job:path}")


def _pattern(rest: str) -> str:
    """Return a path in the form of the table, with a name in the place of the key, which no answer shows."""
    parts = rest.split("/")
    if parts[0] == "sandboxes" and len(parts) > 1:
        parts[1] = "{key}"
    return "/" + "/".join(parts)


def _guarded(context: ControlContext, path: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        try:
            if handler is not health:  # it tells nothing secret, and whoever waits for a server asks it
                admit(request, context.allowed_hosts, context.token)
            return await handler(context, request)
        except Refused as refusal:
            return refusal.response()
        except InvalidScenario as wrong:
            return refused(wrong).response()
        except Exception as error:
            log.exception("%s /_mock%s crashed", request.method, path)  # never the path itself, which may hold a key
            return Refused(500, fault_of(error)).response()

    return guarded
