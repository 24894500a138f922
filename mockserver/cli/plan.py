"""From the values of options to what a server is told: everything that can be wrong is found here, before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from mockserver.cli import places
from mockserver.cli.ready import ReadyFile
from mockserver.domain.scenario import SUCCESS, Scenario
from mockserver.settings import Settings

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Plan:
    """How to serve: the settings of the house, and what lies around it."""

    settings: Settings
    host: str
    port: int
    certfile: Path | None
    keyfile: Path | None
    ready: ReadyFile | None
    log_format: str
    seed_is_drawn: bool

    @property
    def is_secure(self) -> bool:
        """Whether it is https."""
        return self.certfile is not None


def plan(given: Mapping[str, Any], environ: Mapping[str, str], platform: str, draw: Callable[[], int]) -> Plan:
    """The plan that the options make; click.UsageError names the option that cannot be followed."""
    seed: int | None = given["seed"]
    settings = Settings(
        seed=draw() if seed is None else seed,
        timing=given["timing"],
        limits=given["limits"] == "documented",
        profiles=_asked("--profile", lambda: _profiles(given["profile"])),
        keys=given["keys"],
        max_jobs=given["max_jobs"],
        public_url=given["public_url"],
        hold_seconds=given["hold"],
        scenario=_asked("--scenario", lambda: _scenario(given["scenario"], given["config"])),
        scenarios=given["config"],
        cors=given["cors"],
        allow_hosts=given["allow_host"],
        control_token=given["control_token"],
        webhook_hosts=given["webhook_host"],
        journal=given["journal"] == "on",
        cache=_asked("--cache-dir", lambda: _cache(given["cache_dir"], environ, platform)),
        cache_bytes=given["cache_bytes"],
    )
    certfile, keyfile = given["certfile"], given["keyfile"]
    if keyfile is not None and certfile is None:
        raise click.UsageError("--keyfile goes with --certfile, which is missing")
    if certfile is not None:
        _asked("--certfile", lambda: _check_tls(certfile, keyfile))
    ready = ReadyFile(given["ready_file"]) if given["ready_file"] is not None else None
    if ready is not None:
        _asked("--ready-file", ready.clear)
    return Plan(settings, given["host"], given["port"], certfile, keyfile, ready, given["log_format"], seed is None)


def _asked(name: str, work: Callable[[], Value]) -> Value:
    try:
        return work()
    except ValueError as error:
        raise click.UsageError(f"{name}: {error}") from None


def _profiles(texts: tuple[str, ...]) -> dict[str, frozenset[str]]:
    if not texts:
        return {}
    from mockserver.app import PLACES
    from mockserver.cli.profiles import profiles
    from mockserver.provider.discovery import discover

    return profiles(texts, discover(PLACES))


def _scenario(text: str, composed: tuple[Scenario, ...]) -> str:
    if text != SUCCESS.name:  # the usual one is known without looking for providers
        from mockserver.app import PLACES
        from mockserver.domain.scenario import parse
        from mockserver.provider.discovery import discover, fates

        parse(text, {**fates(discover(PLACES)), **{one.name: one for one in composed}})
    return text


def _check_tls(certfile: Path, keyfile: Path | None) -> None:
    from mockserver.adapters.serving import check_tls

    check_tls(certfile, keyfile)


def _cache(folder: Path | None, environ: Mapping[str, str], platform: str) -> Path:
    if folder is None:
        return places.cache_folder(environ, platform)
    if not places.is_writable(folder.absolute()):
        raise ValueError(f"{folder} cannot be written to")
    return folder.absolute()
