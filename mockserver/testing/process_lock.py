"""Who of several processes is there: each holds the lock of a file of its own, which the system lets go when it dies,
however it does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Final

_LOOK_SECONDS: Final = 0.02


class ProcessLock:
    """That this process is there, under a name, in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.user"
        self._place: IO[bytes] | None = None

    def begin(self) -> None:
        """From here on it is there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._place = self._path.open("wb")
        lock(self._place, wait=True)

    def end(self) -> None:
        """It is there no longer."""
        if self._place is not None:
            self._place.close()
            self._place = None
            self._path.unlink()


def is_anybody_there(folder: Path) -> bool:
    """Whether any process is there; the files of those found dead are removed."""
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
        """Lock a file until it is closed; False when another has it and there is to be no waiting."""
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
        """Lock a file until it is closed; False when another has it and there is to be no waiting."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
