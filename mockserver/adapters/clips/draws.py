"""Random numbers and waves that are the same on every machine: digests and integer tables, no ``random``,
no ``hash``.
"""

from __future__ import annotations

import math
from functools import cache
from hashlib import blake2b

OVERRIDE = 4096  # a full turn of `sine`, and its amplitude


class RandomDraws:
    """Numbers drawn one after another from the digests of a seed and a label."""

    def __init__(self, seed: int, label: str) -> None:
        self._key = f"{seed} {label}".encode()
        self._count = 0
        self._pool = b""

    def below(self, limit: int) -> int:
        """Return a number in [0, limit); limit is at most 65536."""
        if not self._pool:
            self._pool = blake2b(b"%d " % self._count + self._key).digest()
            self._count += 1
        raw, self._pool = self._pool[:2], self._pool[2:]
        return (raw[0] << 8 | raw[1]) * limit >> 16

    def between(self, low: int, high: int) -> int:
        """Return a number in [low, high]."""
        return low + self.below(high - low + 1)


@cache
def _table() -> tuple[int, ...]:
    # No entry lies near a half, so that the last bit of a machine's own sine never decides.
    return tuple(round(math.sin(2 * math.pi * n / OVERRIDE) * OVERRIDE) for n in range(OVERRIDE))


def sine(angle: int) -> int:
    """Return -4096 .. 4096 for an angle in 1/4096 of a circle."""
    return _table()[angle % OVERRIDE]
