"""A receiver of webhooks for people: each is printed, verified and answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from mockserver.adapters.clock import MachineTime
from mockserver.domain.webhook_signature import SIGNATURE, BadSignature, verify

MOST_BYTES: Final = 1_000_000
MOST_SHOWN: Final = 2_000
"""Characters of a body that are printed."""
PATIENCE_SECONDS: Final = 30.0
NOT_FORWARDED: Final = frozenset({"host", "content-length", "connection", "transfer-encoding", "expect"})

Answer = tuple[int, bytes]


class _NoRedirects(HTTPRedirectHandler):
    """An answer is passed on as it is."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow none."""


@dataclass
class Receiving:
    """What is done with each webhook."""

    keys: Sequence[bytes]
    """The keys that verify signatures; none: they are not verified."""
    statuses: Sequence[int]
    """The statuses of the answers in their order; the last one holds from then on."""
    forward: str | None
    """Where each webhook is sent on to; None: nowhere."""
    say: Callable[[str], object]
    """Prints a text."""
    time: MachineTime = field(default_factory=MachineTime)
    count: int = 0
    lock: Lock = field(default_factory=Lock)

    def receive(self, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        """Print a webhook; return how it is answered."""
        with self.lock:
            self.count += 1
            number = self.count
        now = self.time.wall()
        signature = self.verdict({name.lower(): value for name, value in headers}, body, now)
        status, answer = self.answer(number, headers, body)
        with self.lock:
            head = f"{now:%H:%M:%S}  #{number}  {method} {path}  {len(body)} bytes  {signature}  answered {status}"
            self.say(f"{head}\n{_shown(body)}")
        return status, answer

    def verdict(self, headers: dict[str, str], body: bytes, now: datetime) -> str:
        """Return what is to be said of the signature."""
        if not self.keys:
            return "signed, not verified (--secret)" if SIGNATURE in headers else "unsigned"
        why = ""
        for key in self.keys:
            try:
                verify(key, headers, body, now.timestamp())
            except BadSignature as bad:
                why = str(bad)
            else:
                return "signature holds"
        return f"SIGNATURE DOES NOT HOLD: {why}"

    def answer(self, number: int, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        """Return the answer to the webhook of a number."""
        if self.forward is not None:
            return self.forwarded(self.forward, headers, body)
        status = self.statuses[min(number, len(self.statuses)) - 1]
        value = _json(body)
        if status < 300 and isinstance(value, dict) and "challenge" in value:
            return status, json.dumps({"challenge": value["challenge"]}).encode()
        return status, b""

    def forwarded(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        """Send a webhook on; return the answer there, 502 where there is none."""
        kept = {name: value for name, value in headers if name.lower() not in NOT_FORWARDED}
        request = Request(url, body, kept, method="POST")  # noqa: S310  (http or https: the option is checked)
        try:
            with build_opener(ProxyHandler({}), _NoRedirects()).open(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read(MOST_BYTES)
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read(MOST_BYTES)
        except (OSError, HTTPException, ValueError) as error:
            self.say(f"--forward {url}: {error}")
            return 502, b""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _shown(body: bytes) -> str:
    """A body for the terminal: JSON on lines of its own, anything else as text without control characters."""
    value = _json(body)
    if value is not None:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    else:
        text = "".join(one if one.isprintable() else "?" for one in body.decode("utf-8", "replace"))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} ... ({len(text)} characters)"


def bound(port: int, told: Receiving) -> ThreadingHTTPServer:
    """Return a server at a port of 127.0.0.1 (0: any free one); OSError where it cannot be had."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "mockserver-listen", ""
        timeout = PATIENCE_SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "0")
            if not length.isdecimal() or int(length) > MOST_BYTES:
                self.close_connection = True
                self.reply(413 if length.isdecimal() else 411, b"")
                return
            body = self.rfile.read(int(length))
            self.reply(*told.receive(self.command, self.path, self.headers.items(), body))

        do_PUT = do_PATCH = do_POST  # noqa: N815  (names that http.server looks for)

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            if body:
                self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing: `Receiving` prints what arrives."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
