"""Listeners over the control API: ports of which every call belongs to one sandbox."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Refusal
from mockserver.provider.configuration import LISTENER, ports
from mockserver.web.control_context import ControlContext
from mockserver.web.members import json_object
from mockserver.web.problems import Refused


async def opened(context: ControlContext, request: Request) -> Response:
    """Open a listener; `files` or `files_port` open a second one for the sandbox's links, which is another origin."""
    sandbox = await context.named(request)
    wished = ports(await json_object(request, set(LISTENER)) if await request.body() else {})
    try:
        url, *files = await context.listeners.open(sandbox.digest, *wished.all)
    except Refusal as refusal:
        raise Refused(409, str(refusal)) from None
    if files:
        await _set_files_url(context, sandbox, files[0])
    return JSONResponse({"url": url, "files_url": files[0] if files else sandbox.files_url}, 201)


async def listed(context: ControlContext, request: Request) -> Response:
    """Answer with the listeners of a sandbox, oldest first."""
    sandbox = await context.named(request)
    return JSONResponse({"listeners": context.listeners.urls(sandbox.digest), "files_url": sandbox.files_url})


async def closed(context: ControlContext, request: Request) -> Response:
    """Close the listeners of a sandbox; links then point again to the address that the client used."""
    sandbox = await context.named(request)
    count = len(context.listeners.urls(sandbox.digest))
    context.listeners.close(sandbox.digest)
    await _set_files_url(context, sandbox, None)
    return JSONResponse({"closed": count})


async def _set_files_url(context: ControlContext, sandbox: Sandbox, url: str | None) -> None:
    engine = context.engine
    await engine.work(sandbox, lambda box: engine.configure(box, [lambda box: box.set("files_url", url)]))
