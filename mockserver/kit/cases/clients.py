"""The kinds of client that are checked: which provider's, which creation, and small options for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).with_name("clients.json")


@dataclass(frozen=True)
class ClientKind:
    """A kind of client, by the name that `mockserver check` takes."""

    name: str
    provider: str
    create: str
    """The operation that makes its jobs."""
    options: Mapping[str, Any]
    """Options of a small clip, in the provider's own field names."""
    answers: tuple[str, ...] = ()
    """What is changed in the answers of every case that does not change the like itself: waits are kept short."""
    is_heavy: bool = False
    """Whether its clips take so long to draw that they are drawn before the client asks for them."""


@cache
def kinds() -> Mapping[str, ClientKind]:
    """Return the kinds of client by name."""
    rows: Mapping[str, Any] = json.loads(TABLE.read_bytes())
    return {
        name: ClientKind(name=name, **{**row, "answers": tuple(row.get("answers", ()))}) for name, row in rows.items()
    }
