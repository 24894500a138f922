"""The composition root: the only module that knows every adapter."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from mockserver import __version__
from mockserver.adapters.challenge import LoopbackChallenger
from mockserver.adapters.clips import Clips
from mockserver.adapters.clock import HandTime, MachineTime, SandboxClock
from mockserver.adapters.closing import closed
from mockserver.adapters.documents import Documents
from mockserver.adapters.listeners import LoopbackListeners
from mockserver.adapters.pictures import LoopbackPictures
from mockserver.adapters.store import MemoryStore
from mockserver.adapters.webhooks import WebhookDispatcher
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.engine import Engine
from mockserver.engine.events import Events
from mockserver.engine.journal import Budget, Journal
from mockserver.engine.sandbox import Sandbox
from mockserver.engine.store import MakeStore, StoreParts
from mockserver.provider.configuration import Declared, all_declared
from mockserver.provider.discovery import discover, scenarios
from mockserver.provider.keys import Grant, KeyRing
from mockserver.provider.requests import RequestForms
from mockserver.provider.routes import Routes
from mockserver.provider.table import Provider
from mockserver.settings import Settings
from mockserver.web import control
from mockserver.web.call_context import path_of
from mockserver.web.control_context import ControlContext
from mockserver.web.edge import Edge
from mockserver.web.journal.pending import Recorder
from mockserver.web.journal.redact import redact
from mockserver.web.provider_context import ProviderContext
from mockserver.web.public_prefix import PublicPrefix

PLACES: tuple[str | Path, ...] = ("mockserver.providers",)


def create_app(
    settings: Settings | None = None,
    *,
    time: MachineTime | HandTime | None = None,
    places: Iterable[str | Path] = PLACES,
    make_store: MakeStore = MemoryStore.of,
) -> Starlette:
    """Return the whole server: the providers at the root of the host, and the control API under `/_mock`."""
    parts = _parts(settings or Settings(), time or MachineTime(), places, make_store)
    context = _provider_context(parts)
    app = Starlette(
        routes=[Mount("/_mock", app=control.application(_control_context(parts)))],
        exception_handlers={404: control.nowhere},
        lifespan=partial(_lifespan, parts),
    )
    # Outside of Starlette's own layers: most calls are the providers', which go through none of these layers.
    edge = Edge(app.build_middleware_stack(), context, parts.settings.cors)
    prefix = path_of(parts.settings.public_url or "")
    app.middleware_stack = PublicPrefix(edge, prefix, context.routes) if prefix else edge
    parts.listeners.app = app
    app.state.context = context
    app.state.providers = parts.providers
    app.state.listeners = parts.listeners
    app.state.declared = {name: plan.digest for name, plan in parts.plans.items()}
    return app


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a server."""

    settings: Settings
    time: MachineTime | HandTime
    providers: dict[str, Provider]
    scenarios: ScenarioCatalogue
    plans: dict[str, Declared]
    """The sandboxes that the settings declare, by name."""
    listeners: LoopbackListeners
    events: Events
    engine: Engine
    dispatcher: WebhookDispatcher
    clips: Clips
    judge: Documents


def _parts(
    settings: Settings, time: MachineTime | HandTime, places: Iterable[str | Path], make_store: MakeStore
) -> _Parts:
    providers = discover(places)
    known = scenarios(providers, settings.scenarios)
    plans = all_declared(settings.sandboxes, providers, known)
    listeners = LoopbackListeners()
    store = make_store(_store_parts(settings, time, providers, known, listeners, plans))
    for plan in plans.values():
        for wished in plan.listeners:
            listeners.wish(plan.digest, *wished.all)
    events = Events()
    dispatcher = WebhookDispatcher(
        time,
        allow="any" if "any" in settings.webhook_hosts else frozenset(settings.webhook_hosts),
        journal=store.journal_of,
        events=events,
    )
    engine = Engine(store, dispatcher, events)
    store.on_close.append(listeners.left)
    judge = Documents({name: one.promise for name, one in providers.items()})
    return _Parts(
        settings, time, providers, known, plans, listeners, events, engine, dispatcher, _clips(settings),
        judge,
    )  # fmt: skip


