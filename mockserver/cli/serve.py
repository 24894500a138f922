"""`mockserver serve`: from a plan to a running server, until a signal stops it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from mockserver import __version__
from mockserver.cli import paths, screen
from mockserver.cli.logs import EXTRA, has_colours, logging_to
from mockserver.cli.options import OwnOption, with_options
from mockserver.cli.plan import Plan, plan
from mockserver.cli.ready import forget, named_in

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from mockserver.adapters.serving import Beside

ARGUMENTS = "mockserver.arguments"
"""Where a context keeps the arguments of its command as they were given."""
PROBE_AFTER_SECONDS = 0.3
"""The delay of the search for ffmpeg, so that the first calls, which often follow at once, have the machine."""

log = logging.getLogger("mockserver")


class Serving(click.Command):
    """A command that starts a server. Whatever comes of it, a ready file of an earlier one goes first: a script would
    take it for that of the server which never starts.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        ctx.meta[ARGUMENTS] = tuple(args)
        named = named_in(args, ctx.find_root().obj)
        forget(named)
        try:
            return super().parse_args(ctx, args)
        except click.ClickException:
            if not named:
                forget(str((ctx.default_map or {}).get("ready_file") or ""))
            raise


@click.command(
    "serve",
    cls=Serving,
    short_help="Start the mock server.",
    epilog="Every option is also an environment variable: --public-url is MOCKSERVER_PUBLIC_URL.",
)
@with_options
@click.option("--watch", is_flag=True, cls=OwnOption, help="Log a warning the first time that a client breaks a law.")
@click.pass_context
def serve(ctx: click.Context, /, *, watch: bool, **given: Any) -> int:
    """Start the mock server. Ctrl-C stops it."""
    environ: Mapping[str, str] = ctx.find_root().obj
    told = plan(given, environ, sys.platform, drawn_seed)
    if watch:
        run(told, environ, _watched)
    else:
        run(told, environ)
    return 0


def _watched(app: Starlette) -> Around:
    """What runs beside a server whose clients are watched."""
    from mockserver.cli.watching import Watching

    return Around(tasks=(Watching(app).run,))


def drawn_seed() -> int:
    """Return a random seed that is short enough to type again."""
    return int.from_bytes(os.urandom(4), "big") % 1_000_000


