"""Documents over HTTP: each provider's under any profile, its generated schemas, a page to read it; and the document of
the control API.
"""

from __future__ import annotations

import html
import json
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from mockserver.data import contracts
from mockserver.ports import Promise
from mockserver.provider.configuration import profile_of, within
from mockserver.web.control_context import ControlContext
from mockserver.web.problems import Refused, nearest
from mockserver.web.wire import json_bytes

ASSETS: Final = Path(__file__).parent / "reference"
OWN: Final = contracts() / "control.openapi.json"
_GENERATED: Final = "x-generated"
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' data:">
<link rel="icon" href="data:,">
<title>{title}</title>
<link rel="stylesheet" href="/_mock/reference/assets/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/_mock/reference/assets/swagger-ui-bundle.js"></script>
<script>
// Swagger UI warns of a stated dialect, though it is the one that OpenAPI 3.1 has anyway.
const undialected = (text) => {{
  const {{ jsonSchemaDialect, ...rest }} = JSON.parse(text);
  return JSON.stringify(rest);
}};
SwaggerUIBundle({{
  responseInterceptor: (answer) => {{
    if (answer.ok && answer.url.includes("/_mock/openapi/")) answer.text = undialected(answer.text);
    return answer;
  }},
  url: {url}, dom_id: "#reference", deepLinking: true, validatorUrl: null, tryItOutEnabled: true,
  defaultModelsExpandDepth: 0, docExpansion: "list",
}});
</script>
</body>
</html>
"""


async def own(_context: ControlContext, _request: Request) -> Response:
    """Answer with the OpenAPI document of the control API itself."""
    return Response(own_document(), media_type="application/json")


@cache
def own_document() -> bytes:
    """Return the document of the control API, without the mark of a generated file."""
    value = json.loads(OWN.read_bytes())
    return json_bytes({name: member for name, member in value.items() if name != _GENERATED})


async def document(context: ControlContext, request: Request) -> Response:
    """Answer with a provider's OpenAPI document; `?profile=WORD,WORD` chooses another profile than the default.

    Its servers are this one, so that the page's calls come here.
    """
    name: str = request.path_params["name"]
    found = dict(_promise(context, name).document(_profile(context, request)))
    origin = f"{request.url.scheme}://{request.url.netloc}"
    if request.query_params.get("servers") != "documented":
        found = _served_here(found, origin)
    return JSONResponse(found)


def _profile(context: ControlContext, request: Request) -> frozenset[str]:
    """Return the profile that a request asks for at the provider of its path; Refused names an unknown word."""
    words = [word for word in request.query_params.get("profile", "").split(",") if word]
    with within("profile"):
        return profile_of(context.providers[request.path_params["name"]], words)


def _served_here(value: dict[str, object], origin: str) -> dict[str, object]:
    """Return the document with every list of servers replaced by this server."""
    paths = value.get("paths")
    here = [{"url": origin}]
    if isinstance(paths, dict):
        paths = {path: {**item, "servers": here} if "servers" in item else item for path, item in paths.items()}
    return {**value, "servers": here, "paths": paths}


async def schemas(context: ControlContext, _request: Request) -> Response:
    """Answer with the paths of all generated schemas."""
    found = []
    for name, provider in context.providers.items():
        folder = provider.promise / "schemas"
        found += [f"{name}/{path.relative_to(folder).as_posix()}" for path in sorted(folder.rglob("*.json"))]
    return JSONResponse({"schemas": [f"/_mock/schemas/{path}" for path in found]})


async def schema(context: ControlContext, request: Request) -> Response:
    """Answer with one generated schema: /_mock/schemas/{provider}/{kind}/{file}."""
    name, kind, file = (request.path_params[part] for part in ("name", "kind", "file"))
    if name not in context.providers:
        raise Refused(404, f"no provider {name[:80]!r}{nearest(name, context.providers)}")
    folder = context.providers[name].promise / "schemas"
    known = {path.name: path for path in folder.glob("*/*.json") if path.parent.name == kind}
    if file not in known:
        told = nearest(file, known) if known else ""
        raise Refused(404, f"{name} has no schema {kind[:40]}/{file[:80]}{told}")
    return Response(known[file].read_bytes(), media_type="application/schema+json")


async def page(context: ControlContext, request: Request) -> Response:
    """Answer with the API reference of a provider for a browser; it works offline."""
    name: str = request.path_params["name"]
    _promise(context, name)
    _profile(context, request)
    url = f"/_mock/openapi/{name}.json" + (f"?{request.url.query}" if request.url.query else "")
    quoted = json.dumps(url).replace("<", "\\u003c")
    content = _PAGE.format(title=html.escape(context.providers[name].title), url=quoted)
    return Response(content, media_type="text/html")


async def asset(_context: ControlContext, request: Request) -> Response:
    """Answer with a file of the page, one of a closed list."""
    name: str = request.path_params["file"]
    if name not in ("swagger-ui-bundle.js", "swagger-ui.css"):
        raise Refused(404, f"no such file {name[:80]!r}")
    return FileResponse(ASSETS / name)


def _promise(context: ControlContext, name: str) -> Promise:
    if name not in context.providers:
        raise Refused(404, f"no provider {name[:80]!r}{nearest(name, context.providers)}")
    return context.promises[name]
