"""`mockserver proxy`: a server and its proxy for clients elsewhere, such as another container."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import serve
from mockserver.cli.options import OwnOption, option, with_options
from mockserver.cli.plan import Plan, plan
from mockserver.cli.run import CA_OUT, EMULATE, PASSTHROUGH
from mockserver.cli.values import whole

if TYPE_CHECKING:
    from mockserver.cli.serve import Around


@click.command(
    "proxy",
    cls=serve.Serving,
    short_help="Start the mock server with a proxy for clients elsewhere.",
    epilog="Example: mockserver proxy --host 0.0.0.0 --ca-out /shared/ca.pem",
)
@with_options
@option(
    "--proxy-port", "PORT", "The proxy's port; 0 takes any free one.", whole(0, 65535), default="8080", cls=OwnOption
)
@EMULATE
@PASSTHROUGH
@CA_OUT
@click.pass_context
def proxy(
    ctx: click.Context,
    /,
    *,
    proxy_port: int,
    emulate: dict[str, str],
    passthrough: bool,
    ca_out: Path | None,
    **given: Any,
) -> int:
    """Start the mock server and an HTTP proxy that leads the providers' own https hosts to it. Ctrl-C stops it.

    A client needs HTTPS_PROXY and the certificate of this run, which lies at --ca-out and at /ca.pem of the proxy.
    """
    from mockserver.web.guard import is_this_machine

    environ: Mapping[str, str] = ctx.find_root().obj
    told = plan(given, environ, sys.platform, serve.drawn_seed)
    if passthrough and not is_this_machine(told.host):
        raise click.UsageError(
            f"--passthrough with --host {told.host} would let anybody use this machine's network", ctx
        )
    serve.run(told, environ, lambda app: _around(app, told, proxy_port, emulate, passthrough, ca_out))
    return 0


def _around(
    app: Any, told: Plan, port: int, emulated: Mapping[str, str], lets_through: bool, certificate: Path | None
) -> Around:
    """The proxy, listening but not started, and what is said of it."""
    from mockserver.adapters.serving import PortTaken
    from mockserver.cli.hosting import hosting

    hosted = hosting(app, emulated, lets_through=lets_through)
    try:
        beside, address = hosted.beside(told.host, port)
    except PortTaken as taken:
        text = f"port {taken.port} on {taken.host} is {taken.why}; {taken.free} is free: --proxy-port {taken.free}"
        raise click.UsageError(f"--proxy-port: {text}") from None
    if certificate is not None:
        certificate.write_bytes(hosted.authority.certificate)
    members = {"proxy": address} | ({"ca": str(certificate)} if certificate is not None else {})
    lines = (
        "",
        f"Proxy for {', '.join(hosted.hosts)}",
        f"  export HTTPS_PROXY={address} SSL_CERT_FILE={certificate or 'ca.pem'}",
        *(() if certificate is not None else (f"  curl -s {address}/ca.pem -o ca.pem",)),
    )
    return serve.Around((beside,), members, lines)
