"""A server in a process of its own, as a user starts it; what it printed, and how it ended."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

CERTIFICATE = Path(__file__).with_name("localhost-cert.pem")
"""Signed by itself for 127.0.0.1, ::1 and localhost, valid for 100 years; made by
`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -addext subjectAltName=...`.
"""
KEY = Path(__file__).with_name("localhost-key.pem")
PATIENCE = 30.0
LAST_LINE = "Ctrl-C stops."


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a shell would hand over, with a home of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONDONTWRITEBYTECODE": "1", **more}


class Running:
    """`python -m mockserver serve --port 0 --ready-file ...` from its ready screen to its end."""

    def __init__(self, home: Path, *arguments: str, program: str = "", **more: str) -> None:
        self.home, self.ready_file = home, home / "ready.json"
        command = [sys.executable, *(["-c", program] if program else ["-m", "mockserver", "serve", *arguments])]
        environ = environment(home, **{"MOCKSERVER_PORT": "0", "MOCKSERVER_READY_FILE": str(self.ready_file), **more})
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        self._guard = threading.Timer(PATIENCE, self.process.kill)
        self._guard.start()
        self.screen: list[str] = []
        self.errors = ""
        if environ.get("MOCKSERVER_LOG_FORMAT") == "json":
            self.errors = self.error_line()
        else:
            assert self.process.stdout is not None
            for line in self.process.stdout:
                self.screen.append(line.rstrip("\n"))
                if LAST_LINE in line:
                    break

    def error_line(self) -> str:
        """The next line on stderr, once it comes."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    @property
    def ready(self) -> dict[str, Any]:
        """What the ready file says."""
        value: dict[str, Any] = json.loads(self.ready_file.read_text())
        return value

    def connect(self, host: str = "127.0.0.1") -> HTTPConnection:
        """A connection to the server."""
        parts = urlsplit(self.ready["url"])
        if parts.scheme == "https":
            return HTTPSConnection(host, parts.port, timeout=20, context=ssl.create_default_context(cafile=CERTIFICATE))
        return HTTPConnection(host, parts.port, timeout=20)

    def call(
        self, method: str, path: str, value: object = None, key: str = "a-key", host: str = "127.0.0.1"
    ) -> tuple[int, Any]:
        """One call with a JSON body: the status and the JSON that came."""
        connection = self.connect(host)
        headers: Mapping[str, str] = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        try:
            connection.request(method, path, None if value is None else json.dumps(value), dict(headers))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and wait until it has: the exit code."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        self.screen += out.splitlines()
        self.errors += err
        return self.process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._guard.cancel()
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