@asynccontextmanager
async def _lifespan(parts: _Parts, _app: Starlette) -> AsyncIterator[None]:
    """Open the declared listeners; at the end close everything that the server opened."""
    try:
        for digest, files_url in await parts.listeners.open_wished():
            sandbox = await parts.engine.store.load(digest)
            await parts.engine.work(sandbox, partial(_set_files_url, files_url))
        yield
    finally:
        parts.events.close()
        await closed(parts.listeners.aclose(), parts.dispatcher.aclose(), parts.clips.aclose())


def _provider_context(parts: _Parts) -> ProviderContext:
    return ProviderContext(
        engine=parts.engine,
        routes=Routes(parts.providers.values()),
        judge=parts.judge,
        keys=_keys(parts.settings),
        clips=parts.clips,
        pictures=LoopbackPictures(parts.clips),
        challenger=LoopbackChallenger(),
        recorder=Recorder(parts.time, redact),
        public_url=parts.settings.public_url,
        scenarios=parts.scenarios,
    )


def _clips(settings: Settings) -> Clips:
    return Clips(
        settings.cache or Path(tempfile.gettempdir()) / "mockserver-clips",
        max_disk=settings.cache_bytes,
        max_memory=settings.memory_bytes,
        workers=os.cpu_count() or 1,
    )


def _control_context(parts: _Parts) -> ControlContext:
    return ControlContext(
        engine=parts.engine,
        providers=parts.providers,
        scenarios=parts.scenarios,
        version=__version__,
        listeners=parts.listeners,
        promises=parts.judge.promises,
        judge=parts.judge,
        epoch=parts.time.wall().timestamp() - parts.time.monotonic(),
        allowed_hosts=frozenset(parts.settings.allow_hosts),
        token=parts.settings.control_token,
        reporter=parts.settings.reporter,
    )


def _store_parts(
    settings: Settings,
    source: MachineTime | HandTime,
    providers: dict[str, Provider],
    known: ScenarioCatalogue,
    listeners: LoopbackListeners,
    plans: dict[str, Declared],
) -> StoreParts:
    scenario = known.parse(settings.scenario)
    changes = {plan.digest: plan.changes for plan in plans.values()}
    budget = Budget()

    def make(digest: str, id_block: int) -> Sandbox:
        profiles = {name: settings.profiles.get(name, one.profile()) for name, one in providers.items()}
        clock = SandboxClock(source, start=settings.start, rate=settings.rate, is_frozen=settings.is_frozen)
        hold = None if settings.hold_seconds is None else timedelta(seconds=settings.hold_seconds)
        journal = Journal(budget, is_on=settings.journal)
        made = Sandbox(
            digest, clock, settings.seed, id_block, profiles, settings.timing, settings.limits, hold, scenario,
            journal=journal, own_limits=settings.own_limits, tiers=settings.tiers,
            webhook_secrets=settings.webhook_secrets, budget=settings.budget,
            files_url=listeners.files_url(digest),
        )  # fmt: skip
        for change in changes.get(digest, ()):
            change(made)
        return made

    return StoreParts(
        make,
        max_jobs=settings.max_jobs,
        max_sandboxes=settings.max_sandboxes,
        declared=tuple(plan.digest for plan in plans.values()),
        requests=RequestForms(providers.values()),
        scenarios=known,
        epoch=source.wall() - timedelta(seconds=source.monotonic()),
    )


def _set_files_url(files_url: str | None, sandbox: Sandbox) -> None:
    sandbox.set("files_url", files_url)


def _keys(settings: Settings) -> KeyRing:
    if settings.keys is None:
        return KeyRing()
    return KeyRing({key: _grant(rights) for key, rights in settings.keys.items()})


def _grant(rights: str) -> Grant:
    """Return the grant that a text names: `read-write`, `read`, `service:ai,billing`; empty grants everything."""
    if not rights:
        return Grant()
    kind, _, scopes = rights.partition(":")
    return Grant(kind, tuple(scopes.split(",")) if scopes else Grant().scopes)
