"""What a server is told at its start, as one value: the options of the command line that the server itself obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mockserver.domain.quota import Limit
from mockserver.domain.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a server; the defaults are those of `mockserver serve`.

    `seed` makes every run repeatable; `timing` is one of `timings.TIMINGS`; `limits` says whether the documented
    rate limits refuse, `own_limits` are those of one's own by operation, `tiers` the plans of the account by provider;
    `start` is the instant at which clocks begin (None: the wall's), `rate` how many of their seconds pass in a real
    one, `is_frozen` whether they stand still; `profiles` are the default words by provider; `keys` the good keys with
    their rights as text (None: any key that does not begin with `invalid`); `hold_seconds` how long a held creation
    waits (None: what the timing says); `scenario` the scenario of every job until a sandbox is told otherwise, as
    `domain.scenario.parse` reads it; `scenarios` those of a TOML file, `sandboxes` its sandboxes that are there from
    the start, by a name for people, as `provider.configuration.declared` reads them; `cors` the origins beside
    loopback; `allow_hosts` the host names beside those of loopback under which the control API may be called;
    `control_token` what it wants from other machines (None: it is off for them); `webhook_hosts` the hosts that
    webhooks may go to beside loopback (`any`: all); `journal` whether sandboxes keep one until told otherwise; `cache`
    the folder of the clips (None: one in the temporary folder); `cache_bytes` and `memory_bytes` bound it and the clips
    in memory.
    """

    seed: int = 0
    timing: str = "quick"
    limits: bool = False
    own_limits: Mapping[str, Limit] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    start: datetime | None = None
    rate: float = 1.0
    is_frozen: bool = False
    profiles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keys: Mapping[str, str] | None = None
    max_jobs: int = 100_000
    max_sandboxes: int = 1000
    public_url: str | None = None
    hold_seconds: float | None = None
    scenario: str = "success"
    scenarios: tuple[Scenario, ...] = ()
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cors: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    control_token: str | None = None
    webhook_hosts: tuple[str, ...] = ()
    journal: bool = True
    cache: Path | None = None
    cache_bytes: int = 1_000_000_000
    memory_bytes: int = 32_000_000
