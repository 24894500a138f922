"""What the control API works on, and which sandbox a request names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from mockserver.domain.scenario import Scenario
from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.provider.table import Provider
from mockserver.web.problems import Refused, nearest


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every handler of the control API by the composition root."""

    engine: Engine
    providers: Mapping[str, Provider]
    scenarios: Mapping[str, Scenario]
    version: str
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)

    def named(self, request: Request) -> Sandbox:
        """The sandbox that the path names: by digest, by key, or `self` for the key in the request's own header."""
        name: str = request.path_params["key"]
        sandboxes = self.engine.sandboxes
        if name == "self":
            return sandboxes.open(digest_of(own_key(request)))
        if not (name.startswith("sb_") and len(name) == 15):
            return sandboxes.open(digest_of(name))
        found = sandboxes.get(name)
        if found is None:
            known = [one.digest for one in sandboxes]
            raise Refused(404, f"no sandbox {name}" + (nearest(name, known[-20:]) if known else "; there is none yet"))
        return found


def own_key(request: Request) -> str:
    """The key that a request carries in its own header."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    named = request.headers.get("x-mock-sandbox") or (key.strip() if scheme.lower() == "bearer" else "")
    if not named:
        raise Refused(400, "`self` means the key in the request's own header; send Authorization: Bearer <key>")
    return named


def instant(at: datetime) -> str:
    """An aware instant in UTC as the control API writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
