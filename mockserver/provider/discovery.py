"""Discovery of providers in a list of places. A new provider changes no other file."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules

from mockserver import MockServerError
from mockserver.domain.builtin_scenarios import CORE
from mockserver.domain.scenario import Scenario
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.provider.table import Provider

GROUP = "mockserver.providers"
log = logging.getLogger("mockserver")


class NameTaken(MockServerError, ValueError):
    """Two providers have one name."""


def in_package(name: str) -> Iterator[Provider]:
    """Return the providers in the sub-packages of an importable package, by name."""
    package = import_module(name)
    for found in sorted(iter_modules(package.__path__), key=lambda module: module.name):
        if found.ispkg:
            yield _table(import_module(f"{name}.{found.name}"), found.name)


def in_entry_points() -> Iterator[Provider]:
    """The providers that installed distributions declare under `mockserver.providers`.

    One that cannot be loaded is somebody else's fault: it is told in one line, and left out.
    """
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        where = f"entry point {entry.name} ({entry.value}) is left out"
        try:
            loaded = entry.load()
        except Exception as error:  # a stranger's module can raise anything
            log.warning("%s: %s: %s", where, type(error).__name__, " ".join(str(error).split())[:200])
            continue
        if isinstance(loaded, Provider):
            yield loaded
        else:
            log.warning("%s: it is a %s, no Provider", where, type(loaded).__name__)


def in_folder(folder: Path) -> Iterator[Provider]:
    """Return the providers in the sub-folders of a folder that is on no import path."""
    for init in sorted(folder.glob("*/__init__.py")):
        name = f"mockserver_place_{init.parent.name}"
        spec = spec_from_file_location(name, init, submodule_search_locations=[str(init.parent)])
        if spec is None or spec.loader is None:
            raise ImportError(f"{init} cannot be loaded")
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        yield _table(module, init.parent.name)


def _table(module: object, name: str) -> Provider:
    provider = getattr(module, "PROVIDER", None)
    if not isinstance(provider, Provider) or provider.name != name:
        raise TypeError(f"{name}: expected a Provider called {name!r} under the name PROVIDER")
    return provider


def discover(places: Iterable[str | Path] = ("mockserver.providers",)) -> dict[str, Provider]:
    """All providers of the places (package names and folders) and of the entry points, by name.

    Raises:
        NameTaken: Two providers have one name.
    """
    found: dict[str, tuple[Provider, str]] = {}

    def add(provider: Provider, origin: str) -> None:
        there = found.setdefault(provider.name, (provider, origin))
        if there[0] is not provider:
            raise NameTaken(f"two providers are called {provider.name!r}: in {there[1]} and in {origin}")

    for place in places:
        for provider in in_folder(place) if isinstance(place, Path) else in_package(place):
            add(provider, str(place))
    for provider in in_entry_points():
        add(provider, f"the entry points {GROUP}")
    return {name: provider for name, (provider, _) in found.items()}


def scenarios(providers: Mapping[str, Provider], composed: Iterable[Scenario] = ()) -> ScenarioCatalogue:
    """Return all scenarios: the core's, those that the providers add, and composed ones."""
    added = (scenario for one in providers.values() for scenario in one.scenarios)
    return ScenarioCatalogue((*CORE, *added), composed)
