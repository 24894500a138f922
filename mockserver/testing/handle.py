"""The handle on a mock server (in a thread, in a process, elsewhere, or without a socket) and on its sandboxes."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mockserver.testing.asgi_exchange import App
from mockserver.testing.clock import Clock
from mockserver.testing.control import SandboxControl, ServerControl
from mockserver.testing.controls import Limits, Profile, Scenario
from mockserver.testing.events import PATIENCE_SECONDS, EventStream
from mockserver.testing.journal import Journal
from mockserver.testing.listeners import Listeners
from mockserver.testing.results import Delivery, Job, SandboxSpend, TurnedJob
from mockserver.testing.wire import Served

if TYPE_CHECKING:
    from mockserver.adapters.clock import HandTime, MachineTime
    from mockserver.settings import Settings


class MockServer(ServerControl):
    """A mock server.

        with MockServer() as server:
            sandbox = server.sandbox("test-1")

    `MockServer()` runs the server in a thread of this process, on a free port of 127.0.0.1. `MockServer.process()` runs
    it in a process of its own, `MockServer.in_process()` runs the application without a socket, and
    `MockServer.attach(url)` uses a server that runs already. The seed is 0 unless you set another.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        time: MachineTime | HandTime | None = None,
        served: Served | None = None,
        token: str | None = None,
        prefix: str = "",
    ) -> None:
        """Make a handle; nothing runs before `start`.

        `settings` and `time` configure the server in a thread. `served` is another server to use in its place, `token`
        the token of its control API, and `prefix` the beginning of the keys that this handle makes up.
        """
        if served is None:
            from mockserver.testing.thread import InThread

            served = InThread(_maker(settings, time))
        super().__init__(served, token)
        self._prefix, self._fresh = prefix, 0

    @classmethod
    def process(cls, *options: str, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Self:
        """Return a handle on a server in a process of its own.

        `options` are those of `mockserver serve`, `environ` is its environment (None: this process's, without
        MOCKSERVER_* variables), and `folder` the folder for its `output.txt`. `start` raises StartFailed, with what the
        process printed, when the server does not start.
        """
        from mockserver.testing.process import OwnProcess

        return cls(served=OwnProcess(["--seed", "0", *options], environ=environ, folder=folder))

    @classmethod
    def in_process(cls, settings: Settings | None = None, *, time: MachineTime | HandTime | None = None) -> Self:
        """Return a handle on the application without a socket: use `request`, `transport` or `async_transport`."""
        from mockserver.testing.in_process import InProcessServer

        return cls(served=InProcessServer(_maker(settings, time)))

    @classmethod
    def attach(
        cls, url: str, *, token: str | None = None, context: ssl.SSLContext | None = None, prefix: str = ""
    ) -> Self:
        """Return a handle on a server that runs already; raises NoMockServer when none of this version answers.

        `token` is its --control-token, and `context` trusts its certificate. Handles that are used at the same time
        need different prefixes.
        """
        from mockserver.testing.attached import Attached

        return cls(served=Attached(url, context=context), token=token, prefix=prefix).start()

    def start(self) -> Self:
        """Start the server and return when it answers."""
        self._served.start()
        return self

    def stop(self) -> None:
        """Stop the server and wait until it has ended; an attached server goes on running."""
        self._served.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def transport(self) -> Any:
        """Return an httpx transport for `httpx.Client(transport=..., base_url=...)`; in process it needs no socket."""
        return self._served.transport()

    def async_transport(self) -> Any:
        """Return a transport for httpx.AsyncClient, in any event loop."""
        return self._served.async_transport()

    def sandbox(self, key: str | None = None) -> Sandbox:
        """Return the sandbox of an API key; without a key a new one: `sandbox-1`, then `sandbox-2`, and so on."""
        if key is not None:
            return Sandbox(self, key)
        self._fresh += 1
        made = Sandbox(self, f"{self._prefix}sandbox-{self._fresh}")
        made.reset(configuration=True)
        return made


class Sandbox(SandboxControl):
    """Everything that belongs to one API key: jobs, clock, profile, scenario, limits, webhooks, journal.

    Every refusal of the server raises ControlRefused with the server's own sentence.
    """

    def __init__(self, owner: MockServer, key: str) -> None:
        super().__init__(owner, key)
        self.server = owner
        self.clock, self.scenario, self.limits = Clock(self), Scenario(self), Limits(self)
        self.profile, self.journal = Profile(self), Journal(self)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a client with this key, for requests that you write yourself."""
        return {"Authorization": f"Bearer {self.key}"}

    def freeze(self) -> None:
        """Stop the clock."""
        self.clock.freeze()

    def advance(self, seconds: float) -> list[str]:
        """Move the clock forward by seconds; return the ids of webhooks that fell due, after their attempts."""
        return self.clock.advance(seconds)

    def events(self, *, after: int | None = None, timeout: float = PATIENCE_SECONDS) -> EventStream:
        """Return the events of this sandbox as they happen, for a `with`; see `MockServer.events`.

        with sandbox.events() as events:
            ...
            assert events.next("job.ended").data["state"] == "succeeded"
        """
        return self.server.events(after=after, timeout=timeout, sandbox=self._path)

    def jobs(self) -> list[Job]:
        """Return the jobs, oldest first, as the control API shows them."""
        found: list[Job] = self.control("GET", "/jobs")["jobs"]
        return found

    def turn(self, job: str, kind: str, why: str | None = None) -> TurnedJob:
        """Override a job: `complete`, `fail` (for a reason) or `stall`; return the job as it is then."""
        body = None if why is None else {"why": why}
        job_then: TurnedJob = self.control("POST", f"/jobs/{job}/{kind}", body)
        return job_then

    def complete(self, job: str) -> TurnedJob:
        """Let a job succeed now; return the job as it is then."""
        return self.turn(job, "complete")

    def fail(self, job: str, why: str | None = None) -> TurnedJob:
        """Let a job fail now, for a reason; return the job as it is then."""
        return self.turn(job, "fail", why)

    def stall(self, job: str) -> TurnedJob:
        """Let a job never end; return the job as it is then."""
        return self.turn(job, "stall")

    def deliveries(self) -> list[Delivery]:
        """Return the webhooks, oldest first, with what was sent and how each attempt ended."""
        found: list[Delivery] = self.control("GET", "/deliveries")["deliveries"]
        return found

    def spend(self) -> SandboxSpend:
        """Return what the jobs would have cost at documented prices: together, by operation, and each."""
        found: SandboxSpend = self.control("GET", "/spend")
        return found

    def replay(self, delivery: str) -> Delivery:
        """Send a webhook once more, now; return the webhook with all its attempts. `delivery` is its id."""
        found: Delivery = self.control("POST", f"/deliveries/{delivery}/replay")
        return found

    def server_report(self, form: str = "json") -> str:
        """Return the server's own report on the journal by the laws for clients, as json, html, md or junit.

        Raises ControlRefused when the server has nothing that judges; `mockserver serve` has.
        """
        return self.read(f"/report?form={form}").decode()

    def listeners(self, *, port: int = 0, files: bool = False, files_port: int | None = None) -> Listeners:
        """Open a port (0: any free one) of which every call belongs to this sandbox, with any key.

        `files` or `files_port` open a second port. Links to files then point there: to another origin.
        """
        asked = {"port": port, "files": files} if files_port is None else {"port": port, "files_port": files_port}
        return Listeners(self, self.control("POST", "/listeners", asked))

    def listening(self) -> list[str]:
        """Return the base URLs of the sandbox's listeners, oldest first, also of those in the TOML file."""
        return list(self.control("GET", "/listeners")["listeners"])

    def reset(self, *, configuration: bool = False) -> None:
        """Forget everything but the configuration; with `configuration=True` also that, as if the key were new."""
        self.control("DELETE", "?configuration=true" if configuration else "")
        if configuration:
            self._open()


def _maker(settings: Settings | None, time: MachineTime | HandTime | None) -> Callable[[], App]:
    """Return what makes the application. It is imported late, because a handle on a process does not need it."""

    def made() -> App:
        from mockserver.app import create_app

        app = create_app(settings, time=time)
        app.state.listeners.bind_wished()  # a taken port raises here, and is not only logged
        return app

    return made
