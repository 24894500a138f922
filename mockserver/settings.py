"""The settings of a server, as one value: the options of the command line that the server itself obeys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from mockserver.domain.quota import Limit
from mockserver.domain.scenario import Scenario

Reporter = Callable[[Mapping[str, Any], str], str]
"""Makes the report on a transcript (as JSON) in a form: json, html, md or junit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server; the defaults are those of `mockserver serve`."""

    seed: int = 0
    """The seed of everything random. With the same seed a run repeats."""
    timing: str = "quick"
    """How long jobs take: one of `timings.TIMINGS`."""
    limits: bool = False
    """Whether the documented rate limits refuse calls."""
    own_limits: Mapping[str, Limit] = field(default_factory=dict)
    """The user's own rate limits, by operation. They always refuse."""
    tiers: Mapping[str, str] = field(default_factory=dict)
    """The plans of the account, by provider."""
    start: datetime | None = None
    """The instant at which clocks begin; None: the machine's time."""
    rate: float = 1.0
    """The seconds of a sandbox that pass in one real second."""
    is_frozen: bool = False
    """Whether clocks stand still until somebody moves them."""
    profiles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The default words of each provider's profile."""
    keys: Mapping[str, str] | None = None
    """The good keys with their rights as text; None: every key is good that does not begin with `invalid`."""
    max_jobs: int = 100_000
    """The most jobs that the server keeps."""
    max_sandboxes: int = 1000
    """The most sandboxes that the server keeps."""
    public_url: str | None = None
    """The origin of links; None: the origin under which the client reached the server."""
    hold_seconds: float | None = None
    """How long a creation that waits is held; None: as long as the timing says."""
    scenario: str = "success"
    """The scenario of every job for which no other is chosen: its name, and its number where it takes one."""
    scenarios: tuple[Scenario, ...] = ()
    """The scenarios of the TOML file."""
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The sandboxes of the TOML file by name, as `provider.configuration.declared` reads them."""
    cors: tuple[str, ...] = ()
    """The origins, beside loopback, whose pages may call the providers."""
    allow_hosts: tuple[str, ...] = ()
    """The host names, beside those of this machine, under which the control API may be called."""
    control_token: str | None = None
    """The token that the control API wants from other machines; None: it refuses them."""
    webhook_hosts: tuple[str, ...] = ()
    """The hosts, beside loopback, to which webhooks may go; `any` admits all."""
    webhook_secrets: tuple[str, ...] = ()
    """The secrets that sign webhooks, one signature each; none: webhooks are not signed."""
    budget: Decimal | None = None
    """The US dollars that the jobs of each sandbox may cost at documented prices; None: any number."""
    journal: bool = True
    """Whether new sandboxes keep a journal."""
    cache: Path | None = None
    """The folder of the clips; None: one in the temporary folder."""
    cache_bytes: int = 1_000_000_000
    """The most bytes of clips in the folder."""
    memory_bytes: int = 32_000_000
    """The most bytes of clips in memory."""
    reporter: Reporter | None = None
    """Judges journals for the control API; None: nobody does."""
