"""Registers processes as present. Each holds the lock of a file of its own, which the system releases when the process
ends, in any way.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Final

_LOOK_SECONDS: Final = 0.02


class ProcessLock:
    """The registration of this process in a folder, under a name."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.user"
        self._place: IO[bytes] | None = None

    def begin(self) -> None:
        """Register this process."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._place = self._path.open("wb")
        lock(self._place, wait=True)

    def end(self) -> None:
        """Remove the registration."""
        if self._place is not None:
            self._place.close()
            self._place = None
            self._path.unlink()


def is_anybody_there(folder: Path) -> bool:
    """Return whether any process is registered; the files of dead processes are removed."""
    return any(_is_there(user) for user in folder.glob("*.user"))


def _is_there(user: Path) -> bool:
    with user.open("rb+") as place:
        if not lock(place, wait=False):
            return True
    user.unlink()
    return False


if sys.platform == "win32":
    import msvcrt
    from time import sleep

    def lock(file: IO[bytes], *, wait: bool) -> bool:
        """Lock a file until it is closed; False when another process has the lock and waiting is not wanted."""
        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                sleep(_LOOK_SECONDS)

else:
    import fcntl

    def lock(file: IO[bytes], *, wait: bool) -> bool:
        """Lock a file until it is closed; False when another process has the lock and waiting is not wanted."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
