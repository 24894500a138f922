"""The port `Store` over the engine's sandboxes, and what the composition root hands to a store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mockserver.domain.job_record import Requests
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Store

MakeSandbox = Callable[[str, int], Sandbox]
"""Builds a new sandbox from its digest and its id block, as the server's settings have it."""


class SandboxStore(Store[Sandbox], Protocol):
    """A store of sandboxes, whose journals are kept in this process."""

    def journal_of(self, digest: str) -> Journal | None:
        """Return the journal of a sandbox, where there is one and it is on."""
        ...


@dataclass(frozen=True, slots=True)
class StoreParts:
    """What a store is made of."""

    make: MakeSandbox
    """Builds a new sandbox."""
    max_jobs: int
    """How many jobs all sandboxes hold together at most."""
    max_sandboxes: int
    """How many sandboxes there are at most."""
    declared: tuple[str, ...]
    """The digests of the sandboxes that are there from the start."""
    requests: Requests
    """The JSON forms of the providers' requests."""
    scenarios: ScenarioCatalogue
    """The scenarios that records name."""
    epoch: datetime
    """The wall's instant at monotonic second 0 of this process."""


MakeStore = Callable[[StoreParts], SandboxStore]
