"""Which keys are good, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WRONG_PREFIX: Final = "invalid"
SCOPES: Final = ("accounts", "clusters", "endpoints", "training", "billing", "ai")
KINDS: Final = ("read-write", "read", "service")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key may do: its kind (one of `KINDS`) and its scopes."""

    kind: str = "read-write"
    scopes: tuple[str, ...] = SCOPES


ALL: Final = Grant()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The good keys; None: every non-empty key that does not begin with `invalid`."""

    grants: Mapping[str, Grant] | None = None

    def grant(self, key: str) -> Grant | None:
        """What this key may do; None when it is a wrong one."""
        if self.grants is None:
            return None if not key or key.startswith(WRONG_PREFIX) else ALL
        return self.grants.get(key)
