"""What the laws for clients say of a sandbox's journal; who judges is handed in at composition."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from mockserver.web.control_context import ControlContext
from mockserver.web.journal.filters import Filter
from mockserver.web.journal.routes import document
from mockserver.web.problems import Refused, nearest

FORMS: Final = {
    "json": "application/json",
    "html": "text/html",
    "md": "text/markdown",
    "junit": "application/xml",
}
"""The forms of a report, and the media type of each."""


async def show(context: ControlContext, request: Request) -> Response:
    """Answer the report of a sandbox; 501 where this server was started without anything that judges."""
    for name in request.query_params:
        if name != "form":
            raise Refused(400, f"unknown parameter {name!r}{nearest(name, ['form'])}", member=name)
    form = request.query_params.get("form", "json")
    if form not in FORMS:
        raise Refused(400, f"form: unknown value {form!r}{nearest(form, FORMS)}", member="form")
    sandbox = await context.named(request)
    if context.reporter is None:
        raise Refused(501, "this server judges nobody: start it with `mockserver serve` or `mockserver run`")
    found = document(context, sandbox.digest, sandbox.journal, Filter())
    # Away from the event loop: judging a thousand calls takes tens of milliseconds.
    text = await asyncio.to_thread(context.reporter, found, form)
    return Response(text.encode("utf-8", "backslashreplace"), media_type=FORMS[form])
