"""One server for several processes of a run: the first that needs it starts it, the last that leaves stops it.

A run under pytest-xdist is registered too, through its controller. Otherwise the server would stop and start again
where a worker ends before the next one begins.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

from mockserver.testing.attached import NoMockServer
from mockserver.testing.handle import MockServer
from mockserver.testing.process import LOOK_SECONDS, STOP_SECONDS, STOPPING, OwnProcess
from mockserver.testing.process_lock import ProcessLock, is_anybody_there, lock


class Shared:
    """The server of a folder. `options` are those of `mockserver serve`; `name` is this process's among the users."""

    def __init__(self, folder: Path, name: str, options: Sequence[str] = ()) -> None:
        self._folder, self._name, self._options = folder, name, options
        self._ready = folder / "ready.json"
        self._process: OwnProcess | None = None
        self._lock = ProcessLock(folder, name)

    def enter(self) -> MockServer:
        """Return the server; start it if none runs. Raises process.StartFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._gate():
            handle = self._running() or self._started()
            self._lock.begin()
        return handle

    def leave(self) -> None:
        """Stop using the server; stop it when nobody else uses it."""
        with self._gate():
            self._lock.end()
            if is_anybody_there(self._folder):
                if self._process is not None:
                    self._process.leave()
            else:
                self._stop()

    def end(self) -> None:
        """Stop the server whoever uses it: the run is over, and users that did not leave have died."""
        if self._folder.exists():
            with self._gate():
                self._stop()

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """Let one process in at a time."""
        with (self._folder / "gate").open("wb") as gate:
            lock(gate, wait=True)
            yield

    def _running(self) -> MockServer | None:
        """Return the server of the ready file, if it answers."""
        try:
            url = json.loads(self._ready.read_bytes())["url"]
            return MockServer.attach(url, prefix=f"{self._name}-")
        except (FileNotFoundError, NoMockServer):
            return None

    def _started(self) -> MockServer:
        self._process = OwnProcess(["--seed", "0", *self._options], folder=self._folder)
        return MockServer(served=self._process, prefix=f"{self._name}-").start()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.stop()
        elif self._running() is not None:  # else the id may be another's by now
            pid = json.loads(self._ready.read_bytes())["pid"]
            with suppress(ProcessLookupError):
                os.kill(pid, STOPPING)
            for _ in range(round(STOP_SECONDS / LOOK_SECONDS)):  # the server removes the file at its end
                if not self._ready.exists():
                    return
                sleep(LOOK_SECONDS)
