"""The providers' own hosts, as their documents name them: which operations each serves, where links to files lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from mockserver.provider.routes import Routes
from mockserver.provider.table import Provider

Document = Mapping[str, Any]
METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Hosted:
    """What a host serves. `files` is the origin of the provider's files; empty where they lie on the host itself."""

    provider: str
    routes: Routes
    files: str


def hosts_of(provider: Provider, documents: Iterable[Document], aliases: Iterable[str] = ()) -> dict[str, Hosted]:
    """The hosts of one provider, by lower-case name. `documents` are that of its default profile and those of others;
    `aliases` are names under which its API is known too.
    """
    documents = list(documents)
    mains = [one["url"] for one in documents[0]["servers"]]
    places = {name: urls for document in documents for name, urls in _with_servers(document)}
    files = next((urls[0] for urls in places.values()), "")
    found = {}
    for origin in dict.fromkeys([*mains, *(url for urls in places.values() for url in urls)]):
        served = tuple(one for one in provider.operations if origin in places.get(one.id, mains))
        found[_name(origin)] = Hosted(provider.name, Routes([replace(provider, operations=served)]), files)
    return found | {alias.lower(): found[_name(mains[0])] for alias in aliases}


def _with_servers(document: Document) -> Iterator[tuple[str, list[str]]]:
    """The operations whose path has servers of its own, with their addresses."""
    for item in document["paths"].values():
        if "servers" in item:
            for method in METHODS:
                if method in item:
                    yield item[method]["operationId"], [one["url"] for one in item["servers"]]


def _name(origin: str) -> str:
    """The host name in an address."""
    return urlsplit(origin).hostname or ""
