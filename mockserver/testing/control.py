"""The control API as Python: of a server, and of one sandbox on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Any

from mockserver import MockServerError
from mockserver.testing.events import PATIENCE_SECONDS, EventStream
from mockserver.testing.results import Health, Json, Provider, ScenarioInfo, SchemaList, Settings, Spend
from mockserver.testing.wire import Served, Stream


class ControlRefused(MockServerError, ValueError):
    """A refusal of the control API. Its text is the server's own sentence."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        """The HTTP status of the refusal."""


class ServerControl:
    """The control API of a server under `/_mock`."""

    def __init__(self, served: Served, token: str | None) -> None:
        self._served, self._token = served, token
        self._base_paths: dict[str, str] | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end; empty before the start."""
        return self._served.url

    @property
    def base_urls(self) -> dict[str, str]:
        """The base URL for clients of each provider, by the provider's name."""
        return self.base_urls_at(self.url)

    def base_urls_at(self, url: str) -> dict[str, str]:
        """Return the base URL of each provider at another address of this server."""
        if self._base_paths is None:
            self._base_paths = {one["name"]: one["base_path"] for one in self.providers()}
        return {name: url + path for name, path in self._base_paths.items()}

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Send one request on a connection of its own; return the status, the headers in order, and the body."""
        return self._served.request(method, path, headers or {}, body)

    def control(self, method: str, path: str, value: object = None) -> Any:
        """Call the control API and return its JSON value; raises ControlRefused."""
        return json.loads(self.got(path, method, value))

    def got(self, path: str, method: str = "GET", value: object = None) -> bytes:
        """Call the control API and return the body as bytes, for answers that are not JSON; raises ControlRefused."""
        status, content = self.told(method, path, value)
        if status >= 400:
            answer = json.loads(content)
            raise ControlRefused(str(answer.get("detail", answer)), status)
        return content

    def told(self, method: str, path: str, value: object = None) -> tuple[int, bytes]:
        """Call the control API and return the status and the body, also of a refusal."""
        headers = {"content-type": "application/json"}
        if self._token is not None:
            headers["x-mock-token"] = self._token
        body = b"" if value is None else json.dumps(value).encode()
        status, _, content = self.request(method, f"/_mock{path}", headers, body)
        return status, content

    def events(
        self, *, after: int | None = None, timeout: float = PATIENCE_SECONDS, sandbox: str | None = None
    ) -> EventStream:
        """Return the events of all sandboxes, or of one (by its path in the control API), as they happen; for a `with`.

        `after` is the id of the last event that you saw, to go on from there; `timeout` bounds each wait, in seconds.
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
        """Return the state of the server, its version, and the names of its providers."""
        found: Health = self._object("/health")
        return found

    def providers(self) -> list[Provider]:
        """Return the providers: base path, words of the profile, tiers, operations."""
        return list(self._object("/providers")["providers"])

    def scenarios(self) -> list[ScenarioInfo]:
        """Return the scenarios, each with its sentence and the default of its number."""
        return list(self._object("/scenarios")["scenarios"])

    def spend(self) -> Spend:
        """Return what the jobs of all sandboxes would have cost at documented prices: together and by operation."""
        found: Spend = self.control("GET", "/spend")
        return found

    def compose(self, name: str, **members: object) -> None:
        """Define a scenario, or replace one that you defined; the members are those of `[scenarios.NAME]` in TOML.

        server.compose("rainy-night", timeline={"running_seconds": 90}, answers=["eta-null"])
        """
        self.control("PUT", f"/scenarios/{name}", members)

    def forget_scenario(self, name: str) -> None:
        """Remove a scenario that you defined; jobs, queues and sandboxes that have it keep it."""
        self.control("DELETE", f"/scenarios/{name}")

    def sandboxes(self) -> list[Settings]:
        """Return all sandboxes as the control API shows them, the most recently used last."""
        return list(self._object("/sandboxes")["sandboxes"])

    def document(self, provider: str, *words: str) -> Json:
        """Return a provider's OpenAPI document under a profile; its `servers` name this server."""
        found: Json = self._object(f"/openapi/{provider}.json" + (f"?profile={','.join(words)}" if words else ""))
        return found

    def control_document(self) -> Json:
        """Return the control API's own OpenAPI document."""
        found: Json = self._object("/openapi.json")
        return found

    def schemas(self) -> SchemaList:
        """Return the places of the providers' JSON Schemas."""
        found: SchemaList = self._object("/schemas")
        return found

    def schema(self, provider: str, kind: str, name: str) -> Json:
        """Return one JSON Schema: `schema("gately", "requests", "createVideo")`."""
        found: Json = self._object(f"/schemas/{provider}/{kind}/{name}.json")
        return found

    def _object(self, path: str) -> Any:
        return self.control("GET", path)


class SandboxControl:
    """The control API of one sandbox."""

    def __init__(self, server: ServerControl, key: str) -> None:
        self._server, self.key = server, key
        self._open()

    def _open(self) -> None:
        self.digest: str = self._server.control("POST", "/sandboxes", {"key": self.key})["sandbox"]
        self._path = f"/sandboxes/{self.digest}"

    @property
    def path(self) -> str:
        """The path of the sandbox in the control API."""
        return self._path

    def control(self, method: str, path: str = "", value: object = None) -> Any:
        """Call the control API about this sandbox and return its JSON value."""
        return self._server.control(method, self._path + path, value)

    def read(self, path: str) -> bytes:
        """Return what the control API shows at a path of this sandbox, as bytes."""
        return self._server.got(self._path + path)

    @property
    def base_urls(self) -> dict[str, str]:
        """The base URL for clients of each provider, by the provider's name; clients use `key` as their API key."""
        return self._server.base_urls

    def base_urls_at(self, url: str) -> dict[str, str]:
        """Return the base URL of each provider at another address of the server."""
        return self._server.base_urls_at(url)

    def settings(self) -> Settings:
        """Return the configuration and the counters, as the control API shows them."""
        found: Settings = self.control("GET")
        return found

    def configure(
        self,
        *,
        profiles: Mapping[str, Sequence[str]] | None = None,
        timing: str | None = None,
        scenario: str | None = None,
        queue: Sequence[str] | None = None,
        limits: str | Mapping[str, Mapping[str, float]] | None = None,
        tiers: Mapping[str, str] | None = None,
        hold_seconds: float | EllipsisType | None = ...,
        journal: str | None = None,
        webhook_secrets: Sequence[str] | None = None,
        budget_usd: float | EllipsisType | None = ...,
    ) -> None:
        """Set what is given and leave the rest.

        `limits` is off, documented, or {name: {"calls": N, "seconds": S}}, where a name is `OPERATION` (at each
        provider for itself) or `PROVIDER.OPERATION`; `hold_seconds` is the time for which a creation that waits is
        held, None: as long as the timing says; `journal` is on or off; `webhook_secrets` sign webhooks, an empty list:
        they are not signed; `budget_usd` is what jobs may cost at documented prices, None: any number.
        """
        asked = {
            "profiles": profiles, "timing": timing, "scenario": scenario, "queue": queue, "limits": limits,
            "tiers": tiers, "journal": journal, "webhook_secrets": webhook_secrets,
        }  # fmt: skip
        nullable = {"hold_seconds": hold_seconds, "budget_usd": budget_usd}
        given = {name: value for name, value in nullable.items() if not isinstance(value, EllipsisType)}
        self.control("PATCH", "", {**{name: value for name, value in asked.items() if value is not None}, **given})

    def close_listeners(self) -> None:
        """Close all listeners; links then point again to the address that the client used."""
        self.control("DELETE", "/listeners")
