"""The versions of ffmpeg and Pillow. Both are looked for on first use, because a start needs neither."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Final

from mockserver.adapters.clips.encode import QUIET
from mockserver.domain.clip import ClipUnavailable

# Raise it whenever a change makes other bytes of the same spec: it is part of every key and so empties every cache.
RECIPE: Final = "recipe 1"


def bundled() -> str:
    """Return the path of imageio-ffmpeg's binary, or of what IMAGEIO_FFMPEG_EXE names; raises ``ClipUnavailable``."""
    try:
        return str(import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError, OSError) as problem:
        raise ClipUnavailable(f"no ffmpeg: {_line(problem)}") from problem


class Tools:
    """The tools, looked for once. Synchronous; call it in a worker thread."""

    def __init__(self, ffmpeg: str | Callable[[], str]) -> None:
        self._ffmpeg = ffmpeg
        self._found: tuple[str, str] | ClipUnavailable | None = None
        self._lock = Lock()

    def ffmpeg(self) -> tuple[str, str]:
        """Return the path of ffmpeg and its version line; raises ``ClipUnavailable`` when there is none that runs."""
        with self._lock:
            if self._found is None:
                self._found = self._look()
        if isinstance(self._found, ClipUnavailable):
            raise ClipUnavailable(str(self._found))
        return self._found

    def line(self, form: str) -> str:
        """Return the versions that the bytes of a form depend on; a thumbnail's do not depend on ffmpeg."""
        pillow = f"Pillow {import_module('PIL').__version__}"
        return f"{RECIPE}; {pillow}" if form == "jpg" else f"{RECIPE}; {pillow}; {self.ffmpeg()[1]}"

    def _look(self) -> tuple[str, str] | ClipUnavailable:
        try:
            path = self._ffmpeg if isinstance(self._ffmpeg, str) else self._ffmpeg()
        except ClipUnavailable as problem:
            return problem
        try:
            answer = subprocess.run(  # noqa: S603 - whoever set the path is trusted
                [path, "-version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=30,
                creationflags=QUIET,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as problem:
            return ClipUnavailable(f"ffmpeg does not run: {_line(problem)}")
        version = answer.stdout.decode("utf-8", "replace").partition("\n")[0].strip()
        if answer.returncode or not version:
            return ClipUnavailable(f"ffmpeg does not run: {path} -version ended with code {answer.returncode}")
        return path, version


def _line(problem: BaseException) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__
