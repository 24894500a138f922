"""One provider's promise as it is read: its document, its overlays, its operations and the life of its jobs.

At run time only generated JSON is read (`contracts/<name>/generated/`); the YAML beside it is for people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mockserver.data import contracts
from mockserver.kit.promise.document import MARK, DocumentBroken, compose_words, find, inline

PROVIDERS = contracts()
"""The folder that holds a folder for each provider."""
MOST_DOCUMENTS = 20
# Inlined components by the identity of their document, which is kept beside, so that no other gets that identity.
_SCHEMAS: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Operation:
    """One call of a document: `method` in capitals, `path` the template, `raw` the OpenAPI operation object.

    `parameters` are those of the path item and of the operation, references resolved.
    """

    id: str
    method: str
    path: str
    raw: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Lifecycle:
    """How the jobs of a document live, as its `x-lifecycle` says.

    `create` and `poll` are operation ids; `fields` maps our words (status, progress, output, error, hint) to JSON
    pointers, `words` our states to the status words on the wire; `terminal` are status words, `transitions` lead
    from a status word to those that may follow. `raw` is the whole member, for what only one provider has.
    """

    create: tuple[str, ...]
    poll: tuple[str, ...]
    fields: Mapping[str, Any]
    words: Mapping[str, tuple[str, ...]]
    terminal: tuple[str, ...]
    transitions: Mapping[str, tuple[str, ...]]
    raw: Mapping[str, Any]

    def state_of(self, word: str) -> str | None:
        """Return our state (queued, running, succeeded, failed ...) for a status word of the wire."""
        return next((state for state, words in self.words.items() if word in words), None)


@dataclass(frozen=True)
class Promise:
    """What one provider promises: `document` of the default profile and `overlays` by word."""

    name: str
    document: Mapping[str, Any]
    overlays: Mapping[str, Mapping[str, Any]]

    def under(self, words: Iterable[str]) -> dict[str, Any]:
        """Return the whole document of the profile `words` (style first); words without an overlay are fine."""
        return compose_words(self.document, self.overlays, words)

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations of the default profile by id."""
        return operations(self.document)


def load(folder: Path) -> Promise:
    """Read the promise in a provider's folder from its generated JSON.

    Raises DocumentBroken when the files are missing or no JSON objects; `make generate` makes them.
    """
    overlays = _read(folder / "generated" / "overlays.json")
    overlays.pop(MARK, None)
    return Promise(folder.name, _read(folder / "generated" / "document.json"), overlays)


def names(providers: Path = PROVIDERS) -> list[str]:
    """Return the names of all provider folders under `providers`, sorted."""
    if not providers.is_dir():
        return []
    return sorted(
        entry.name for entry in providers.iterdir() if entry.is_dir() and not entry.name.startswith(("_", "."))
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DocumentBroken(f"{path}: not there; `make generate` makes it") from None
    except ValueError as broken:
        raise DocumentBroken(f"{path}: no JSON: {broken}") from None
    if not isinstance(value, dict):
        raise DocumentBroken(f"{path}: an object is expected, not {type(value).__name__}")
    return value


def operations(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Return the operations of a document by id, in document order.

    Raises DocumentBroken for an operation without an id and for an id used twice.
    """
    found: dict[str, Operation] = {}
    for operation in _all_operations(document):
        if operation.id in found:
            first = found[operation.id]
            raise DocumentBroken(
                f"operationId {operation.id} is used twice: {first.method} {first.path} and "
                f"{operation.method} {operation.path}"
            )
        found[operation.id] = operation
    return found


def _all_operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            raw = item.get(method)
            if raw is None:
                continue
            if not raw.get("operationId"):
                raise DocumentBroken(f"{method.upper()} {path} has no operationId")
            parameters = [*item.get("parameters", []), *raw.get("parameters", [])]
            resolved = tuple(_resolved(parameter, document) for parameter in parameters)
            yield Operation(raw["operationId"], method.upper(), path, raw, resolved)


def _resolved(parameter: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return find(document, parameter["$ref"]) if "$ref" in parameter else parameter
    except KeyError:
        raise DocumentBroken(f"$ref {parameter['$ref']} leads nowhere") from None


def schema(document: Mapping[str, Any], component: str) -> Any:
    """Return the self-contained schema of a component (`createVideo.queued`, `error.validation` ...).

    The same document and component give the same object. Raises DocumentBroken when the document has no such component.
    """
    kept, known = _SCHEMAS.get(id(document), (None, {}))
    if kept is not document:
        if len(_SCHEMAS) >= MOST_DOCUMENTS:
            _SCHEMAS.clear()
        known = {}
        _SCHEMAS[id(document)] = document, known
    if component not in known:
        schemas = document.get("components", {}).get("schemas", {})
        if component not in schemas:
            raise DocumentBroken(f"no component {component}; there are: {', '.join(schemas) or 'none'}")
        known[component] = inline(schemas[component], document)
    return known[component]


def request_schemas(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inlined request schema of every operation that has a body, by operation id."""
    schemas = document.get("components", {}).get("schemas", {})
    return {
        name: inline(schemas[f"{name}.request"], document)
        for name in operations(document)
        if f"{name}.request" in schemas
    }


def lifecycle(document: Mapping[str, Any]) -> Lifecycle | None:
    """Return the life of the document's jobs, or None where it has no `x-lifecycle`."""
    raw = document.get("x-lifecycle")
    if raw is None:
        return None
    try:
        return Lifecycle(
            create=tuple(raw["create"]["operations"]),
            poll=tuple(raw["poll"]["operations"]),
            fields=raw["fields"],
            words={state: tuple(words) for state, words in raw["words"].items()},
            terminal=tuple(raw["terminal"]),
            transitions={word: tuple(after) for word, after in raw.get("transitions", {}).items()},
            raw=raw,
        )
    except (KeyError, TypeError) as missing:
        raise DocumentBroken(f"x-lifecycle: {missing} is missing or of the wrong type") from None
