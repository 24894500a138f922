"""The variables that lead a client to the mock: its address and key, the proxy, and our certificate in each form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = "localhost,127.0.0.1"
"""Hosts that clients reach without the proxy. Not `::1`: httpx before 0.24 fails on it when it is imported."""
_JAVA_HERE: Final = "localhost|127.*|[::1]"
_FOREIGN: Final = ("ALL_PROXY", "all_proxy", "NODE_TLS_REJECT_UNAUTHORIZED")
"""Variables that would lead a client around the proxy, or hide that it does not trust our certificate."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the mock is for a client.

    `base` is the address of the plain server, `proxy` that of the proxy, `key` a key that it takes, `folder` where the
    files lie that clients read: `ca.pem` (the authority's certificate), `bundle.pem` (it with all that was trusted
    before), `truststore.p12` (the same for Java, where there is one), `wgetrc`, `node_proxy.cjs` and
    `python/sitecustomize.py`.
    """

    base: str
    key: str
    proxy: str
    folder: Path
    truststore_password: str = ""


@cache
def known_clients() -> Mapping[str, list[Mapping[str, str]]]:
    """What released clients read and where they lead by default, each with the page that names it."""
    found: Mapping[str, list[Mapping[str, str]]] = json.loads(
        Path(__file__).with_name("known_clients.json").read_text(encoding="utf-8")
    )
    return found


def aliases() -> dict[str, list[str]]:
    """Hosts by provider that released clients have beside the documented ones."""
    found: dict[str, list[str]] = {}
    for one in known_clients()["hosts"]:
        found.setdefault(one["provider"], []).append(one["name"])
    return found


def environment(
    before: Mapping[str, str], reach: Reach, ours: Iterable[str], more: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a client: `before` with everything that leads to the mock.

    `ours` are the hosts that the proxy emulates; `more` are the user's own variables, with `{base}`, `{key}` and
    `{proxy}` in their values.
    """
    made = {name: value for name, value in before.items() if name not in _FOREIGN}
    known = {one["name"]: one["holds"] for one in known_clients()["variables"]}
    values = {"base": reach.base, "key": reach.key, "proxy": reach.proxy}
    made |= {"MOCK_BASE_URL": reach.base, "MOCK_API_KEY": reach.key}
    made |= {name: filled(value, values) for name, value in known.items()}
    made |= _proxies(before, reach, frozenset(ours))
    made |= _certificates(reach)
    made |= _node(before, reach)
    made["PYTHONPATH"] = os.pathsep.join(filter(None, [str(reach.folder / "python"), before.get("PYTHONPATH", "")]))
    made |= _java(before, reach) if reach.truststore_password else {}
    return made | {name: filled(value, values) for name, value in more.items()}


def filled(template: str, values: Mapping[str, str]) -> str:
    """A value with its names in braces replaced; other braces stay."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _proxies(before: Mapping[str, str], reach: Reach, ours: frozenset[str]) -> dict[str, str]:
    around = ",".join([HERE, *_around(before, ours)])
    made = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"), reach.proxy)
    return made | {"NO_PROXY": around, "no_proxy": around, "NODE_USE_ENV_PROXY": "1"}


def _around(before: Mapping[str, str], ours: frozenset[str]) -> list[str]:
    """What NO_PROXY named before, but for what would lead to a provider's real host."""
    named = (part.strip() for part in (before.get("NO_PROXY") or before.get("no_proxy") or "").split(","))
    return [part for part in named if part and part not in HERE.split(",") and not _covers(part, ours)]


def _covers(pattern: str, hosts: frozenset[str]) -> bool:
    bare = pattern.lower().removeprefix("*").removeprefix(".").partition(":")[0]
    return not bare or any(host == bare or host.endswith(f".{bare}") for host in hosts)


def _certificates(reach: Reach) -> dict[str, str]:
    bundle = str(reach.folder / "bundle.pem")
    names = (
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT",
    )  # fmt: skip
    return {
        **dict.fromkeys(names, bundle),
        "NODE_EXTRA_CA_CERTS": str(reach.folder / "ca.pem"),
        "WGETRC": str(reach.folder / "wgetrc"),
    }


def _node(before: Mapping[str, str], reach: Reach) -> dict[str, str]:
    """Node before 24 reads no proxy from the environment: it gets a script that does."""
    script = str(reach.folder / "node_proxy.cjs").replace("\\", "\\\\")
    return {"NODE_OPTIONS": " ".join(filter(None, [before.get("NODE_OPTIONS", ""), f"--require={_quoted(script)}"]))}


def _java(before: Mapping[str, str], reach: Reach) -> dict[str, str]:
    """Java reads no variable but this one, and from it options."""
    host, _, port = reach.proxy.removeprefix("http://").rpartition(":")
    options = [
        before.get("JAVA_TOOL_OPTIONS", ""),
        f"-Djavax.net.ssl.trustStore={_quoted(str(reach.folder / 'truststore.p12'))}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={reach.truststore_password}",
        *(f"-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}" for scheme in ("http", "https")),
        f"-Dhttp.nonProxyHosts={_JAVA_HERE}",
    ]
    return {"JAVA_TOOL_OPTIONS": " ".join(filter(None, options))}


def _quoted(path: str) -> str:
    """A path as JAVA_TOOL_OPTIONS and NODE_OPTIONS read it: in quotes where it has a space."""
    return f'"{path}"' if " " in path else path


def certificates_before(environ: Mapping[str, Any], system: Path | None) -> list[Path]:
    """The files of certificates that a client of this environment trusts now."""
    named = environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE")
    return [Path(named)] if named else [system] if system is not None else []


def wgetrc_before(environ: Mapping[str, str]) -> Path | None:
    """The file of settings that wget reads in this environment."""
    named = environ.get("WGETRC") or (f"{environ['HOME']}/.wgetrc" if environ.get("HOME") else "")
    return Path(named) if named and Path(named).is_file() else None


def has_java(environ: Mapping[str, str]) -> bool:
    """Whether there is a Java that a client could run in."""
    from shutil import which

    return bool(environ.get("JAVA_HOME")) or which("java", path=environ.get("PATH")) is not None
