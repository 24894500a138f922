"""`mockserver listen`: a receiver of webhooks that prints what arrives, verifies it, and answers as told."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NoReturn

import click

from mockserver.cli.values import webhook_secret


def statuses(text: str) -> tuple[int, ...]:
    """The statuses of --answer in their order; ValueError says what is wrong with one."""
    found = []
    for part in text.split(","):
        if not part.strip().isdecimal() or not 200 <= int(part) <= 599:
            raise ValueError(f"expected statuses from 200 to 599 such as 500,500,200, got {text[:60]!r}")
        found.append(int(part))
    return tuple(found)


def secrets(texts: Sequence[str]) -> tuple[str, ...]:
    """The secrets of --secret; ValueError says what is wrong with one, and shows none."""
    return tuple(map(webhook_secret, texts))


def forward(text: str) -> str:
    """The URL of --forward; ValueError says what is wrong with it."""
    from urllib.parse import urlsplit

    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"expected an http or https URL such as http://127.0.0.1:3000/hook, got {text[:80]!r}")
    return text.strip()


def _read(read: Callable[[Any], Any]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        try:
            return None if value is None else read(value)
        except ValueError as error:
            raise click.UsageError(f"{param.opts[0]}: {error}", ctx) from None

    return callback


@click.command(
    "listen",
    short_help="Receive webhooks and print them.",
    epilog="Example: mockserver listen --port 9000 --answer 500,200",
)
@click.option("--port", type=click.IntRange(0, 65535), default=9000, show_default=True, help="0 takes any free one.")
@click.option(
    "--forward",
    metavar="URL",
    callback=_read(forward),
    help="Send each webhook on to this URL, and answer as it does.",
)
@click.option(
    "--secret",
    metavar="SECRET",
    multiple=True,
    callback=_read(secrets),
    help="Verify signatures (Standard Webhooks) with this secret (repeatable).",
)
@click.option(
    "--answer", metavar="STATUS,...", default="200", show_default=True, callback=_read(statuses),
    help="The statuses of the answers one after the other; the last one holds from then on.",
)  # fmt: skip
def listen(*, port: int, forward: str | None, secret: tuple[str, ...], answer: tuple[int, ...]) -> int:
    """Receive webhooks at 127.0.0.1 and print them. Ctrl-C ends it.

    A body with a member `challenge` is answered with it, as Gately wants. Every other answer is empty.
    """
    from mockserver.cli.receiving import Receiving, bound
    from mockserver.domain.webhook_signature import key_of

    told = Receiving(tuple(map(key_of, secret)), answer, forward, click.echo)
    try:
        server = bound(port, told)
    except OSError as error:
        raise click.UsageError(f"--port {port}: {error.strerror}") from None
    click.echo(f"Webhooks arrive at http://127.0.0.1:{server.server_address[1]}/  Ctrl-C ends it.")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
