"""`mockserver check --proxy`: cases for clients with hard-coded hosts, which come here by the proxy of `run`.

A case has no port of its own then: the client's key decides whose a call is, so the client must take it from
MOCK_API_KEY.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from mockserver.cli.aside import Aside, EndedEarly
from mockserver.cli.environment import environment
from mockserver.cli.hosting import hosting, write_files
from mockserver.cli.logs import logging_to
from mockserver.kit.promise import PROVIDERS, load
from mockserver.kit.target import CaseServer, ServedCase, Setting

log = logging.getLogger("mockserver")


class KeyCase:
    """A case whose calls are told by the client's key."""

    def __init__(self, sandbox: Any, base_url: str) -> None:
        self._sandbox = sandbox
        self.base_url = base_url
        self.key: str = sandbox.key

    def journal(self) -> Any:
        """What went over the wire so far."""
        return self._sandbox.journal.read()

    def close(self) -> None:
        """Forget what happened."""
        self._sandbox.reset(configuration=True)


class KeyCaseServer:
    """Cases on a server that is reached under the provider's own host."""

    def __init__(self, server: Any, base_url: str) -> None:
        self._server, self._base_url = server, base_url

    def serve(self, setting: Setting) -> KeyCase:
        """Serve a case. Raises ControlRefused, a ValueError, for what the server does not know."""
        self._server.compose(setting.name, **setting.scenario)
        sandbox = self._server.sandbox(setting.key)
        sandbox.reset(configuration=True)
        profiles = {setting.provider: list(setting.profile)}
        sandbox.control("PATCH", "", {"profiles": profiles, "scenario": setting.name, **setting.options})
        return KeyCase(sandbox, self._base_url)


@contextmanager
def proxied(
    provider: str, seed: int, environ: Mapping[str, str]
) -> Iterator[tuple[CaseServer, Callable[[ServedCase], Mapping[str, str]]]]:
    """A server behind a proxy, and the environment that leads a client there. Raises UsageError."""
    from mockserver.adapters.serving import address, bind
    from mockserver.app import create_app
    from mockserver.settings import Settings
    from mockserver.testing import MockServer

    with ExitStack() as ending:
        ending.enter_context(logging_to(sys.stderr, "text", environ))
        log.setLevel(logging.WARNING)
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="mockserver-check-")))
        sockets = bind("127.0.0.1", 0)
        app = create_app(Settings(seed=seed))
        hosted = hosting(app, {}, lets_through=False)
        beside, proxy = hosted.beside("127.0.0.1", 0)
        reach = write_files(folder, hosted.authority, environ, address(sockets), proxy, "")
        server = Aside(app, sockets, [beside], certfile=None, keyfile=None)
        ending.callback(server.stop)
        try:
            server.start()
        except EndedEarly as error:
            raise click.UsageError(str(error)) from None
        site = urlsplit(load(PROVIDERS / provider).document["servers"][0]["url"])
        cases = KeyCaseServer(MockServer.attach(reach.base), f"https://{site.netloc}")
        yield cases, lambda served: environment(environ, replace(reach, key=served.key), hosted.hosts, {})
