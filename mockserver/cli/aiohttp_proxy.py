"""Loaded by Python before a program (as `sitecustomize`), so that aiohttp goes through the proxy of HTTPS_PROXY.

aiohttp reads the variables of proxies only where a session is made with `trust_env=True`; here that is the default.
A program that says `trust_env=False` has its way. This file stands alone: it is copied into the folder of a run.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any


class _Trusting(Loader):
    """Loads aiohttp, then changes one default."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        begin = getattr(getattr(module, "ClientSession", None), "__init__", None)
        defaults = getattr(begin, "__kwdefaults__", None) or {}
        if "trust_env" in defaults:
            defaults["trust_env"] = True


class _Finder(MetaPathFinder):
    """Finds aiohttp where it is, for `_Trusting`."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname != "aiohttp":
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.loader is not None:
            found.loader = _Trusting(found.loader)
        return found


def _take_place() -> None:
    """Be the first finder; let a `sitecustomize` that was there before run too."""
    sys.meta_path.insert(0, _Finder())
    here = str(Path(__file__).parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    before = PathFinder.find_spec("sitecustomize", sys.path)
    if before is not None and before.loader is not None:
        before.loader.exec_module(module_from_spec(before))


if __name__ == "sitecustomize":
    _take_place()
