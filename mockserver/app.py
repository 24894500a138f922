"""The composition root: the only module that knows every adapter."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from mockserver import __version__
from mockserver.adapters.asking import LoopbackAsker
from mockserver.adapters.clips import Clips
from mockserver.adapters.clock import HandTime, MachineTime, SandboxClock
from mockserver.adapters.documents import Documents
from mockserver.adapters.listeners import LoopbackListeners
from mockserver.adapters.pictures import LoopbackPictures
from mockserver.adapters.webhooks import Post
from mockserver.domain import scenario
from mockserver.domain.scenario import Scenario
from mockserver.engine import Engine
from mockserver.engine.journal import Budget, Journal
from mockserver.engine.sandbox import Sandbox
from mockserver.engine.sandboxes import Sandboxes
from mockserver.provider.configuration import Declared, all_declared
from mockserver.provider.discovery import discover, fates
from mockserver.provider.keys import Grant, KeyRing
from mockserver.provider.routes import Routes
from mockserver.provider.table import Provider
from mockserver.settings import Settings
from mockserver.web import control
from mockserver.web.desk import Desk
from mockserver.web.edge import Edge
from mockserver.web.house import House

PLACES: tuple[str | Path, ...] = ("mockserver.providers",)


def create_app(
    settings: Settings | None = None,
    *,
    time: MachineTime | HandTime | None = None,
    places: Iterable[str | Path] = PLACES,
) -> Starlette:
    """The whole server as a Starlette application: providers at the host's root, the control API under `/_mock`."""
    settings = settings or Settings()
    source = time or MachineTime()
    providers = discover(places)
    known = {**fates(providers), **{one.name: one for one in settings.scenarios}}
    listeners = LoopbackListeners()
    plans = all_declared(settings.sandboxes, providers, known)
    sandboxes = _sandboxes(settings, source, providers, known, listeners, plans)
    post = Post(
        source,
        allow="any" if "any" in settings.webhook_hosts else frozenset(settings.webhook_hosts),
        journal=sandboxes.journal_of,
    )
    engine = Engine(sandboxes, post)
    clips = _clips(settings)
    judge = Documents({name: one.promise for name, one in providers.items()})
    house = House(
        engine=engine,
        routes=Routes(providers.values()),
        judge=judge,
        keys=_keys(settings),
        clips=clips,
        pictures=LoopbackPictures(clips),
        asker=LoopbackAsker(),
        time=source,
        public_url=settings.public_url,
        scenarios=known,
    )
    for plan in plans.values():
        sandboxes.open(plan.digest)
        for wished in plan.listeners:
            listeners.wish(plan.digest, *wished.all)
    sandboxes.on_close.append(listeners.left)
    desk = _desk(settings, house, providers, known, listeners, judge)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            for digest, files_url in await listeners.open_wished():
                sandboxes.open(digest).files_url = files_url
            yield
        finally:
            await listeners.aclose()
            await post.aclose()
            await clips.aclose()

    app = Starlette(
        routes=[Mount("/_mock", app=control.application(desk))],
        exception_handlers={404: control.nowhere},
        lifespan=lifespan,
    )
    # Outside of Starlette's own layers: the providers' calls, which go through none of them, are the many.
    app.middleware_stack = Edge(app.build_middleware_stack(), house, settings.cors)
    listeners.app = app
    app.state.house = house
    app.state.providers = providers
    app.state.listeners = listeners
    app.state.declared = {name: plan.digest for name, plan in plans.items()}
    return app


def _clips(settings: Settings) -> Clips:
    return Clips(
        settings.cache or Path(tempfile.gettempdir()) / "mockserver-clips",
        max_disk=settings.cache_bytes,
        max_memory=settings.memory_bytes,
        workers=os.cpu_count() or 1,
    )


def _desk(
    settings: Settings,
    house: House,
    providers: dict[str, Provider],
    known: dict[str, Scenario],
    listeners: LoopbackListeners,
    judge: Documents,
) -> Desk:
    """What the control API works on; `known` is the house's own table of scenarios, to which it adds."""
    return Desk(
        house.engine,
        providers,
        known,
        __version__,
        listeners,
        judge.promises,
        judge,
        house.time.wall().timestamp() - house.time.monotonic(),
        frozenset(settings.allow_hosts),
        settings.control_token,
        {one.name for one in settings.scenarios},
    )


def _sandboxes(
    settings: Settings,
    source: MachineTime | HandTime,
    providers: dict[str, Provider],
    known: dict[str, Scenario],
    listeners: LoopbackListeners,
    plans: dict[str, Declared],
) -> Sandboxes:
    fate = scenario.parse(settings.scenario, known)
    changes = {plan.digest: plan.changes for plan in plans.values()}
    budget = Budget()

    def make(digest: str, lot: int) -> Sandbox:
        profiles = {name: settings.profiles.get(name, one.profile()) for name, one in providers.items()}
        clock = SandboxClock(source, start=settings.start, rate=settings.rate, is_frozen=settings.is_frozen)
        hold = None if settings.hold_seconds is None else timedelta(seconds=settings.hold_seconds)
        journal = Journal(budget, is_on=settings.journal)
        made = Sandbox(
            digest, clock, settings.seed, lot, profiles, settings.timing, settings.limits, hold, fate, journal=journal,
            own_limits=settings.own_limits, tiers=settings.tiers, files_url=listeners.files_url(digest),
        )  # fmt: skip
        for change in changes.get(digest, ()):
            change(made)
        return made

    return Sandboxes(make, max_jobs=settings.max_jobs, max_sandboxes=settings.max_sandboxes)


def _keys(settings: Settings) -> KeyRing:
    if settings.keys is None:
        return KeyRing()
    return KeyRing({key: _grant(rights) for key, rights in settings.keys.items()})


def _grant(rights: str) -> Grant:
    """A grant from its text: `read-write`, `read`, `service:ai,billing`; empty means everything."""
    if not rights:
        return Grant()
    kind, _, scopes = rights.partition(":")
    return Grant(kind, tuple(scopes.split(",")) if scopes else Grant().scopes)
