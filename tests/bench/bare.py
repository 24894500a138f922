"""What we are measured beside: uvicorn and Starlette, no validation, no state, the clip as an in-memory Response."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

BODY = {
    "videoId": "vid_abc123_def456",
    "status": "queued",
    "estimatedCompletionTime": "3-5 minutes",
    "resolution": {"width": 1024, "height": 576, "fps": 12},
    "duration": 5.0,
    "metadata": {"model": "zeroscope-v2", "steps": 30, "guidanceScale": 9.0},
    "createdAt": "2024-01-16T14:30:00Z",
}
CLIP = Path(os.environ["BARE_CLIP"]).read_bytes() if "BARE_CLIP" in os.environ else b"x" * 100_000


async def create(request: Request) -> Response:
    """Read a JSON body, answer with a constant one."""
    await request.json()
    return JSONResponse(BODY)


async def status(_request: Request) -> Response:
    """A constant body."""
    return JSONResponse(BODY)


async def clip(_request: Request) -> Response:
    """Bytes from memory."""
    return Response(CLIP, media_type="video/mp4")


app = Starlette(
    routes=[
        Route("/create", create, methods=["POST"]),
        Route("/status/{id}", status),
        Route("/clip/{name}", clip),
    ]
)
