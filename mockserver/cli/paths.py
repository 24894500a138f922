"""The places of files: the user's cache folder on each platform."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

NAME = "mockserver-t2v"


def cache_folder(environ: Mapping[str, str], platform: str) -> Path:
    """Return our folder in the user's cache; in the temporary folder when the user has none that can be written."""
    for folder in _user_caches(environ, platform):
        if is_writable(folder / NAME):
            return folder / NAME
    return Path(tempfile.gettempdir()) / NAME


def _user_caches(environ: Mapping[str, str], platform: str) -> list[Path]:
    home = environ.get("USERPROFILE" if platform == "win32" else "HOME", "")
    usual = {"win32": "AppData/Local", "darwin": "Library/Caches"}.get(platform, ".cache")
    variable = {"win32": "LOCALAPPDATA", "darwin": ""}.get(platform, "XDG_CACHE_HOME")
    found = [Path(environ[variable])] if environ.get(variable) else []
    if home:
        found.append(Path(home, usual))
    return [folder for folder in found if folder.is_absolute()]


def is_writable(folder: Path) -> bool:
    """Return whether a folder can be written to, or could be made."""
    for place in (folder, *folder.parents):
        if place.exists():
            return place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return False


def shortened(path: Path, environ: Mapping[str, str], platform: str) -> str:
    """Return a path in the shortest form that a shell understands."""
    home = environ.get("HOME", "")
    if platform != "win32" and home not in ("", "/") and path.is_relative_to(home):
        return str(Path("~") / path.relative_to(home))
    return str(path)
