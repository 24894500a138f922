"""What tests read off the providers' tables, so that a new provider is tested without being named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from mockserver.kit.facts import load_defaults
from mockserver.kit.promise import PROVIDERS, load
from mockserver.provider.discovery import discover
from mockserver.provider.table import Operation, Provider


@dataclass(frozen=True)
class Row:
    """An operation of a provider, in a profile that serves it."""

    provider: Provider
    operation: Operation

    def __str__(self) -> str:
        return f"{self.provider.name} {self.operation.method} {self.operation.path}"

    @property
    def words(self) -> list[str]:
        return [self.operation.only] if self.operation.only else []

    def path(self, value: str = "x1") -> str:
        """The path with every parameter replaced."""
        parts = self.operation.path.split("/")
        return "/".join(value if part.startswith("{") else part for part in parts)


def rows(method: str) -> list[Row]:
    """The operations of all providers by this method."""
    found = (Row(provider, operation) for provider in discover().values() for operation in provider.operations)
    return [row for row in found if row.operation.method == method]


@cache
def credentials(provider: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The headers and the members of a body in which a client of this provider shows the key `${key}`."""
    defaults = load_defaults(PROVIDERS / provider / "facts.yaml")
    return dict(defaults.headers), dict(defaults.json)


def keyed(provider: str, key: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The same with a key in it."""
    headers, members = credentials(provider)
    text = json.dumps([headers, members]).replace("${key}", key)
    filled: list[dict[str, Any]] = json.loads(text)
    return filled[0], filled[1]


@cache
def document(provider: str, words: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the document of a provider, of the default profile or under words."""
    return dict(load(PROVIDERS / provider).under(words))
