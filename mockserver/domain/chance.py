"""All chance of a job is one digest: `blake2b(seed, sandbox, n)`. What is drawn is cut from it; every run repeats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Final

ALPHANUMERIC: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
NANOID: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


@cache
def _table(alphabet: str) -> bytes:
    """For each of the 256 bytes the character that it draws."""
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Draw:
    """The 64 bytes of chance that belong to one submission (or to one refusal).

    Bytes 0 to 31 are for identities, 32 to 39 for the picture, 40 to 47 for lengths of time; what needs more asks
    `more(label)` for a digest of its own, which keeps the label. `n` is the number of the submission, `id_block` a
    number that no two sandboxes of one server share (for providers whose ids are plain counters).
    """

    digest: bytes
    n: int
    id_block: int = 0
    label: str = ""

    def text(self, start: int, length: int, alphabet: str = ALPHANUMERIC) -> str:
        """`length` characters of `alphabet`, one cut from each byte from `start` on."""
        return self.digest[start : start + length].translate(_table(alphabet)).decode("ascii")

    def integer(self, start: int, length: int) -> int:
        """The unsigned integer in `length` bytes from `start` on."""
        return int.from_bytes(self.digest[start : start + length], "big")

    def share(self, start: int) -> float:
        """A number in [0, 1) from four bytes."""
        return int.from_bytes(self.digest[start : start + 4], "big") / 2**32

    def uuid(self, start: int = 0) -> str:
        """A version 4 UUID from 16 bytes."""
        text = self.digest[start : start + 16].hex()
        variant = "89ab"[self.digest[start + 8] >> 6]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    def more(self, label: str) -> Draw:
        """Another 64 bytes that depend on this draw and the label."""
        return Draw(blake2b(label.encode(), key=self.digest).digest(), self.n, self.id_block, label)


def draw(seed: int, sandbox: str, n: int, *, purpose: str = "job", id_block: int = 0) -> Draw:
    """The chance of the sandbox's n-th submission (or other `purpose`) under the server's seed."""
    return Draw(blake2b(f"{purpose}\0{seed}\0{sandbox}\0{n}".encode()).digest(), n, id_block)
