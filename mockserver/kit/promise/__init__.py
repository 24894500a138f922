"""What a provider promises: its document, the profiles of it, and whether a value conforms to it."""

from __future__ import annotations

from mockserver.kit.promise.provider import (
    PROVIDERS,
    Lifecycle,
    Operation,
    Promise,
    lifecycle,
    load,
    names,
    operations,
    request_schemas,
    schema,
)

__all__ = [
    "PROVIDERS",
    "Lifecycle",
    "Operation",
    "Promise",
    "lifecycle",
    "load",
    "names",
    "operations",
    "request_schemas",
    "schema",
]
