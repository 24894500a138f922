"""What a server is told at its start, as one value. Every option of the command line is a field here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a server; the defaults are those of `mockserver serve`.

    `seed` makes every run repeatable; `profiles` are the default words by provider; `keys` the good keys with their
    rights as text (None: any key that does not begin with `invalid`); `hold_seconds` how long a held creation waits
    (None: what the timing says); `cors` the origins beside loopback; `cache` where clips are kept (None: memory only is
    not offered, so a folder is always given by the command line); sizes are bytes.
    """

    seed: int = 0
    timing: str = "quick"
    limits: bool = False
    profiles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keys: Mapping[str, str] | None = None
    max_jobs: int = 100_000
    max_sandboxes: int = 1000
    public_url: str | None = None
    hold_seconds: float | None = None
    cors: tuple[str, ...] = ()
    cache: Path | None = None
    cache_bytes: int = 1_000_000_000
    memory_bytes: int = 32_000_000
    log_format: str = "text"
