"""The proxy around an application: its hosts, its authority, and the files that clients read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.environment import Reach, aliases, certificates_before, has_java, wgetrc_before
from mockserver.domain.spelling import nearest

if TYPE_CHECKING:
    from mockserver.adapters.proxy.certificates import Authority
    from mockserver.adapters.serving import Beside, Server
    from mockserver.provider.hosts import Hosted


@dataclass(frozen=True, slots=True)
class Hosting:
    """A proxy that is not started: its server, who signs its certificates, and the hosts that it emulates."""

    server: Server
    authority: Authority
    hosts: tuple[str, ...]

    def beside(self, host: str, port: int) -> tuple[Beside, str]:
        """Listen; the server with its sockets, and its address. Raises what `serving.bind` raises."""
        from mockserver.adapters.serving import address, bind

        sockets = bind(host, port)
        return (self.server, sockets), address(sockets)


def hosting(app: Any, more: Mapping[str, str], *, lets_through: bool) -> Hosting:
    """The proxy for an application. `more` are hosts of the user's, each with the name of its provider."""
    from mockserver.adapters.proxy.certificates import Authority
    from mockserver.adapters.proxy.entrance import Gate, proxy
    from mockserver.provider.hosts import hosts_of
    from mockserver.web.proxied import Proxied

    _check_emulated(more, app.state.providers)
    known = aliases()
    promises = app.state.context.judge.promises
    hosts: dict[str, Hosted] = {}
    for name, provider in app.state.providers.items():
        words = [(), *{(one.only,) for one in provider.operations if one.only is not None}]
        own = [host for host, of in more.items() if of == name]
        hosts |= hosts_of(provider, [promises[name].document(one) for one in words], [*known.get(name, ()), *own])
    authority = Authority()
    gate = Gate(hosts.__contains__, authority.context(hosts), authority.certificate, lets_through)
    return Hosting(proxy(Proxied(app, hosts), gate), authority, tuple(hosts))


def _check_emulated(more: Mapping[str, str], providers: Mapping[str, object]) -> None:
    """click.UsageError where a host of the user's belongs to no provider that there is."""
    for host, name in more.items():
        if name not in providers:
            raise click.UsageError(f"--emulate {host}={name}: unknown provider {name!r}{nearest(name, providers)}")


def write_files(
    folder: Path, authority: Authority, before: Mapping[str, str], base: str, proxy: str, key: str
) -> Reach:
    """Write what clients read into a folder; where the mock then is for them. The authority's key is not among it."""
    from mockserver.adapters.proxy.certificates import TRUSTSTORE_PASSWORD, bundle, system_bundle, truststore

    together = bundle(authority.certificate, certificates_before(before, system_bundle()))
    (folder / "ca.pem").write_bytes(authority.certificate)
    (folder / "bundle.pem").write_bytes(together)
    (folder / "node_proxy.cjs").write_bytes(Path(__file__).with_name("node_proxy.cjs").read_bytes())
    (folder / "python").mkdir()
    (folder / "python" / "sitecustomize.py").write_bytes(Path(__file__).with_name("aiohttp_proxy.py").read_bytes())
    settings = wgetrc_before(before)
    told = settings.read_bytes() + b"\n" if settings is not None else b""
    (folder / "wgetrc").write_bytes(told + f"ca_certificate = {folder / 'bundle.pem'}\n".encode())
    if not has_java(before):
        return Reach(base, key, proxy, folder)
    (folder / "truststore.p12").write_bytes(truststore(together))
    return Reach(base, key, proxy, folder, TRUSTSTORE_PASSWORD)
