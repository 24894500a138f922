"""The composition root: the only module that knows every adapter."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from mockserver import __version__
from mockserver.adapters.challenge import LoopbackChallenger
from mockserver.adapters.clips import Clips
from mockserver.adapters.clock import HandTime, MachineTime, SandboxClock
from mockserver.adapters.documents import Documents
from mockserver.adapters.listeners import LoopbackListeners
from mockserver.adapters.pictures import LoopbackPictures
from mockserver.adapters.store import MemoryStore
from mockserver.adapters.webhooks import WebhookDispatcher
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.engine import Engine
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
from mockserver.web.control_context import ControlContext
from mockserver.web.edge import Edge
from mockserver.web.journal.pending import Recorder
from mockserver.web.journal.redact import redact
from mockserver.web.provider_context import ProviderContext

PLACES: tuple[str | Path, ...] = ("mockserver.providers",)


def create_app(
    settings: Settings | None = None,
    *,
    time: MachineTime | HandTime | None = None,
    places: Iterable[str | Path] = PLACES,
    make_store: MakeStore = MemoryStore.of,
) -> Starlette:
    """The whole server as a Starlette application: providers at the host's root, the control API under `/_mock`."""
    settings = settings or Settings()
    source = time or MachineTime()
    providers = discover(places)
    known = scenarios(providers, settings.scenarios)
    listeners = LoopbackListeners()
    plans = all_declared(settings.sandboxes, providers, known)
    store = make_store(_store_parts(settings, source, providers, known, listeners, plans))
    dispatcher = WebhookDispatcher(
        source,
        allow="any" if "any" in settings.webhook_hosts else frozenset(settings.webhook_hosts),
        journal=store.journal_of,
    )
    engine = Engine(store, dispatcher)
    clips = _clips(settings)
    judge = Documents({name: one.promise for name, one in providers.items()})
    context = ProviderContext(
        engine=engine,
        routes=Routes(providers.values()),
        judge=judge,
        keys=_keys(settings),
        clips=clips,
        pictures=LoopbackPictures(clips),
        challenger=LoopbackChallenger(),
        recorder=Recorder(source, redact),
        time=source,
        public_url=settings.public_url,
        scenarios=known,
    )
    for plan in plans.values():
        for wished in plan.listeners:
            listeners.wish(plan.digest, *wished.all)
    store.on_close.append(listeners.left)
    control_context = _control_context(settings, context, providers, known, listeners, judge)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            for digest, files_url in await listeners.open_wished():
                await engine.work(await store.load(digest), partial(_set_files_url, files_url))
            yield
        finally:
            await listeners.aclose()
            await dispatcher.aclose()
            await clips.aclose()

    app = Starlette(
        routes=[Mount("/_mock", app=control.application(control_context))],
        exception_handlers={404: control.nowhere},
        lifespan=lifespan,
    )
    # Outside of Starlette's own layers: the providers' calls, which go through none of them, are the many.
    app.middleware_stack = Edge(app.build_middleware_stack(), context, settings.cors)
    listeners.app = app
    app.state.context = context
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


def _control_context(
    settings: Settings,
    context: ProviderContext,
    providers: dict[str, Provider],
    known: ScenarioCatalogue,
    listeners: LoopbackListeners,
    judge: Documents,
) -> ControlContext:
    """What the control API works on; `known` is the server's own table of scenarios, to which it adds."""
    return ControlContext(
        context.engine,
        providers,
        known,
        __version__,
        listeners,
        judge.promises,
        judge,
        context.time.wall().timestamp() - context.time.monotonic(),
        frozenset(settings.allow_hosts),
        settings.control_token,
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
    """A grant from its text: `read-write`, `read`, `service:ai,billing`; empty means everything."""
    if not rights:
        return Grant()
    kind, _, scopes = rights.partition(":")
    return Grant(kind, tuple(scopes.split(",")) if scopes else Grant().scopes)
