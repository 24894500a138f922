"""The ready file. It tells the program that started the server where the server is, once it answers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path


class ReadyFile:
    """A file with `{"url": ..., "pid": ...}` that exists as long as the server answers.

    With sandboxes of a TOML file it has also `"sandboxes": {NAME: {"sandbox": DIGEST, "listeners": [URL, ...],
    "files_url": URL or null}}`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content = b""

    def clear(self) -> None:
        """Remove the file of an earlier run, so that nobody takes it for this one's. ValueError: it cannot go."""
        folder = self.path.parent
        if not folder.is_dir():
            raise ValueError(f"there is no folder {folder}")
        if not os.access(folder, os.W_OK):
            raise ValueError(f"the folder {folder} cannot be written to")
        if not self.path.exists():
            return
        try:
            before = self.path.read_bytes()
            if before and not is_ready_file(before):
                raise ValueError(f"{self.path} is there and no ready file; it stays as it is")
            self.path.unlink()
        except OSError as error:
            raise ValueError(f"{self.path}: {error.strerror}") from None

    def write(self, url: str, pid: int, **more: object) -> None:
        """Write the file in one step, so that readers see the whole of it or nothing."""
        self._content = json.dumps({"url": url, "pid": pid, **more}).encode() + b"\n"
        part = self.path.with_name(f".{self.path.name}.{pid}.part")
        part.write_bytes(self._content)
        part.replace(self.path)

    def remove(self) -> None:
        """Remove the file, unless it is another server's by now."""
        with suppress(OSError):
            if self._content and self.path.read_bytes() == self._content:
                self.path.unlink()


def named_in(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """The ready file that a command line names, as it can be told before anything is known to be right; empty: none."""
    named = environ.get("MOCKSERVER_READY_FILE", "")
    for word, after in zip_longest(arguments, arguments[1:], fillvalue=""):
        if word == "--":
            break
        option, equals, value = word.partition("=")
        if option == "--ready-file":
            named = value if equals else after
    return named


def forget(name: str) -> None:
    """Remove a ready file of an earlier server. What cannot be removed is complained of later."""
    with suppress(ValueError, OSError):
        if name:
            ReadyFile(Path(name)).clear()


def is_ready_file(content: bytes) -> bool:
    """Whether a file's content is that of a ready file, whoever wrote it."""
    try:
        value = json.loads(content)
    except ValueError:
        return False
    return isinstance(value, dict) and {"url", "pid"} <= value.keys()
