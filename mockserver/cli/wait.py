"""`mockserver wait`: returns once a server answers: no script needs a loop that never ends or reads a stale file."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

import click

from mockserver.cli.options import option
from mockserver.cli.ready import is_ready_file
from mockserver.cli.values import origin, seconds

LOOK_SECONDS: Final = 0.05
"""How long between two looks."""
DEFAULT: Final = "http://127.0.0.1:8000"

Look = Callable[[], tuple[str, str]]
"""One look: the address of the server (empty: it does not answer yet), and what was seen instead."""


@click.command("wait", short_help="Wait until a server is ready.")
@option("--timeout", "SECONDS", "How long at most.", seconds(86_400), default="30")
@click.option(
    "--ready-file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Wait for the server that writes this file, instead of URL.",
)  # fmt: skip
@click.argument("url", required=False)
@click.pass_context
def wait(ctx: click.Context, /, *, timeout: float, ready_file: Path | None, url: str | None) -> int:
    """Wait until the server at URL (default: http://127.0.0.1:8000) is ready, and print its address.

    The exit code is 1 when it is not ready in time.
    """
    if url is not None and ready_file is not None:
        raise click.UsageError("URL and --ready-file name two servers: give one of them", ctx)
    try:
        address = origin(url or DEFAULT)
    except ValueError as error:
        raise click.UsageError(f"URL: {error}", ctx) from None
    look: Look = (lambda: at_address(address)) if ready_file is None else (lambda: by_file(ready_file))
    found, seen = waited(look, timeout, time.monotonic, time.sleep)
    if not found:
        click.echo(f"mockserver wait: no server is ready after {timeout:g} s: {seen}", err=True)
        return 1
    click.echo(found)
    return 0


def waited(
    look: Look, timeout: float, monotonic: Callable[[], float], sleep: Callable[[float], None]
) -> tuple[str, str]:
    """What the first look tells that finds a server, or the last one before the time is over."""
    until = monotonic() + timeout
    while True:
        found, seen = look()
        if found or monotonic() >= until:
            return found, seen
        sleep(LOOK_SECONDS)


def at_address(url: str) -> tuple[str, str]:
    """Look whether a mock server answers at an address, whatever proxy the environment names."""
    from ssl import CERT_NONE, create_default_context
    from urllib.error import HTTPError
    from urllib.request import HTTPSHandler, ProxyHandler, build_opener

    context = create_default_context()
    context.check_hostname, context.verify_mode = False, CERT_NONE  # nothing secret is sent, and serve may sign itself
    try:
        with build_opener(ProxyHandler({}), HTTPSHandler(context=context)).open(
            f"{url}/_mock/health", timeout=5
        ) as answer:
            health: Any = json.loads(answer.read(100_000))
    except HTTPError as error:
        return "", f"what answers at {url} is no mock server: {error.code} from /_mock/health"
    except ValueError:
        return "", f"what answers at {url} is no mock server"
    except (OSError, HTTPException) as error:
        why = getattr(error, "reason", error)
        return "", f"{url}: {(getattr(why, 'strerror', None) or str(why)).lower()}"
    if isinstance(health, dict) and health.get("status") == "ok" and "providers" in health:
        return url, ""
    return "", f"what answers at {url} is no mock server"


def by_file(path: Path) -> tuple[str, str]:
    """Look into a ready file, and whether the server that it names lives and answers."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "", f"{path} is not there"
    except OSError as error:
        return "", f"{path}: {(error.strerror or '').lower()}"
    if not is_ready_file(content):
        return "", f"{path} is no ready file"
    told = json.loads(content)
    if not _lives(told["pid"]):
        return "", f"{path} was left by a server that is no more (process {told['pid']})"
    return at_address(str(told["url"]))


def _lives(pid: object) -> bool:
    """Whether a process is there; on Windows nobody can ask without ending it, so there it counts as alive."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(int(str(pid)), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return True
