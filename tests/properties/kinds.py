"""What can be wrong with a body, in the words of the promise: each of it, at each field and at the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AT_A_FIELD = (
    "wrong type at", "out of range at", "missing", "null at", "huge at", "beyond floats at", "unicode at",
    "half a pair at", "nested at", "deep at",
)  # fmt: skip
AS_A_WHOLE = ("extra", "extra half a pair", "extra deep", "twice")


def everything(schema: Mapping[str, Any]) -> set[str]:
    """The labels of all mutations that have to be made of the bodies of a schema."""
    return {*AS_A_WHOLE, *(f"{kind} {name}" for kind in AT_A_FIELD for name in schema.get("properties", {}))}
