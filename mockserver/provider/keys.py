"""Keys: where they stand in a call, which are good, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WRONG_PREFIX: Final = "invalid"
SCOPES: Final = ("accounts", "clusters", "endpoints", "training", "billing", "ai")
KINDS: Final = ("read-write", "read", "service")


def bearer_key(authorization: bytes | None) -> bytes | None:
    """Return the key in an Authorization header; empty when none follows the scheme, None for another scheme."""
    if not authorization:
        return None
    scheme, _, key = authorization.partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else None


@dataclass(frozen=True, slots=True)
class Grant:
    """The rights of a key."""

    kind: str = "read-write"
    """One of `KINDS`."""
    scopes: tuple[str, ...] = SCOPES
    """The parts of the API that it opens."""


ALL: Final = Grant()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys that the server accepts."""

    grants: Mapping[str, Grant] | None = None
    """The rights by key; None: every key is good that is not empty and does not begin with `invalid`."""

    def grant(self, key: str) -> Grant | None:
        """Return the rights of a key; None for a wrong one."""
        if self.grants is None:
            return None if not key or key.startswith(WRONG_PREFIX) else ALL
        return self.grants.get(key)
