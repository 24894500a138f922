"""A server that somebody else started."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPException
from urllib.parse import urlsplit

from mockserver import MockServerError, __version__
from mockserver.testing.wire import OverHttp


class NoMockServer(MockServerError, ConnectionError):
    """No mock server of this version answers at an address. The text says what answers there."""


class Attached(OverHttp):
    """A running server at a base URL."""

    def __init__(self, url: str, *, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"expected a URL such as http://127.0.0.1:8000, got {url!r}")
        super().__init__(url.rstrip("/"), context=context)

    def start(self) -> None:
        """Check that the server answers and has this version; raises NoMockServer."""
        try:
            status, _, body = self.request("GET", "/_mock/health", {}, b"")
        except (OSError, HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            told = f"no mock server answers at {self.url}: {why}; `mockserver serve` starts one"
            raise NoMockServer(told) from error
        try:
            health = json.loads(body)
            version = str(health["version"])
            is_ours = status == 200 and health["status"] == "ok"
        except (ValueError, KeyError, TypeError):
            version, is_ours = "", False
        if not is_ours:
            raise NoMockServer(f"what answers at {self.url} is no mock server: {status} from /_mock/health")
        if version.split(".")[:2] != __version__.split(".")[:2]:
            raise NoMockServer(
                f"the mock server at {self.url} is {version}, mockserver.testing here is {__version__}; "
                "install the same version on both sides"
            )

    def stop(self) -> None:
        """Leave the server running."""
