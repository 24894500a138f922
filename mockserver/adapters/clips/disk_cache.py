"""Files kept on disk and values kept in memory, each within a number of bytes. The least recently used leaves first."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from hashlib import blake2b
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

_NAME = re.compile(r"([0-9a-f]{40})-([0-9a-f]{40})")
_STALE = re.compile(r"[0-9a-f]{40}\.\d+\.\d+\.part")

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def digest(data: bytes) -> str:
    """Return 40 hex digits of the bytes: the ETag of a clip, and the check for damage."""
    return blake2b(data, digest_size=20).hexdigest()


class DiskCache:
    """Files in a folder, found by a key of 40 hex digits; no other text becomes part of a name.

    A file is called ``key-digest``, and the digest is that of its bytes: a file that does not match its name is
    removed. All methods are synchronous, meant for worker threads, and safe to use from many. Several processes may
    share the folder. The cache never fails: a file that cannot be written is not kept.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._files: OrderedDict[str, tuple[str, int]] | None = None
        self._lock = Lock()
        self._parts = count()

    def get(self, key: str) -> bytes | None:
        """Return the bytes kept under ``key``; None when there are none, or when they were damaged."""
        with self._lock:
            kept = self._index().get(key)
            if kept is None:
                return None
            self._index().move_to_end(key)
        path = self._folder / f"{key}-{kept[0]}"
        try:
            data = path.read_bytes()
            os.utime(path)  # the order of use outlives a restart
        except OSError:
            data = b""
        if digest(data) == kept[0]:
            return data
        self._forget(key)
        return None

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data`` under ``key`` and remove the least recently used; data larger than the whole cache
        is not kept.
        """
        if len(data) > self._most:
            return
        part = self.part(key)
        try:
            part.write_bytes(data)
            part.replace(self._folder / f"{key}-{digest(data)}")
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return
        with self._lock:
            before = self._index().pop(key, None)
            self._index()[key] = (digest(data), len(data))
        if before is not None and before[0] != digest(data):
            self._remove(key, before[0])
        self._shrink()

    def part(self, key: str) -> Path:
        """Return a new name in the folder for a file under way; makes the folder. Remains of it go at the
        next start.
        """
        if not _NAME.fullmatch(f"{key}-{key}"):
            raise ValueError("a key has 40 hex digits")
        with suppress(OSError):  # whoever writes to it says what is wrong with the folder
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{key}.{os.getpid()}.{next(self._parts)}.part"

    @property
    def size(self) -> int:
        """The bytes on the disk cache."""
        with self._lock:
            return sum(size for _, size in self._index().values())

    def _index(self) -> OrderedDict[str, tuple[str, int]]:
        """Return key -> (digest, bytes), in the order of use; read from the folder the first time. The lock is held."""
        if self._files is None:
            found = []
            with suppress(OSError), os.scandir(self._folder) as entries:
                for entry in entries:
                    if match := _NAME.fullmatch(entry.name):
                        facts = entry.stat()
                        found.append((facts.st_mtime_ns, match[1], match[2], facts.st_size))
                    elif _STALE.fullmatch(entry.name) and f".{os.getpid()}." not in entry.name:
                        # Of a process that was killed. One that still runs merely fails to keep that one file.
                        with suppress(OSError):
                            Path(entry.path).unlink()
            self._files = OrderedDict((key, (named, size)) for _, key, named, size in sorted(found))
        return self._files

    def _shrink(self) -> None:
        leaving = []
        with self._lock:
            files = self._index()
            total = sum(size for _, size in files.values())
            while total > self._most:
                key, (named, size) = files.popitem(last=False)
                total -= size
                leaving.append((key, named))
        for key, named in leaving:
            self._remove(key, named)

    def _forget(self, key: str) -> None:
        with self._lock:
            kept = self._index().pop(key, None)
        if kept is not None:
            self._remove(key, kept[0])

    def _remove(self, key: str, named: str) -> None:
        with suppress(OSError):
            (self._folder / f"{key}-{named}").unlink(missing_ok=True)


class Memory(Generic[Key, Value]):
    """Values in memory, at most ``most`` bytes by ``weigh``; a value that takes more than a quarter is not kept."""

    def __init__(self, most: int, weigh: Callable[[Value], int]) -> None:
        self._most, self._weigh = most, weigh
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self.size = 0

    def get(self, key: Key) -> Value | None:
        """Return the value, which counts as a use; None when it is not kept."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Key, value: Value) -> None:
        """Keep a value and remove the least recently used."""
        weight = self._weigh(value)
        if 4 * weight > self._most:
            return
        before = self._values.pop(key, None)
        self.size += weight - (0 if before is None else self._weigh(before))
        self._values[key] = value
        while self.size > self._most:
            self.size -= self._weigh(self._values.popitem(last=False)[1])
