"""The behaviour of a sandbox: the scenarios of its jobs, its rate limits, its profiles."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.testing.control import SandboxControl
from mockserver.testing.results import LimitNumbers, Settings


class _Part:
    def __init__(self, sandbox: SandboxControl) -> None:
        self._sandbox = sandbox

    def _get(self) -> Settings:
        return self._sandbox.settings()


class Scenario(_Part):
    """The scenarios of a sandbox's jobs; `mockserver scenarios` lists all."""

    @property
    def default(self) -> str:
        """The scenario of every job for which no other was chosen."""
        return self._get()["scenario"]

    @property
    def queued(self) -> list[str]:
        """The scenarios of the next jobs."""
        return self._get()["queue"]

    def set(self, name: str) -> None:
        """Choose the scenario of every job that is created from now on."""
        self._sandbox.configure(scenario=name)

    def queue(self, *names: str) -> None:
        """Choose the scenarios of the next jobs, one each. They replace the queue."""
        self._sandbox.configure(queue=names)

    def append(self, *names: str) -> list[str]:
        """Add scenarios to the end of the queue; return the whole queue."""
        return list(self._sandbox.control("POST", "/queue", {"queue": names})["queue"])


class Limits(_Part):
    """The rate limits of a sandbox."""

    @property
    def now(self) -> str | dict[str, LimitNumbers]:
        """`off`, `documented`, or your own limits by the name of their operation."""
        return self._get()["limits"]

    def off(self) -> None:
        """Refuse no call because of its rate."""
        self._sandbox.configure(limits="off")

    def documented(self, **tiers: str) -> None:
        """Use the limits that the providers document; `tiers` are the account's plans by provider."""
        self._sandbox.configure(limits="documented", tiers=tiers or None)

    def set(self, named: Mapping[str, tuple[int, float]] | None = None, /, **operations: tuple[int, float]) -> None:
        """Set your own limits: (calls, seconds) by operation id. They replace those set before.

        limits.set(createVideo=(2, 60)) refuses the third createVideo within 60 seconds, at each provider for itself;
        limits.set({"gately.createVideo": (2, 60)}) at one alone.
        """
        asked = {**(named or {}), **operations}
        own = {name: {"calls": calls, "seconds": seconds} for name, (calls, seconds) in asked.items()}
        self._sandbox.configure(limits=own)


class Profile(_Part):
    """The styles and switches of each provider in a sandbox; `mockserver providers` lists all."""

    def of(self, provider: str) -> list[str]:
        """Return the words in force at a provider."""
        return self._get()["profiles"].get(provider, [])

    def set(self, provider: str, *words: str) -> None:
        """Set the words in force at a provider from now on; without words its default style."""
        self._sandbox.configure(profiles={provider: list(words)})
