"""The parts of a provider's table. The differences between two providers are the differences between their tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mockserver.data import contracts
from mockserver.provider.call import MEGABYTE, Check, Endpoint, Operation, Provider
from mockserver.provider.profile_words import UnknownWord, Word
from mockserver.provider.trailing_slash import TrailingSlash

__all__ = [
    "MEGABYTE", "Check", "Endpoint", "Operation", "Provider", "TrailingSlash", "UnknownWord", "Word", "get", "post",
    "promise_beside",
]  # fmt: skip


def get(id: str, path: str, endpoint: Endpoint, **more: Any) -> Operation:  # noqa: A002  (a document's word)
    """Return an operation by GET."""
    return Operation(id, "GET", path, endpoint, **more)


def post(id: str, path: str, endpoint: Endpoint, **more: Any) -> Operation:  # noqa: A002  (a document's word)
    """Return an operation by POST with a JSON body."""
    return Operation(id, "POST", path, endpoint, has_body=True, **more)


def promise_beside(name: str) -> Path:
    """Return the folder of the documents of one of our own providers: contracts/<name>."""
    return contracts() / name
