"""The values of options become the settings of a server. Everything that can be wrong is found before the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mockserver.cli import paths
from mockserver.cli.ready import ReadyFile
from mockserver.cli.reporting import report_on
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.cli.config import Config

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of how to serve: the settings of the server, and its surroundings."""

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
        """Whether the server speaks https."""
        return self.certfile is not None


def plan(given: Mapping[str, Any], environ: Mapping[str, str], platform: str, draw: Callable[[], int]) -> Plan:
    """Return the plan that the options make; click.UsageError names the option that is wrong."""
    seed: int | None = given["seed"]
    config: Config | None = given["config"]
    settings = Settings(
        seed=draw() if seed is None else seed,
        timing=given["timing"],
        limits=given["limits"] == "documented",
        own_limits=given["limit"],
        tiers=given["tier"],
        start=given["start"],
        rate=given["rate"],
        is_frozen=given["clock"] == "frozen",
        profiles=given["profile"],
        keys=given["keys"],
        max_jobs=given["max_jobs"],
        public_url=given["public_url"],
        hold_seconds=given["hold"],
        scenario=given["scenario"],
        scenarios=config.scenarios if config is not None else (),
        sandboxes=config.sandboxes if config is not None else {},
        cors=given["cors"],
        allow_hosts=given["allow_host"],
        control_token=given["control_token"],
        webhook_hosts=given["webhook_host"],
        webhook_secrets=given["webhook_secret"],
        budget=given["budget"],
        journal=given["journal"] == "on",
        cache=_checked("--cache-dir", lambda: _cache(given["cache_dir"], environ, platform)),
        cache_bytes=given["cache_bytes"],
        reporter=report_on,
    )
    certfile, keyfile = given["certfile"], given["keyfile"]
    if keyfile is not None and certfile is None:
        raise click.UsageError("--keyfile goes with --certfile, which is missing")
    if certfile is not None:
        _checked("--certfile", lambda: _check_tls(certfile, keyfile))
    ready = ReadyFile(given["ready_file"]) if given["ready_file"] is not None else None
    if ready is not None:
        _checked("--ready-file", ready.clear)
    return Plan(settings, given["host"], given["port"], certfile, keyfile, ready, given["log_format"], seed is None)


def _checked(name: str, work: Callable[[], Value]) -> Value:
    try:
        return work()
    except ValueError as error:
        raise click.UsageError(f"{name}: {error}") from None


def _check_tls(certfile: Path, keyfile: Path | None) -> None:
    from mockserver.adapters.serving import check_tls

    check_tls(certfile, keyfile)


def _cache(folder: Path | None, environ: Mapping[str, str], platform: str) -> Path:
    if folder is None:
        return paths.cache_folder(environ, platform)
    if not paths.is_writable(folder.absolute()):
        raise ValueError(f"{folder} cannot be written to")
    return folder.absolute()