@dataclass(frozen=True, slots=True)
class Around:
    """What runs beside the server, what the ready file says of it, and what the screen does. `tasks` begin in the
    server's event loop when it is ready, and are cancelled when it ends.
    """

    beside: tuple[Beside, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    tasks: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()


def run(told: Plan, environ: Mapping[str, str], around: Callable[[Starlette], Around] = lambda _: Around()) -> None:
    """Serve until a signal comes; raises click.UsageError when the address cannot be used.

    `around` returns what runs beside the server.
    """
    from mockserver.adapters.serving import Stop, address, server

    stop = Stop()
    with stop.listening(), logging_to(sys.stderr, told.log_format, environ):
        sockets = sockets_of(told)
        from mockserver.app import create_app

        app = create_app(told.settings)
        take_ports(app, sockets)
        more = around(app)
        spare_the_collector()
        opening = Opening(told, environ, app, address(sockets, secure=told.is_secure), more)
        stop.at_forced_end.append(opening.close)
        try:
            serving = server(app, on_ready=opening, certfile=told.certfile, keyfile=told.keyfile)
            stop.run(serving, sockets, more.beside)
        finally:
            opening.close()


def spare_the_collector() -> None:
    """Collect garbage seldom: jobs are values without cycles, and a look at a hundred thousand takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def sockets_of(told: Plan) -> list[Any]:
    """Listening sockets at the address that is asked for; click.UsageError where it cannot be had."""
    from mockserver.adapters.serving import PortTaken, bind

    try:
        return bind(told.host, told.port)
    except PortTaken as taken:
        raise click.UsageError(str(taken)) from None
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise click.UsageError(f"--host {told.host}: {why[:1].lower()}{why[1:]}") from None


def take_ports(app: Starlette, sockets: list[Any]) -> None:
    """Bind the ports of the TOML file's listeners; when one is taken, release those of the server."""
    from mockserver.adapters.serving import PortTaken

    try:
        app.state.listeners.bind_wished()
    except PortTaken as taken:
        for one in sockets:
            one.close()
        told = f"port {taken.port} is {taken.why}; {taken.free} is free"
        raise click.UsageError(f"--config: a listener of sandboxes cannot be opened: {told}") from None


class Opening:
    """The steps when the server is ready, which are undone when it ends."""

    def __init__(self, told: Plan, environ: Mapping[str, str], app: Starlette, url: str, more: Around) -> None:
        self._told, self._environ, self._app, self._url, self._more = told, environ, app, url, more
        self._probe = threading.Timer(PROBE_AFTER_SECONDS, self._look_for_ffmpeg)
        self._probe.daemon = True
        self._tasks: list[asyncio.Task[None]] = []

    def __call__(self) -> None:
        """Tell people and programs, then look for ffmpeg."""
        told = self._told
        self._tasks = [asyncio.get_running_loop().create_task(one()) for one in self._more.tasks]
        if told.ready is not None:
            told.ready.write(self._url, os.getpid(), **self._members())
        if told.log_format == "json":
            settings = told.settings
            members = {"url": self._url, "pid": os.getpid(), "seed": settings.seed, "timing": settings.timing}
            log.info("ready", extra={EXTRA: {**members, **self._members()}})
            for line in self._warnings():
                log.warning(line)
        else:
            _print(screen.screen(self._shown(), self._paint()))
        self._probe.start()

    def close(self) -> None:
        """Remove the ready file."""
        self._probe.cancel()
        if self._told.ready is not None:
            self._told.ready.remove()

    def _members(self) -> dict[str, Any]:
        """What programs are told beside address and process."""
        return {**self._sandboxes(), **self._more.members}

    def _sandboxes(self) -> dict[str, Any]:
        """Return where the sandboxes of the TOML file listen; empty when there are none."""
        listeners = self._app.state.listeners
        found = {
            name: {
                "sandbox": digest,
                "listeners": [url for url in listeners.urls(digest) if url != listeners.files_url(digest)],
                "files_url": listeners.files_url(digest),
            }
            for name, digest in self._app.state.declared.items()
        }
        return {"sandboxes": found} if found else {}

    def _paint(self) -> screen.Paint:
        return screen.painted if has_colours(sys.stdout, self._environ) else screen.plain

    def _shown(self) -> screen.Shown:
        settings = self._told.settings
        return screen.Shown(
            version=__version__,
            url=self._url,
            seed=settings.seed,
            seed_is_drawn=self._told.seed_is_drawn,
            timing=settings.timing,
            providers=list(self._app.state.providers.values()),
            cache=paths.shortened(settings.cache, self._environ, sys.platform) if settings.cache else "",
            asks_for_keys=settings.keys is not None,
            warnings=self._warnings(),
            sandboxes=self._sandboxes().get("sandboxes", {}),
            more=self._more.lines,
        )

    def _warnings(self) -> tuple[str, ...]:
        from mockserver.web.guard import is_this_machine

        found = []
        if self._told.settings.public_url is not None:
            found.append(f"Links lead to {self._told.settings.public_url}")
        if not is_this_machine(self._told.host):
            found.append(
                f"With --host {self._told.host} other machines can reach the providers. "
                + (
                    "The control API (/_mock) wants X-Mock-Token from them."
                    if self._told.settings.control_token
                    else "The control API (/_mock) is off for them."
                )
            )
        return tuple(found)

    def _look_for_ffmpeg(self) -> None:
        why = self._app.state.context.clips.usable()
        if why is not None:
            log.warning("clips will be answered with 503: %s", why)


def _print(lines: list[str]) -> None:
    with suppress(OSError):  # whoever read our output has gone; the server is no less ready
        text = "\n".join(lines)
        encoding = sys.stdout.encoding or "ascii"
        click.echo(text.encode(encoding, "backslashreplace").decode(encoding), color=True)
        sys.stdout.flush()
