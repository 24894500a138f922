"""A sandbox from the outside: everything that belongs to one API key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from mockserver.testing.clock import Clock
from mockserver.testing.controls import Limits, Profile, Scenario
from mockserver.testing.events import PATIENCE_SECONDS, EventStream
from mockserver.testing.journal import Journal
from mockserver.testing.listeners import Listeners
from mockserver.testing.results import Delivery, Job, SandboxSpend, Settings, TurnedJob

if TYPE_CHECKING:
    from mockserver.testing.handle import MockServer


class Sandbox:
    """What belongs to one API key: jobs, clock, profile, scenario, limits, webhooks, journal.

    Whatever the server refuses is a ControlRefused with its own sentence.
    """

    def __init__(self, owner: MockServer, key: str) -> None:
        self.server, self.key = owner, key
        self.clock, self.scenario, self.limits = Clock(self), Scenario(self), Limits(self)
        self.profile, self.journal = Profile(self), Journal(self)
        self._open()

    def _open(self) -> None:
        self.digest: str = self.server.control("POST", "/sandboxes", {"key": self.key})["sandbox"]
        self._path = f"/sandboxes/{self.digest}"

    @property
    def path(self) -> str:
        """Its path in the control API."""
        return self._path

    def control(self, method: str, path: str = "", value: object = None) -> Any:
        """A call of the control API about this sandbox."""
        return self.server.control(method, self._path + path, value)

    @property
    def base_urls(self) -> dict[str, str]:
        """What the clients of each provider are to be pointed to, by provider; they use `key` as their API key."""
        return self.server.base_urls

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a client with this key, for calls by hand."""
        return {"Authorization": f"Bearer {self.key}"}

    def settings(self) -> Settings:
        """What it is set to and how much has happened, as the control API shows it."""
        shown: Settings = self.control("GET")
        return shown

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
        """Set what is given; the rest stays.

        `limits`: off, documented, or {name: {"calls": N, "seconds": S}}, where a name is `OPERATION` (of each provider,
        for itself) or `PROVIDER.OPERATION`; `hold_seconds`: how long a creation that waits is held, None for what the
        timing says; `journal`: on or off; `webhook_secrets`: what signs webhooks, none to sign them no more;
        `budget_usd`: what jobs may cost at documented prices, None for any number.
        """
        asked = {
            "profiles": profiles, "timing": timing, "scenario": scenario, "queue": queue, "limits": limits,
            "tiers": tiers, "journal": journal, "webhook_secrets": webhook_secrets,
        }  # fmt: skip
        nullable = {"hold_seconds": hold_seconds, "budget_usd": budget_usd}
        told = {name: value for name, value in nullable.items() if not isinstance(value, EllipsisType)}
        self.control("PATCH", "", {**{name: value for name, value in asked.items() if value is not None}, **told})

    def freeze(self) -> None:
        """Stop the clock."""
        self.clock.freeze()

    def advance(self, seconds: float) -> list[str]:
        """Move the clock forward; the ids of the webhooks that this made due. All that is due was attempted then."""
        return self.clock.advance(seconds)

    def events(self, *, after: int | None = None, timeout: float = PATIENCE_SECONDS) -> EventStream:
        """What happens here, as it happens; for a `with`. `after` is the id of the last event that was seen.

        with sandbox.events() as events:
            ...
            assert events.next("job.ended").data["state"] == "succeeded"
        """
        return self.server.events(after=after, timeout=timeout, sandbox=self._path)

    def jobs(self) -> list[Job]:
        """The jobs, oldest first, as the control API shows them."""
        found: list[Job] = self.control("GET", "/jobs")["jobs"]
        return found

    def turn(self, job: str, kind: str, why: str | None = None) -> TurnedJob:
        """Turn a job's scenario: `complete`, `fail` (for a reason) or `stall`; the job as it is then."""
        body = None if why is None else {"why": why}
        told: TurnedJob = self.control("POST", f"/jobs/{job}/{kind}", body)
        return told

    def complete(self, job: str) -> TurnedJob:
        """Let a job succeed now; the job as it is then."""
        return self.turn(job, "complete")

    def fail(self, job: str, why: str | None = None) -> TurnedJob:
        """Let a job fail now, for a reason; the job as it is then."""
        return self.turn(job, "fail", why)

    def stall(self, job: str) -> TurnedJob:
        """Let a job never end; the job as it is then."""
        return self.turn(job, "stall")

    def deliveries(self) -> list[Delivery]:
        """The webhooks, oldest first, with what was sent and how each attempt ended."""
        found: list[Delivery] = self.control("GET", "/deliveries")["deliveries"]
        return found

    def spend(self) -> SandboxSpend:
        """What its jobs would have cost at documented prices: together, by operation, and each."""
        found: SandboxSpend = self.control("GET", "/spend")
        return found

    def replay(self, delivery: str) -> Delivery:
        """Send a webhook once more, now; the webhook with all its attempts. `delivery` is its id."""
        found: Delivery = self.control("POST", f"/deliveries/{delivery}/replay")
        return found

    def server_report(self, form: str = "json") -> str:
        """What the server itself says of the journal by the laws for clients. `form` is json, html, md or junit.

        Raises ControlRefused where the server was started without anything that judges: `mockserver serve` judges.
        """
        return self.server.got(f"{self._path}/report?form={form}").decode()

    def listeners(self, *, port: int = 0, files: bool = False, files_port: int | None = None) -> Listeners:
        """Open a port (0: any free one) whose every call belongs to this sandbox, whatever its key; with `files` or
        `files_port` a second one, to which its links then point: another origin.
        """
        asked = {"port": port, "files": files} if files_port is None else {"port": port, "files_port": files_port}
        return Listeners(self, self.control("POST", "/listeners", asked))

    def listening(self) -> list[str]:
        """The base URLs of its listeners, oldest first, also those of the TOML file."""
        return list(self.control("GET", "/listeners")["listeners"])

    def close_listeners(self) -> None:
        """Close them all; its links point to where the client comes again."""
        self.control("DELETE", "/listeners")

    def reset(self, *, configuration: bool = False) -> None:
        """Forget everything but the configuration; with `configuration` that too: as if the key were new."""
        self.control("DELETE", "?configuration=true" if configuration else "")
        if configuration:
            self._open()
