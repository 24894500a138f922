"""Whose path is it? All providers share one host root, as their clients expect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from mockserver.provider.table import Operation, Provider


@dataclass(frozen=True, slots=True)
class Route:
    """A path of a provider with its operations by method. `parts` are literals, or None where a parameter stands;
    a last part named `{name:rest}` takes the rest of the path.
    """

    provider: Provider
    path: str
    parts: tuple[str | None, ...]
    names: tuple[str, ...]
    takes_rest: bool
    operations: dict[str, Operation]

    def open_methods(self, profile: frozenset[str]) -> list[str]:
        """The methods that this profile serves, for an Allow header; HEAD goes with GET."""
        methods = [name for name, one in self.operations.items() if one.only is None or one.only in profile]
        return methods + (["HEAD"] if "GET" in methods else [])


def _route(provider: Provider, path: str) -> Route:
    parts = path.strip("/").split("/")
    takes_rest = parts[-1].endswith(":rest}")
    names = tuple(part.strip("{}").removesuffix(":rest") for part in parts if part.startswith("{"))
    return Route(provider, path, tuple(None if p.startswith("{") else p for p in parts), names, takes_rest, {})


class Routes:
    """All routes of all providers. Segments are compared one by one after decoding, so `%2F` stays inside its own."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._literal: dict[str, Route] = {}
        self._pattern: list[Route] = []
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
                route.operations[operation.method] = operation
        for route in self.all:
            if None in route.parts:
                self._pattern.append(route)
            else:
                self._literal[route.path] = route

    def find(self, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a path as it came (still percent-encoded), with its decoded parameters."""
        route = self._literal.get(raw_path)
        if route is not None:
            return route, {}
        parts = raw_path.strip("/").split("/") if raw_path[:1] == "/" else [raw_path]
        decoded = [unquote(part) for part in parts] if "%" in raw_path else parts
        if raw_path.endswith("/") and raw_path != "/":
            return None
        for candidate in self._pattern:
            values = _match(candidate, decoded)
            if values is not None:
                return candidate, values
        if decoded is not parts and (route := self._literal.get("/" + "/".join(decoded))):
            return route, {}
        return None

    def nearest(self, raw_path: str) -> Route | None:
        """The route that shares most leading segments with an unknown path; None without a common one."""
        parts = [unquote(part) for part in raw_path.strip("/").split("/")]
        best, shared = None, 0
        for route in self.all:
            count = 0
            for ours, theirs in zip(route.parts, parts, strict=False):
                if ours is not None and ours != theirs:
                    break
                count += 1
            if count > shared and route.parts[0] == parts[0]:
                best, shared = route, count
        return best


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
