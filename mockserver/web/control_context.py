"""The context of the control API's handlers, and the sandbox that a request names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

Reporter = Callable[[Mapping[str, object], str], str]
"""Makes the report on a transcript (as JSON) in a form of `reports.FORMS`."""
SLASH: Final = "\ufdd0"
"""Stands for a slash of a key in a path. It is no character, so no key contains it."""


@dataclass(frozen=True, slots=True)
class ControlContext:
    """The context of the control API. The composition root makes it, and every handler gets it."""

    engine: Engine
    providers: Mapping[str, Provider]
    scenarios: ScenarioCatalogue
    version: str
    listeners: Listeners
    promises: Mapping[str, Promise]
    judge: Judge
    epoch: float
    """The machine's POSIX time at monotonic second 0."""
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)
    """Host names, beside those of this machine, under which the control API may be called."""
    token: str | None = None
    """The token that callers on other machines need; None: they are refused."""
    reporter: Reporter | None = None
    """Judges journals; None: nobody does."""

    @property
    def operations(self) -> list[str]:
        """The ids of all providers' operations."""
        return [operation.id for one in self.providers.values() for operation in one.operations]

    async def named(self, request: Request) -> Sandbox:
        """Return the sandbox that the path names, made when it is new; this counts as using it."""
        return await self.engine.store.load(await self.digest(request))

    async def digest(self, request: Request) -> str:
        """Return the digest of the sandbox that the path names by its digest or by its key.

        `self` names the listener's sandbox, or that of the key in the request's own header. Raises Refused for the
        digest of no sandbox.
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
    """Return the key that a request carries in its own header; raises Refused without one."""
    key = bearer_key(request.headers.get("authorization", "").encode("latin-1")) or b""
    named = request.headers.get("x-mock-sandbox") or key.decode("latin-1")
    if not named:
        raise Refused(400, "`self` means the key in the request's own header; send Authorization: Bearer <key>")
    return named


def instant(at: datetime) -> str:
    """Return an aware instant in UTC as the control API writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
