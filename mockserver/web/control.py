"""The control API under `/_mock`: one table of handlers, and the guard before each. Refusals are problem+json."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mockserver.domain.job import Turning
from mockserver.web import clocks, deliveries, jobs, sandboxes
from mockserver.web.desk import Desk
from mockserver.web.guard import refusal
from mockserver.web.problems import Refused

Handler = Callable[[Desk, Request], Awaitable[Response]]


async def health(desk: Desk, _request: Request) -> Response:
    """That the server is up, and what it is."""
    return JSONResponse({"status": "ok", "version": desk.version, "providers": list(desk.providers)})


async def scenarios(desk: Desk, _request: Request) -> Response:
    """Every scenario with its sentence, and the default of its number."""
    found = desk.scenarios.values()
    return JSONResponse({"scenarios": [{"name": one.name, "says": one.says, "number": one.number} for one in found]})


TABLE: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "/health", health),
    ("GET", "/scenarios", scenarios),
    ("GET", "/sandboxes", sandboxes.listed),
    ("POST", "/sandboxes", sandboxes.opened),
    ("GET", "/sandboxes/{key}", sandboxes.show),
    ("PATCH", "/sandboxes/{key}", sandboxes.configure),
    ("DELETE", "/sandboxes/{key}", sandboxes.reset),
    ("GET", "/sandboxes/{key}/clock", clocks.show),
    ("PATCH", "/sandboxes/{key}/clock", clocks.move),
    ("GET", "/sandboxes/{key}/jobs", jobs.listed),
    ("POST", "/sandboxes/{key}/jobs/{job}/complete", jobs.turned(Turning.COMPLETED)),
    ("POST", "/sandboxes/{key}/jobs/{job}/fail", jobs.turned(Turning.FAILED)),
    ("POST", "/sandboxes/{key}/jobs/{job}/stall", jobs.turned(Turning.STALLED)),
    ("GET", "/sandboxes/{key}/deliveries", deliveries.listed),
)


def routes(desk: Desk) -> list[Route]:
    """The control API as Starlette's routes."""
    return [Route(path, _guarded(desk, handler), methods=[method]) for method, path, handler in TABLE]


def _guarded(desk: Desk, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        try:
            why = refusal(request, desk.allowed_hosts)
            if why is not None:
                raise Refused(403, why)
            return await handler(desk, request)
        except Refused as refused:
            return refused.response()

    return guarded
