"""A mock server in a thread, in a process, somewhere else or without a socket, and the sandboxes on it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mockserver import MockServerError
from mockserver.testing.asgi_exchange import App
from mockserver.testing.events import PATIENCE_SECONDS, EventStream
from mockserver.testing.results import Health, Json, Provider, ScenarioInfo, SchemaList, Spend
from mockserver.testing.results import Settings as SandboxSettings
from mockserver.testing.sandbox import Sandbox
from mockserver.testing.wire import Served, Stream

if TYPE_CHECKING:
    from mockserver.adapters.clock import HandTime, MachineTime
    from mockserver.settings import Settings


class ControlRefused(MockServerError, ValueError):
    """The control API refused what was asked; the text is the server's own sentence, `status` its HTTP status."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class MockServer:
    """A mock server.

        with MockServer() as server:
            sandbox = server.sandbox("test-1")

    As written it runs in a thread of this process, on a free port of 127.0.0.1. `MockServer.process()` runs it in a
    process of its own, `MockServer.in_process()` runs the application without a socket, `MockServer.attach(url)` takes
    one that runs. The seed is 0 unless told otherwise.
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
        """`served` is the server where it is to be another than that in a thread; `token` what its control API wants;
        `prefix` begins the keys that this handle makes up.
        """
        if served is None:
            from mockserver.testing.thread import InThread

            served = InThread(_maker(settings, time))
        self._served, self._token, self._prefix = served, token, prefix
        self._fresh = 0
        self._base_paths: dict[str, str] | None = None

    @classmethod
    def process(cls, *options: str, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Self:
        """A server in a process of its own. `options` are those of `mockserver serve`; `environ` its environment (None:
        this one's, without MOCKSERVER_* variables); `folder` is where `output.txt` is to stay. Its start raises
        StartFailed, with what it printed.
        """
        from mockserver.testing.process import OwnProcess

        return cls(served=OwnProcess(["--seed", "0", *options], environ=environ, folder=folder))

    @classmethod
    def in_process(cls, settings: Settings | None = None, *, time: MachineTime | HandTime | None = None) -> Self:
        """The application without a socket, for `request` and for `transport` and `async_transport`."""
        from mockserver.testing.in_process import InProcessServer

        return cls(served=InProcessServer(_maker(settings, time)))

    @classmethod
    def attach(
        cls, url: str, *, token: str | None = None, context: ssl.SSLContext | None = None, prefix: str = ""
    ) -> Self:
        """A server that runs; NoMockServer when there is none of our version. `token` is its --control-token,
        `context` trusts its certificate. Two handles that may run at once want prefixes of their own.
        """
        from mockserver.testing.attached import Attached

        return cls(served=Attached(url, context=context), token=token, prefix=prefix).start()

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end; empty before the start."""
        return self._served.url

    @property
    def base_urls(self) -> dict[str, str]:
        """What the clients of each provider are to be pointed to, by provider."""
        return self.base_urls_at(self.url)

    def base_urls_at(self, url: str) -> dict[str, str]:
        """The same at another address of this server."""
        if self._base_paths is None:
            self._base_paths = {one["name"]: one["base_path"] for one in self.providers()}
        return {name: url + path for name, path in self._base_paths.items()}

    def start(self) -> Self:
        """Start; returns when it answers."""
        self._served.start()
        return self

    def stop(self) -> None:
        """Stop, and wait until everything has ended; one that was attached runs on."""
        self._served.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def transport(self) -> Any:
        """An httpx transport for `httpx.Client(transport=..., base_url=...)`; in process it needs no socket."""
        return self._served.transport()

    def async_transport(self) -> Any:
        """The same for httpx.AsyncClient, in any event loop."""
        return self._served.async_transport()

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """One request on a connection of its own: status, headers in order, body."""
        return self._served.request(method, path, headers or {}, body)

    def control(self, method: str, path: str, value: object = None) -> Any:
        """A call of the control API under `/_mock`; raises ControlRefused."""
        return json.loads(self.got(path, method, value))

    def got(self, path: str, method: str = "GET", value: object = None) -> bytes:
        """The same as bytes, for what is no JSON."""
        status, content = self.told(method, path, value)
        if status >= 400:
            answer = json.loads(content)
            raise ControlRefused(str(answer.get("detail", answer)), status)
        return content

    def told(self, method: str, path: str, value: object = None) -> tuple[int, bytes]:
        """The same as status and bytes, whatever they say."""
        headers = {"content-type": "application/json"}
        if self._token is not None:
            headers["x-mock-token"] = self._token
        body = b"" if value is None else json.dumps(value).encode()
        status, _, content = self.request(method, f"/_mock{path}", headers, body)
        return status, content

    def events(
        self, *, after: int | None = None, timeout: float = PATIENCE_SECONDS, sandbox: str | None = None
    ) -> EventStream:
        """What happens in all sandboxes, or in one (by its path in the control API), as it happens; for a `with`.

        `after` is the id of the last event that was seen, to go on from there; `timeout` bounds each wait.
        """
        headers = {} if self._token is None else {"x-mock-token": self._token}
        if after is not None:
            headers["Last-Event-ID"] = str(after)

        def opened() -> Stream:
            stream = self._served.stream(f"/_mock{sandbox or ''}/events", headers)
            if stream.status != 200:
                answer = json.loads(stream.read(timeout))
                stream.close()
                raise ControlRefused(str(answer.get("detail", answer)), stream.status)
            return stream

        return EventStream(opened, timeout)

    def health(self) -> Health:
        """That it is up, its version, and the names of its providers."""
        found: Health = self._object("/health")
        return found

    def providers(self) -> list[Provider]:
        """The providers: base path, words of the profile, tiers, operations."""
        return list(self._object("/providers")["providers"])

    def scenarios(self) -> list[ScenarioInfo]:
        """The scenarios, each with its sentence and the default of its number."""
        return list(self._object("/scenarios")["scenarios"])

    def spend(self) -> Spend:
        """What the jobs of all sandboxes would have cost at documented prices: together and by operation."""
        found: Spend = self.control("GET", "/spend")
        return found

    def compose(self, name: str, **members: object) -> None:
        """Make a scenario of one's own, or replace it; the members are those of a TOML file's `[scenarios.NAME]`.

        server.compose("rainy-night", timeline={"running_seconds": 90}, answers=["eta-null"])
        """
        self.control("PUT", f"/scenarios/{name}", members)

    def forget_scenario(self, name: str) -> None:
        """Forget a scenario of one's own; jobs, queues and sandboxes that have it keep it."""
        self.control("DELETE", f"/scenarios/{name}")

    def sandboxes(self) -> list[SandboxSettings]:
        """All sandboxes as the control API shows them, the most recently used last."""
        return list(self._object("/sandboxes")["sandboxes"])

    def document(self, provider: str, *words: str) -> Json:
        """A provider's OpenAPI document under a profile, its servers being this one."""
        found: Json = self._object(f"/openapi/{provider}.json" + (f"?profile={','.join(words)}" if words else ""))
        return found

    def control_document(self) -> Json:
        """The control API's own OpenAPI document."""
        found: Json = self._object("/openapi.json")
        return found

    def schemas(self) -> SchemaList:
        """Where the providers' JSON Schemas are."""
        found: SchemaList = self._object("/schemas")
        return found

    def schema(self, provider: str, kind: str, name: str) -> Json:
        """One of them: `schema("gately", "requests", "createVideo")`."""
        found: Json = self._object(f"/schemas/{provider}/{kind}/{name}.json")
        return found

    def _object(self, path: str) -> Any:
        return self.control("GET", path)

    def sandbox(self, key: str | None = None) -> Sandbox:
        """The sandbox of an API key. None: one that this handle has not used, `sandbox-1` first, as if it were new."""
        if key is not None:
            return Sandbox(self, key)
        self._fresh += 1
        made = Sandbox(self, f"{self._prefix}sandbox-{self._fresh}")
        made.reset(configuration=True)
        return made


def _maker(settings: Settings | None, time: MachineTime | HandTime | None) -> Callable[[], App]:
    """The whole application, imported when it is wanted: a handle on a process has no need of it."""

    def made() -> App:
        from mockserver.app import create_app

        app = create_app(settings, time=time)
        app.state.listeners.bind_wished()  # a port that is taken is told here, and not in the log of a server that ends
        return app

    return made
