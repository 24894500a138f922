"""One server for several processes of a run: the first that asks starts it, the last that leaves stops it.

A process says that it is there by holding the lock of a file of its own, which the system lets go when the process
dies, however it does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import IO, Final

from mockserver.testing.attached import NoMockServer
from mockserver.testing.handle import MockServer
from mockserver.testing.process import LOOK_SECONDS, STOP_SECONDS, STOPPING, OwnProcess

FOLDER: Final = "mock-server"


class Shared:
    """The server of a folder. `options` are those of `mockserver serve`; `name` is this process's among the users."""

    def __init__(self, folder: Path, name: str, options: Sequence[str] = ()) -> None:
        self._folder, self._name, self._options = folder, name, options
        self._ready = folder / "ready.json"
        self._process: OwnProcess | None = None
        self._place: IO[bytes] | None = None

    def enter(self) -> MockServer:
        """The server, started if there is none. Raises process.StartFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._gate():
            handle = self._running() or self._started()
            self._place = (self._folder / f"{self._name}.user").open("wb")
            _lock(self._place, wait=True)
        return handle

    def leave(self) -> None:
        """Give it up; stop it when nobody else is there."""
        with self._gate():
            if self._place is not None:
                self._place.close()
                self._place = None
                (self._folder / f"{self._name}.user").unlink()
            if any(self._is_there(user) for user in self._folder.glob("*.user")):
                if self._process is not None:
                    self._process.leave()
            else:
                self._stop()

    def end(self) -> None:
        """Stop it whoever is there: the run is over, and those who did not leave have died."""
        if self._folder.exists():
            with self._gate():
                self._stop()

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """One process at a time."""
        with (self._folder / "gate").open("wb") as gate:
            _lock(gate, wait=True)
            yield

    def _is_there(self, user: Path) -> bool:
        """Whether the process behind a user's file lives; the file of one that does not is removed."""
        with user.open("rb+") as place:
            if not _lock(place, wait=False):
                return True
        user.unlink()
        return False

    def _running(self) -> MockServer | None:
        """The server that the ready file tells of, if it answers."""
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


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes], *, wait: bool) -> bool:
        """Lock a file until it is closed; False when another has it and there is to be no waiting."""
        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                sleep(LOOK_SECONDS)

else:
    import fcntl

    def _lock(file: IO[bytes], *, wait: bool) -> bool:
        """Lock a file until it is closed; False when another has it and there is to be no waiting."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
