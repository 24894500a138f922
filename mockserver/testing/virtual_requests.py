"""A transport adapter for requests that leads to a case in virtual time."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.cookies import extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPHeaderDict, HTTPResponse

from mockserver.testing.asgi_exchange import Cut, Target

if TYPE_CHECKING:
    from mockserver.testing.virtual import Answered, InThreadCase


class VirtualAdapter(BaseAdapter):
    """For `requests.Session.mount`."""

    def __init__(self, case: InThreadCase) -> None:
        super().__init__()
        self._case = case

    def send(self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **__: Any) -> requests.Response:
        """Send a request; all of its answer is there when this returns."""
        parts = urlsplit(request.url or "")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        path = (parts.path or "/").encode()
        method = request.method or "GET"
        target = Target(method, parts.scheme, parts.hostname or "", port, path, parts.query.encode())
        headers = [(name.encode("latin-1"), _bytes(value)) for name, value in request.headers.items()]
        headers.insert(0, (b"host", parts.netloc.encode()))
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        answer = self._case.send(target, headers, _bytes(request.body or b""), patience)
        if answer.broken is not None:
            raise _error(answer, request)
        return _response(answer, request, self)

    def close(self) -> None:
        """Close nothing."""


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8")


def _error(answer: Answered, request: requests.PreparedRequest) -> requests.RequestException:
    if not isinstance(answer.broken, Cut):
        return requests.ReadTimeout("Read timed out.", request=request)
    if answer.has_begun:
        return requests.exceptions.ChunkedEncodingError(str(answer.broken), request=request)
    return requests.ConnectionError(str(answer.broken), request=request)


def _response(answer: Answered, request: requests.PreparedRequest, adapter: BaseAdapter) -> requests.Response:
    headers = HTTPHeaderDict()
    for name, value in answer.headers:
        headers.add(name.decode("latin-1"), value.decode("latin-1"))
    raw = HTTPResponse(
        BytesIO(b"".join(answer.parts)), headers, answer.status, preload_content=False, decode_content=False
    )
    found = requests.Response()
    found.status_code, found.raw, found.request, found.url = answer.status, raw, request, request.url or ""
    found.headers = CaseInsensitiveDict(headers)
    found.encoding, found.reason = get_encoding_from_headers(found.headers), raw.reason or ""
    vars(found)["connection"] = adapter  # typed as requests' own adapter
    extract_cookies_to_jar(found.cookies, request, raw)  # type: ignore[no-untyped-call]  # it has no types
    return found
