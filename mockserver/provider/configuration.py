"""The configuration of a sandbox, as the control API and the TOML file give it.

Each member is checked before the first is changed.

[sandboxes.busy]
key = "my-key"
timing = "documented"
limits = { createVideo = { calls = 2, seconds = 60 } }
clock = { frozen = true, start = 2026-01-31T12:00:00Z }
listeners = [{ port = 9001, files = true }]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mockserver.domain.scenario import Scenario, UnknownScenario
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.domain.spelling import nearest
from mockserver.engine.pace import LONGEST_HOLD
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.provider.members import (
    Misconfigured,
    brief,
    budget_of,
    instant,
    known_only,
    number,
    one_of,
    secrets_of,
    typed,
    whole,
)
from mockserver.provider.own_limits import limits_of
from mockserver.provider.table import Provider, UnknownWord
from mockserver.timings import TIMINGS

MEMBERS: Final = (
    "profiles", "timing", "scenario", "queue", "limits", "tiers", "hold_seconds", "journal", "webhook_secrets",
    "budget_usd",
)  # fmt: skip
CLOCK: Final = ("frozen", "rate", "start")
LISTENER: Final = ("port", "files", "files_port")
DECLARED: Final = ("key", *MEMBERS, "clock", "listeners")
SLOWEST: Final = 1e-6
FASTEST: Final = 1e6

Apply = Callable[[Sandbox], None]


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a listener; 0: any free one."""

    port: int = 0
    """The port for calls."""
    files: int | None = None
    """The port for files; None: they have no port of their own."""

    @property
    def all(self) -> tuple[int, ...]:
        """The port for calls, then the port for files where there is one."""
        return (self.port,) if self.files is None else (self.port, self.files)


@dataclass(frozen=True, slots=True)
class Declared:
    """A sandbox of the TOML file, which exists from the start."""

    digest: str
    """The digest of its key."""
    changes: tuple[Apply, ...]
    """The changes that configure it."""
    listeners: tuple[Ports, ...]


@contextmanager
def within(*path: str) -> Iterator[None]:
    """Add a path in front of the path of every Misconfigured that is raised inside."""
    try:
        yield
    except Misconfigured as wrong:
        raise Misconfigured((*path, *wrong.path), wrong.text) from None


def declared(table: object, providers: Mapping[str, Provider], scenarios: ScenarioCatalogue) -> Declared:
    """Return the sandbox that a table describes; raises Misconfigured."""
    members = known_only(table, DECLARED, "a table with a key")
    key = members.get("key")
    if not isinstance(key, str) or not key:
        raise Misconfigured(("key",), 'expected the key whose sandbox this is, such as key = "my-key"')
    made = changes({name: value for name, value in members.items() if name in MEMBERS}, providers, scenarios)
    if "clock" in members:
        with within("clock"):
            made += clock_changes(known_only(members["clock"], CLOCK, "a table of frozen, rate and start"))
    listeners = []
    for index, one in enumerate(typed({"listeners": [], **members}, "listeners", list, "a list of tables")):
        with within("listeners", f"[{index}]"):
            listeners.append(ports(known_only(one, LISTENER, "a table of port, files and files_port")))
    return Declared(digest_of(key), tuple(made), tuple(listeners))


def all_declared(
    tables: Mapping[str, object], providers: Mapping[str, Provider], scenarios: ScenarioCatalogue
) -> dict[str, Declared]:
    """Return the declared sandboxes by their names in the file; raises Misconfigured."""
    found: dict[str, Declared] = {}
    for name, table in tables.items():
        with within("sandboxes", name):
            one = declared(table, providers, scenarios)
            if any(one.digest == other.digest for other in found.values()):
                raise Misconfigured(("key",), "expected a key of its own, got that of another sandbox")
            found[name] = one
    return found


def ports(members: Mapping[str, Any]) -> Ports:
    """Return the listener that these members ask for."""
    port = whole(members, "port", 0, 65535) if "port" in members else 0
    files = whole(members, "files_port", 0, 65535) if "files_port" in members else None
    if "files" in members:
        wished = typed(members, "files", bool, "true or false")
        if files is not None and not wished:
            raise Misconfigured(("files_port",), "expected none where files is false")
        files = files or 0 if wished else None
    if files and files == port:
        raise Misconfigured(("files_port",), f"expected another port than that of the calls, got {files} for both")
    return Ports(port, files)


def clock_changes(members: Mapping[str, Any]) -> list[Apply]:
    """Return the changes of a clock in the order frozen, rate, start; `start` moves it while nothing has happened."""
    made: list[Apply] = []
    if "frozen" in members:
        frozen = typed(members, "frozen", bool, "true or false")
        made.append(lambda sandbox: sandbox.moving().freeze(frozen))
    if "rate" in members:
        rate = rate_of(members)
        made.append(lambda sandbox: sandbox.moving().run_at(rate))
    if "start" in members:
        start = None if members["start"] is None else instant(members, "start")
        made.append(lambda sandbox: _begin(sandbox, start))
    return made


def _begin(sandbox: Sandbox, start: datetime | None) -> None:
    clock = sandbox.moving()
    clock.start = start
    if sandbox.is_untouched:
        clock.restart()


