"""The server in this thread, without a socket, in virtual time: what serves the kit's cases in milliseconds.

A sleep of the client lets virtual time pass, and with it all that the server does in that time. The loop runs while the
client waits for an answer or sleeps, and stands still while the client works.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from mockserver.adapters.clock import HandTime
from mockserver.testing.asgi_exchange import App, AsgiExchange, Cut, RawHeaders, Target
from mockserver.testing.cases import CaseSetting
from mockserver.testing.control import ControlRefused
from mockserver.testing.loops import Life
from mockserver.testing.virtual_loop import VirtualLoop

Value = TypeVar("Value")
API: Final = "http://api.mockserver.localhost"
FILES: Final = "http://files.mockserver.localhost"
START: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SPACING_SECONDS: Final = 1000.0
"""A case begins at a multiple of so many seconds, so that it goes as it would alone."""
SETTLING_ROUNDS: Final = 5
WAY_SECONDS: Final = 0.005
"""What a request needs to come to the server, in virtual time."""
MOST_REQUESTS: Final = 3000
"""A client that sends more in one case never ends."""


class LoopTime(HandTime):
    """The time of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__(START)
        self._loop = loop

    def wall(self) -> datetime:
        """The instant of virtual time."""
        return START + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        """The seconds of virtual time."""
        return self._loop.time()


class Answered:
    """What came of a request: the head, the parts of the body, and how it broke off (None: it did not)."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: RawHeaders = []
        self.parts: list[bytes] = []
        self.broken: Cut | TimeoutError | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there is a head."""
        return self.status > 0


class VirtualServer:
    """A server in virtual time, for one client at a time, in the thread that made it."""

    def __init__(self, *, seed: int = 0, cache: Path | None = None) -> None:
        self.loop = VirtualLoop()
        self.time = LoopTime(self.loop)
        self._seed, self._cache = seed, cache
        self._app: App | None = None
        self._life: Life | None = None
        self._digests: dict[str, str] = {}

    def start(self) -> Self:
        """Make the application, and start it up."""
        from mockserver.app import create_app
        from mockserver.settings import Settings

        if self._app is None:
            app = create_app(Settings(seed=self._seed, cache=self._cache), time=self.time)
            self._app, self._life = app, Life(app)
            self._engine = app.state.context.engine
            self.loop.run_until_complete(self._life.start())
        return self

    def stop(self) -> None:
        """Shut the application down."""
        if self._life is not None and self._app is not None:
            self.loop.run_until_complete(self._life.stop())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
            self._app = self._life = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def control(self, method: str, path: str, value: object = None) -> bytes:
        """A call of the control API; raises ControlRefused."""
        body = b"" if value is None else json.dumps(value).encode()
        headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
        raw_path, _, query = f"/_mock{path}".partition("?")
        target = Target(method, "http", "127.0.0.1", 80, raw_path.encode(), query.encode())
        answer = self.loop.run_until_complete(self.exchange(target, headers, body, None, ""))
        data = b"".join(answer.parts)
        if answer.status >= 400:
            raise ControlRefused(str(json.loads(data).get("detail", data)), answer.status)
        return data

    def serve(self, setting: CaseSetting) -> InThreadCase:
        """Serve a case. Raises ControlRefused, a ValueError, for a setting that the server does not know."""
        self.start()
        now = self.loop.time()
        self.loop.pass_until(now + -now % SPACING_SECONDS)
        if setting.key in self._digests:
            self.control("DELETE", f"/sandboxes/{self._digests[setting.key]}?configuration=true")
        opened = json.loads(self.control("POST", "/sandboxes", {"key": setting.key}))
        digest = self._digests[setting.key] = str(opened["sandbox"])
        self.control("PUT", f"/scenarios/{setting.name}", dict(setting.scenario))
        profiles = {setting.provider: list(setting.profile)}
        change = {"profiles": profiles, "scenario": setting.name, **setting.options}
        self.control("PATCH", f"/sandboxes/{digest}", change)
        self.loop.run_until_complete(self._serve_files(digest))
        return InThreadCase(self, setting.key, digest)

    async def _serve_files(self, digest: str) -> None:
        """Let the links of a sandbox lead to another origin."""
        engine = self._engine
        sandbox = await engine.store.load(digest)
        await engine.work(sandbox, lambda one: engine.configure(one, [lambda box: box.set("files_url", FILES)]))

    async def exchange(
        self, target: Target, headers: RawHeaders, body: bytes, patience: float | None, sandbox: str
    ) -> Answered:
        """One request; `patience` is how many seconds are waited for the head and for each part (None: for ever)."""
        if self._app is None or self._life is None:
            raise RuntimeError("the mock server is not running: it was not started, or it was stopped")
        scope = target.scope(headers, self._life.state)
        if sandbox:
            scope["mockserver.sandbox"] = sandbox
        found, exchange = Answered(), AsgiExchange(self._app, scope)
        try:
            if body:
                await exchange.feed(body)
            exchange.end()
            async with asyncio.timeout(patience):
                found.status, found.headers = await exchange.head()
            while True:
                async with asyncio.timeout(patience):
                    part = await exchange.part()
                if part is None:
                    return found
                found.parts.append(part)
        except (Cut, TimeoutError) as broken:
            found.broken = broken
        finally:
            exchange.close()
        return found

    def settle(self) -> None:
        """Let the server come to the end of what its clients left."""
        for _ in range(SETTLING_ROUNDS):
            self.loop.run_until_complete(asyncio.sleep(0))


