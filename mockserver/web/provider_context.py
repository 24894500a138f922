"""The parts of the server that the edge needs, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.engine import Engine
from mockserver.ports import Challenger, Clips, Judge, Pictures
from mockserver.provider.keys import KeyRing
from mockserver.provider.routes import Routes
from mockserver.web.journal.pending import Recorder


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """The context of the providers' calls. The composition root hands it to the edge."""

    engine: Engine
    routes: Routes
    judge: Judge
    """Judges the bodies of requests by the providers' documents."""
    keys: KeyRing
    """The keys that the server accepts."""
    clips: Clips
    pictures: Pictures
    challenger: Challenger
    recorder: Recorder
    """Begins the records of the journals."""
    scenarios: ScenarioCatalogue
    public_url: str | None = None
    """The origin of links; None: the origin under which the client reached the server."""
