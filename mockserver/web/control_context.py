"""What the control API works on, and which sandbox a request names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from starlette.requests import Request

from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox, digest_named
from mockserver.ports import Judge, Listeners, Promise
from mockserver.provider.keys import bearer_key
from mockserver.provider.table import Provider
from mockserver.web.problems import Refused, nearest

SLASH: Final = "\ufdd0"
"""Stands for a slash of a key in a path. It is no character, so no key has it."""


@dataclass(frozen=True, slots=True)
class ControlContext:
    """Handed to every handler of the control API by the composition root. `epoch` is the wall's POSIX time at monotonic
    second 0.
    """

    engine: Engine
    providers: Mapping[str, Provider]
    scenarios: ScenarioCatalogue
    version: str
    listeners: Listeners
    promises: Mapping[str, Promise]
    judge: Judge
    epoch: float
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)
    token: str | None = None

    async def named(self, request: Request) -> Sandbox:
        """The sandbox that the path names, made when it is new; to be named is to be in use."""
        return await self.engine.store.load(await self.digest(request))

    async def digest(self, request: Request) -> str:
        """The digest of the sandbox that the path names: by digest, by key, or `self` for the listener's or for the key
        in the request's own header. Refused where it is a digest of none.
        """
        name: str = request.path_params["key"].replace(SLASH, "/")
        if name == "self":
            listener: str | None = request.scope.get("mockserver.sandbox")
            return listener or digest_named(own_key(request))
        if digest_named(name) == name and await self.engine.store.find(name) is None:
            known = [one.digest for one in await self.engine.store.listed()]
            raise Refused(404, f"no sandbox {name}" + (nearest(name, known[-20:]) if known else "; there is none yet"))
        return digest_named(name)


def own_key(request: Request) -> str:
    """The key that a request carries in its own header."""
    key = bearer_key(request.headers.get("authorization", "").encode("latin-1")) or b""
    named = request.headers.get("x-mock-sandbox") or key.decode("latin-1")
    if not named:
        raise Refused(400, "`self` means the key in the request's own header; send Authorization: Bearer <key>")
    return named


def instant(at: datetime) -> str:
    """An aware instant in UTC as the control API writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