def rate_of(members: Mapping[str, Any]) -> float:
    """Return the member `rate`: the sandbox's seconds that pass in one real second."""
    rate = number(members, "rate")
    if not SLOWEST <= rate <= FASTEST:
        told = f"expected a number from {SLOWEST:g} to {FASTEST:g} (freeze the clock to stop it)"
        raise Misconfigured(("rate",), f"{told}, got {rate:g}")
    return rate


def changes(change: Mapping[str, Any], providers: Mapping[str, Provider], scenarios: ScenarioCatalogue) -> list[Apply]:
    """Return the changes that `MEMBERS` ask for; raises Misconfigured when one of them is wrong."""
    made: list[Apply] = []
    if "profiles" in change:
        profiles = _profiles(typed(change, "profiles", dict, "an object of lists of words by provider"), providers)
        made.append(lambda sandbox: sandbox.set("profiles", {**sandbox.profiles, **profiles}))
    if "timing" in change:
        timing = one_of(change, "timing", TIMINGS)
        made.append(lambda sandbox: sandbox.set("timing", timing))
    if "limits" in change:
        made.append(_limits(change, providers))
    if "tiers" in change:
        wished = typed(change, "tiers", dict, "an object of a tier by provider")
        with within("tiers"):
            tiers = tiers_of(wished, providers)
        made.append(lambda sandbox: sandbox.set("tiers", {**sandbox.tiers, **tiers}))
    if "scenario" in change:
        scenario = _scenario(typed(change, "scenario", str, "the name of a scenario"), ("scenario",), scenarios)
        made.append(lambda sandbox: sandbox.set("scenario", scenario))
    if "queue" in change:
        queue = queue_of(change, "queue", scenarios)
        made.append(lambda sandbox: sandbox.set("queue", tuple(queue)))
    if "hold_seconds" in change:
        hold = None if change["hold_seconds"] is None else _hold(number(change, "hold_seconds"))
        made.append(lambda sandbox: sandbox.set("hold", hold))
    if "journal" in change:
        is_on = one_of(change, "journal", ("on", "off")) == "on"
        made.append(lambda sandbox: sandbox.set("keeps_journal", is_on))
    if "webhook_secrets" in change:
        secrets = secrets_of(change)
        made.append(lambda sandbox: sandbox.set("webhook_secrets", secrets))
    if "budget_usd" in change:
        budget = None if change["budget_usd"] is None else budget_of(change)
        made.append(lambda sandbox: sandbox.set("budget", budget))
    return made


def _limits(change: Mapping[str, Any], providers: Mapping[str, Provider]) -> Apply:
    """Return the change for `off`, `documented`, or the user's own numbers, which replace the documented ones."""
    if not isinstance(change["limits"], Mapping):
        enforced = one_of(change, "limits", ("off", "documented")) == "documented"

        def switch(sandbox: Sandbox) -> None:
            sandbox.set("limits", enforced)
            sandbox.set("own_limits", {})

        return switch
    with within("limits"):
        own = limits_of(change["limits"], providers)
    return lambda sandbox: sandbox.set("own_limits", own)


def _hold(seconds: float) -> timedelta:
    if not 0 <= seconds <= LONGEST_HOLD:
        told = f"expected a number from 0 to {LONGEST_HOLD:g}, got {seconds:g}"
        raise Misconfigured(("hold_seconds",), told)
    return timedelta(seconds=seconds)


def tiers_of(wanted: Mapping[str, Any], providers: Mapping[str, Provider]) -> dict[str, str]:
    """Return the plan of the account by provider."""
    for name, tier in wanted.items():
        if name not in providers:
            raise Misconfigured((name,), f"unknown provider {name!r}{nearest(name, providers)}")
        known = providers[name].tiers
        if tier not in known:
            told = nearest(str(tier), known) if known else "; it has none"
            raise Misconfigured((name,), f"{name} has no tier {tier!r}{told}")
    return dict(wanted)


def _scenario(spelling: str, path: tuple[str, ...], known: ScenarioCatalogue) -> Scenario:
    try:
        return known.parse(spelling)
    except UnknownScenario as unknown:
        raise Misconfigured(path, str(unknown)) from None


def queue_of(members: Mapping[str, Any], name: str, known: ScenarioCatalogue) -> list[Scenario]:
    """Return a member that is a list of spellings of scenarios."""
    spellings = typed(members, name, list, "a list of names of scenarios")
    if not all(isinstance(one, str) for one in spellings):
        raise Misconfigured((name,), f"expected names of scenarios, got {brief(spellings)}")
    return [_scenario(one, (name, f"[{index}]"), known) for index, one in enumerate(spellings)]


def _profiles(wanted: Mapping[str, Any], providers: Mapping[str, Provider]) -> dict[str, frozenset[str]]:
    made = {}
    for name, words in wanted.items():
        if name not in providers:
            raise Misconfigured(("profiles", name), f"unknown provider {name!r}{nearest(name, providers)}")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise Misconfigured(("profiles", name), f"expected a list of words, got {brief(words)}")
        with within("profiles", name):
            made[name] = profile_of(providers[name], words)
    return made


def profile_of(provider: Provider, words: Sequence[str]) -> frozenset[str]:
    """Return the profile of words at a provider; Misconfigured names an unknown word, or two styles."""
    try:
        return provider.profile(words)
    except UnknownWord as wrong:
        hint = nearest(wrong.word, wrong.known)
        raise Misconfigured((), f"{provider.name} has no profile word {wrong.word!r}{hint}") from None
    except ValueError as wrong:
        raise Misconfigured((), str(wrong)) from None
