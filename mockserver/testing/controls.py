"""How a sandbox behaves, from the outside: the scenarios of its jobs, its rate limits, its profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mockserver.testing.results import LimitNumbers, Settings

if TYPE_CHECKING:
    from mockserver.testing.sandbox import Sandbox


class _Part:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def _shown(self) -> Settings:
        return self._sandbox.settings()


class Scenario(_Part):
    """The named scenarios of jobs; `mockserver scenarios` lists them."""

    @property
    def default(self) -> str:
        """The name of the scenario of every job that has no other."""
        return self._shown()["scenario"]

    @property
    def queued(self) -> list[str]:
        """The names of the scenarios of the next jobs."""
        return self._shown()["queue"]

    def set(self, name: str) -> None:
        """Give every job from now on this scenario."""
        self._sandbox.configure(scenario=name)

    def queue(self, *names: str) -> None:
        """Give the next jobs these scenarios, one each, in the place of what was queued."""
        self._sandbox.configure(queue=names)

    def append(self, *names: str) -> list[str]:
        """Give the jobs after those that were queued these scenarios; the whole queue."""
        return list(self._sandbox.control("POST", "/queue", {"queue": names})["queue"])


class Limits(_Part):
    """The rate limits."""

    @property
    def now(self) -> str | dict[str, LimitNumbers]:
        """`off`, `documented`, or the tester's own by the name of their operation."""
        return self._shown()["limits"]

    def off(self) -> None:
        """Refuse nothing for its rate."""
        self._sandbox.configure(limits="off")

    def documented(self, **tiers: str) -> None:
        """Refuse what the providers document; `tiers` are the plans of the account by provider."""
        self._sandbox.configure(limits="documented", tiers=tiers or None)

    def set(self, named: Mapping[str, tuple[int, float]] | None = None, /, **operations: tuple[int, float]) -> None:
        """The tester's own: (calls, seconds) by operation id, in the place of those set before.

        limits.set(createVideo=(2, 60)) refuses the third createVideo within 60 seconds, at each provider for itself;
        limits.set({"gately.createVideo": (2, 60)}) at one alone.
        """
        asked = {**(named or {}), **operations}
        own = {name: {"calls": calls, "seconds": seconds} for name, (calls, seconds) in asked.items()}
        self._sandbox.configure(limits=own)


class Profile(_Part):
    """The styles and switches of each provider; `mockserver providers` lists them."""

    def of(self, provider: str) -> list[str]:
        """The words that hold at a provider."""
        return self._shown()["profiles"].get(provider, [])

    def set(self, provider: str, *words: str) -> None:
        """The words that hold at a provider from now on; none: its default style."""
        self._sandbox.configure(profiles={provider: list(words)})