class InThreadCase:
    """A case that is served to a client in this thread."""

    def __init__(self, server: VirtualServer, key: str, digest: str) -> None:
        self._server, self.key, self.digest = server, key, digest
        self.base_url = API
        self._end: float | None = None
        self._ending: BaseException | None = None
        self._requests = 0

    def stop_after(self, seconds: float, ending: BaseException) -> None:
        """Raise `ending` in whatever the client does in so many seconds from now."""
        self._end, self._ending = self.monotonic() + seconds, ending

    def _left(self) -> float | None:
        """How many seconds the client has; raises its ending where there are none."""
        if self._end is None or self._ending is None:
            return None
        if self.monotonic() >= self._end or self._requests > MOST_REQUESTS:
            raise self._ending
        return self._end - self.monotonic()

    def journal(self) -> Any:
        """What went over the wire so far."""
        self._server.settle()
        return json.loads(self._server.control("GET", f"/sandboxes/{self.digest}/journal.json"))

    def close(self) -> None:
        """Let what is still under way come to its end."""
        self._server.settle()

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        left = self._left()
        self._driven(asyncio.sleep(seconds if left is None else min(seconds, left)))
        self._left()

    def _driven(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Do work in the server's loop, also from within a loop that the client runs in this thread."""
        running = asyncio._get_running_loop()  # noqa: SLF001  (what asyncio's documentation gives to event loops)
        if running is None:
            return self._server.loop.run_until_complete(work)
        asyncio._set_running_loop(None)  # noqa: SLF001
        try:
            return self._server.loop.run_until_complete(work)
        finally:
            asyncio._set_running_loop(running)  # noqa: SLF001

    def monotonic(self) -> float:
        """The seconds of virtual time."""
        return self._server.time.monotonic()

    def now(self) -> datetime:
        """The instant of virtual time."""
        return self._server.time.wall()

    def send(self, target: Target, headers: RawHeaders, body: bytes, patience: float | None) -> Answered:
        """One request, from code that runs in no event loop."""
        return self._driven(self.send_async(target, headers, body, patience))

    async def send_async(self, target: Target, headers: RawHeaders, body: bytes, patience: float | None) -> Answered:
        """One request, from a coroutine that `run` runs; from a loop of the client's own, one after the other."""
        if asyncio.get_running_loop() is not self._server.loop:
            return self._driven(self.send_async(target, headers, body, patience))
        left = self._left()
        self._requests += 1
        await asyncio.sleep(WAY_SECONDS)
        if left is not None:
            patience = left if patience is None else min(patience, left)
        answer = await self._server.exchange(target, headers, body, patience, self.digest)
        self._left()
        return answer

    def transport(self) -> Any:
        """An httpx.BaseTransport that leads here, whatever the host."""
        from mockserver.testing.virtual_transports import VirtualTransport

        return VirtualTransport(self)

    def async_transport(self) -> Any:
        """An httpx.AsyncBaseTransport that leads here, for a client that `run` runs."""
        from mockserver.testing.virtual_transports import AsyncVirtualTransport

        return AsyncVirtualTransport(self)

    def mount(self, session: Any) -> None:
        """Lead all of a requests.Session here, whatever the host."""
        from mockserver.testing.virtual_requests import VirtualAdapter

        for scheme in ("http://", "https://"):
            session.mount(scheme, VirtualAdapter(self))

    def virtual_time(self) -> AbstractContextManager[None]:
        """Replace the standard library's time by virtual time, in this thread, for as long as the context lasts."""
        from mockserver.testing.virtual_time import virtual_time

        return virtual_time(self)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end in virtual time."""
        left = self._left()
        try:
            return self._server.loop.run_until_complete(work if left is None else asyncio.wait_for(work, left))
        except TimeoutError:
            self._left()
            raise
