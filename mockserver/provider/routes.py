"""The routes of all providers. They share one root, as their clients expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import unquote

from mockserver.provider.table import Operation, Provider
from mockserver.spelling import closest


@dataclass(frozen=True, slots=True)
class Route:
    """A path of a provider, with its operations."""

    provider: Provider
    path: str
    """The path, with parameters in braces."""
    parts: tuple[str | None, ...]
    """The segments: a literal, or None for a parameter."""
    names: tuple[str, ...]
    """The names of the parameters."""
    takes_rest: bool
    """Whether the last parameter, spelled `{name:rest}`, takes the rest of the path."""
    operations: dict[str, Operation]
    """The operations by method."""

    def open_methods(self, profile: frozenset[str]) -> list[str]:
        """Return the methods that this profile serves, for an Allow header; HEAD comes with GET."""
        methods = [name for name, one in self.operations.items() if one.only is None or one.only in profile]
        return methods + (["HEAD"] if "GET" in methods else [])


Found = tuple[Route, dict[str, str]]
"""A route with the decoded parameters of a path."""


def _route(provider: Provider, path: str) -> Route:
    parts = path.strip("/").split("/")
    takes_rest = parts[-1].endswith(":rest}")
    names = tuple(part.strip("{}").removesuffix(":rest") for part in parts if part.startswith("{"))
    return Route(provider, path, tuple(None if p.startswith("{") else p for p in parts), names, takes_rest, {})


class Routes:
    """All routes of all providers. Segments are compared one by one after decoding, so that `%2F` does not separate."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._literal: dict[str, Route] = {}
        self._patterns: dict[str, list[Route]] = {}
        self.all: list[Route] = []
        found: dict[str, Route] = {}
        for provider in providers:
            for operation in provider.operations:
                route = found.get(operation.path)
                if route is None:
                    route = found[operation.path] = _route(provider, operation.path)
                    self.all.append(route)
                if route.provider is not provider or operation.method in route.operations:
                    raise ValueError(f"{operation.method} {operation.path} is claimed twice")
                if route.parts[0] is None:
                    raise ValueError(
                        f"{operation.path} begins with a parameter, so it would claim every provider's paths"
                    )
                route.operations[operation.method] = operation
        for route in self.all:
            if None in route.parts:
                self._patterns.setdefault(route.parts[0] or "", []).append(route)
            else:
                self._literal[route.path] = route

    def find(self, raw_path: str) -> Found | None:
        """Return the route of a path (still percent-encoded) with its decoded parameters."""
        route = self._literal.get(raw_path)
        if route is not None:
            return route, {}
        if raw_path[:1] != "/" or raw_path[-1:] == "/":
            return None
        parts = raw_path[1:].split("/")
        decoded = [unquote(part) for part in parts] if "%" in raw_path else parts
        for candidate in self._patterns.get(decoded[0], ()):
            values = _match(candidate, decoded)
            if values is not None:
                return candidate, values
        if decoded is parts or any("/" in part for part in decoded):
            return None
        route = self._literal.get("/" + "/".join(decoded))
        return None if route is None else (route, {})

    def nearest(self, raw_path: str) -> Route | None:
        """Return the route that shares most leading segments with an unknown path; None without a common one.

        Of several routes it is the one with the most similar next segment, else one of the provider that has most of
        them.
        """
        parts = [unquote(part) for part in raw_path.strip("/").split("/")]
        alike: dict[int, list[Route]] = {}
        for route in self.all:
            if route.parts[0] == parts[0]:
                alike.setdefault(_shared(route, parts), []).append(route)
        if not alike:
            return None
        count = max(alike)
        nearest = alike[count]
        spelled = {route.parts[count] or "": route for route in reversed(nearest) if len(route.parts) > count}
        close = closest(parts[count], spelled, 0.6) if len(parts) > count else None
        owners = Counter(route.provider.name for route in nearest)
        return spelled[close] if close else max(nearest, key=lambda route: owners[route.provider.name])


def _shared(route: Route, parts: list[str]) -> int:
    """Return the number of leading segments that a path shares with a route."""
    pairs = zip(route.parts, parts, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] is None or pair[0] == pair[1], pairs))


def _match(route: Route, parts: list[str]) -> dict[str, str] | None:
    count = len(route.parts)
    if len(parts) != count and not (route.takes_rest and len(parts) > count):
        return None
    values = []
    for ours, theirs in zip(route.parts, parts, strict=False):
        if ours is None:
            if not theirs:
                return None
            values.append(theirs)
        elif ours != theirs:
            return None
    if route.takes_rest:
        values[-1] = "/".join(parts[count - 1 :])
    return dict(zip(route.names, values, strict=True))
