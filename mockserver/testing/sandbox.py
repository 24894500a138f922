"""A sandbox from the outside: everything that belongs to one API key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mockserver.testing.clock import Clock
from mockserver.testing.conduct import Limits, Profile, Scenario
from mockserver.testing.journal import Journal
from mockserver.testing.listeners import Listeners

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

    def settings(self) -> dict[str, Any]:
        """What it is set to and how much has happened, as the control API shows it."""
        shown: dict[str, Any] = self.control("GET")
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
    ) -> None:
        """Set what is given; the rest stays. `limits`: off, documented, or {operation: {"calls": N, "seconds": S}}."""
        asked = {
            "profiles": profiles, "timing": timing, "scenario": scenario, "queue": queue, "limits": limits,
            "tiers": tiers,
        }  # fmt: skip
        self.control("PATCH", "", {name: value for name, value in asked.items() if value is not None})

    def freeze(self) -> None:
        """Stop the clock."""
        self.clock.freeze()

    def advance(self, seconds: float) -> list[str]:
        """Move the clock forward; the ids of the webhooks that this made due, whose first attempt was then made."""
        return self.clock.advance(seconds)

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs, oldest first, as the control API shows them."""
        found: list[dict[str, Any]] = self.control("GET", "/jobs")["jobs"]
        return found

    def turn(self, job: str, turning: str, why: str | None = None) -> dict[str, Any]:
        """Turn a job's fate: `complete`, `fail` (for a reason) or `stall`; the job as it is then."""
        body = None if why is None else {"why": why}
        told: dict[str, Any] = self.control("POST", f"/jobs/{job}/{turning}", body)
        return told

    def deliveries(self) -> list[dict[str, Any]]:
        """The webhooks, oldest first, with what was sent and how each attempt ended."""
        found: list[dict[str, Any]] = self.control("GET", "/deliveries")["deliveries"]
        return found

    def listeners(self, *, files: bool = False) -> Listeners:
        """Open a port whose every call belongs to this sandbox, whatever its key; with `files` a second one, to which
        its links then point: another origin.
        """
        return Listeners(self, self.control("POST", "/listeners", {"files": files}))

    def reset(self, *, configuration: bool = False) -> None:
        """Forget everything but the configuration; with `configuration` that too: as if the key were new."""
        self.control("DELETE", "?configuration=true" if configuration else "")
        if configuration:
            self._open()
