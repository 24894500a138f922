"""Listeners over the control API: ports whose every call belongs to one sandbox."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.ports import Refusal
from mockserver.provider.configuration import LISTENER, ports
from mockserver.web.desk import Desk
from mockserver.web.members import json_object
from mockserver.web.problems import Refused


async def opened(desk: Desk, request: Request) -> Response:
    """Open a listener; with `files` or `files_port` a second one to which the sandbox's links point: another origin."""
    sandbox = desk.named(request)
    wished = ports(await json_object(request, set(LISTENER)) if await request.body() else {})
    try:
        url, *files = await desk.listeners.open(sandbox.digest, *wished.all)
    except Refusal as refusal:
        raise Refused(409, str(refusal)) from None
    sandbox.files_url = files[0] if files else sandbox.files_url
    return JSONResponse({"url": url, "files_url": sandbox.files_url}, 201)


async def listed(desk: Desk, request: Request) -> Response:
    """The listeners of a sandbox, oldest first."""
    sandbox = desk.named(request)
    return JSONResponse({"listeners": desk.listeners.urls(sandbox.digest), "files_url": sandbox.files_url})


async def closed(desk: Desk, request: Request) -> Response:
    """Close the listeners of a sandbox; its links point to where the client comes again."""
    sandbox = desk.named(request)
    count = len(desk.listeners.urls(sandbox.digest))
    desk.listeners.close(sandbox.digest)
    sandbox.files_url = None
    return JSONResponse({"closed": count})
