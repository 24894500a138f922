"""A browser without a window, driven over a pipe by the Chrome DevTools Protocol: no driver has to be installed."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS: Final = 60.0
OPTIONS: Final = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--remote-debugging-pipe",
    # There is no other host than this machine: whatever a page wants from elsewhere fails.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


def program() -> str | None:
    """The browser of this machine."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Page:
    """A page. For what it shows now, it asked for the URLs `requested`; its console has the errors `complaints`."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._buffer, self._count, self._session = b"", 0, ""
        self.requested: list[str] = []
        self.complaints: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.send(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Go to a URL; returns when it is loaded."""
        self.requested, self.complaints = [], []
        self.send("Page.navigate", url=url)
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, script: str) -> Any:
        """The JSON value of an expression, which may be a promise."""
        told = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def send(self, method: str, **params: object) -> Any:
        """One command; its result."""
        self._count += 1
        session = {"sessionId": self._session} if self._session else {}
        message = json.dumps({"id": self._count, "method": method, "params": params, **session}).encode() + b"\0"
        while message:
            message = message[os.write(self._writing, message) :]
        while (told := self._next()).get("id") != self._count:
            pass
        assert "error" not in told, told
        return told["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._reading], [], [], PATIENCE_SECONDS)[0], "the browser says nothing"
            some = os.read(self._reading, 1 << 16)
            assert some, "the browser has ended"
            self._buffer += some
        line, _, self._buffer = self._buffer.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        params = told.get("params", {})
        if told.get("method") == "Network.requestWillBeSent":
            self.requested.append(params["request"]["url"])
        elif told.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(params["entry"]["text"])
        elif told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        return told


@contextmanager
def page(profile: Path) -> Iterator[Page]:
    """A page of a new browser, whose files are in a folder."""
    found = program()
    assert found is not None
    ours, theirs = os.pipe(), os.pipe()
    # Above 9, so that neither is the 3 or 4 under which the browser knows them.
    reading, writing = (fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (theirs[0], ours[1]))
    command = ["bash", "-c", f'exec "$@" 3<&{reading} 4>&{writing}', "bash", found, *OPTIONS]
    browser = subprocess.Popen(
        [*command, f"--user-data-dir={profile}"], pass_fds=(reading, writing), stderr=subprocess.DEVNULL
    )
    for one in (reading, writing, theirs[0], ours[1]):
        os.close(one)
    try:
        yield Page(ours[0], theirs[1])
    finally:
        os.close(theirs[1])
        browser.terminate()
        browser.wait(PATIENCE_SECONDS)
        os.close(ours[0])
