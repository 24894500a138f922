"""The settings of a server as one value: those options of the command line that the server itself obeys."""

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
    """Settings of a server; the defaults are those of `mockserver serve`."""

    seed: int = 0
    """The seed of all random draws: it makes every run repeatable."""
    timing: str = "quick"
    """How long jobs take: one of `engine.pace.TIMINGS`."""
    limits: bool = False
    """Whether the documented rate limits refuse."""
    own_limits: Mapping[str, Limit] = field(default_factory=dict)
    """Rate limits of the tester's own by operation; they always refuse."""
    tiers: Mapping[str, str] = field(default_factory=dict)
    """The plans of the account by provider; absent: the provider's default."""
    start: datetime | None = None
    """The instant at which clocks begin; None: the wall's."""
    rate: float = 1.0
    """How many seconds of a sandbox pass in a real one."""
    is_frozen: bool = False
    """Whether clocks stand still."""
    profiles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The default profile words by provider."""
    keys: Mapping[str, str] | None = None
    """The good keys with their rights as text; None: any key that does not begin with `invalid`."""
    max_jobs: int = 100_000
    """How many jobs all sandboxes hold together at most."""
    max_sandboxes: int = 1000
    """How many sandboxes there are at most; the one that was idle for longest leaves."""
    public_url: str | None = None
    """The origin of links; None: the one under which the client reached the server."""
    hold_seconds: float | None = None
    """How many seconds a creation that waits is held; None: as long as the timing says."""
    scenario: str = "success"
    """The scenario of every job until a sandbox is told otherwise, as `domain.scenario.parse` reads it."""
    scenarios: tuple[Scenario, ...] = ()
    """The composed scenarios of a TOML file."""
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The sandboxes that are there from the start, by a name for people, as `provider.configuration.declared` reads
    them.
    """
    cors: tuple[str, ...] = ()
    """The origins beside loopback whose pages may call the providers."""
    allow_hosts: tuple[str, ...] = ()
    """The host names beside those of loopback under which the control API may be called."""
    control_token: str | None = None
    """The token that the control API wants from other machines; None: it is off for them."""
    webhook_hosts: tuple[str, ...] = ()
    """The hosts that webhooks may go to beside loopback; `any`: all."""
    webhook_secrets: tuple[str, ...] = ()
    """The secrets that sign webhooks, one signature each; none: webhooks are not signed."""
    budget: Decimal | None = None
    """The US dollars that the jobs of each sandbox may cost at documented prices; None: any number."""
    journal: bool = True
    """Whether sandboxes keep a journal until told otherwise."""
    cache: Path | None = None
    """The folder of the clips; None: one in the temporary folder."""
    cache_bytes: int = 1_000_000_000
    """How many bytes the folder of the clips takes at most."""
    memory_bytes: int = 32_000_000
    """How many bytes of clips are kept in memory at most."""
    reporter: Reporter | None = None
    """Judges journals for the control API; None: nobody does."""
