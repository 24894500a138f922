"""The reference client as a command: `python -m tests.clients.reference`, with a case in its environment."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import time
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from tests.clients.reference.providers import CLIENTS
from tests.clients.reference.wire import Answer, Lost, Order


class Sockets:
    """HTTP over the standard library, with a connection kept open for each origin."""

    def __init__(self) -> None:
        self._open: dict[str, http.client.HTTPConnection] = {}

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = self._open.pop(parts.netloc, None) or kind(parts.netloc)
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        got = None
        try:
            connection.request(method, path, body, dict(headers))
            got = connection.getresponse()
            answer = Answer(got.status, headers_of(got), plain(got.read(), got.getheader("content-encoding")))
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            etag, status = (headers_of(got).get("etag", ""), got.status) if got is not None else ("", 0)
            raise Lost(f"{type(error).__name__}: {error}", getattr(error, "partial", b""), etag, status) from error
        if not got.will_close:
            self._open[parts.netloc] = connection
        return answer


def headers_of(got: http.client.HTTPResponse) -> dict[str, str]:
    """The headers of an answer, names in lower case, several of one name joined."""
    found: dict[str, str] = {}
    for name, value in got.getheaders():
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    return found


def plain(body: bytes, coding: str | None) -> bytes:
    """A body without its content coding."""
    if coding != "gzip":
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise OSError(f"no gzip: {error}") from error


class Clock:
    """The machine's time."""

    sleep = staticmethod(time.sleep)
    monotonic = staticmethod(time.monotonic)

    def now(self) -> datetime:
        return datetime.now(UTC)


def order_of(environ: Mapping[str, str]) -> Order:
    """What the environment asks for."""
    asked = json.loads(environ["MOCK_INPUT"])
    return Order(
        environ["MOCK_BASE_URL"], environ["MOCK_API_KEY"], asked["prompt"], asked["options"],
        float(environ["MOCK_DEADLINE"]), float(environ["MOCK_POLL_SECONDS"]),
    )  # fmt: skip


def main() -> None:
    outcome = CLIENTS[os.environ["MOCK_PROVIDER"]](order_of(os.environ), Sockets(), Clock()).run()
    if outcome.clip is not None:
        Path(os.environ["MOCK_OUTPUT"]).write_bytes(outcome.clip)
    print(json.dumps(outcome.to_json()))


if __name__ == "__main__":
    main()
