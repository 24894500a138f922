"""What the edge needs of the rest of the server, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.engine import Engine
from mockserver.ports import Challenger, Clips, Judge, Pictures, Time
from mockserver.provider.keys import KeyRing
from mockserver.provider.routes import Routes
from mockserver.web.journal.pending import Recorder


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """Handed to the edge by the composition root."""

    engine: Engine
    routes: Routes
    judge: Judge
    keys: KeyRing
    clips: Clips
    pictures: Pictures
    challenger: Challenger
    recorder: Recorder
    time: Time
    scenarios: ScenarioCatalogue
    public_url: str | None = None
