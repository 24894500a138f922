"""The promise as the server reads it: generated JSON, each file on its first use, compiled once per profile.

The kit has a reader of its own (`mockserver.kit.promise.document`): the two halves share files, not code, and a test
holds that both compose the same document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mockserver.domain.alteration import Fields
from mockserver.domain.problem import Violation
from mockserver.prices import PriceList, read_prices

if TYPE_CHECKING:
    import jsonschema_rs

Schema = Mapping[str, Any]


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396: what a merge patch makes of a value; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def resolved(schema: Any, document: Schema) -> Any:
    """The schema with every local reference replaced by what it points to."""
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            found: Any = document
            for part in reference.removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            return resolved({**found, **rest}, document)
        return {key: resolved(value, document) for key, value in schema.items()}
    return [resolved(one, document) for one in schema] if isinstance(schema, list) else schema


def strict(schema: Any) -> Any:
    """The schema with its documented limits in force, but those that the page itself breaks."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    limits = {} if "x-documented-broken" in schema else schema.get("x-documented", {})
    plain = {key: value for key, value in schema.items() if key not in ("x-documented", "x-documented-broken")}
    return {key: strict(value) for key, value in merged(plain, limits).items()}


def patches(overlays: Schema, words: frozenset[str]) -> Iterator[Schema]:
    """The patches of these words in the order of the overlays, each followed by those that it has (under `x-with`) for
    the others of them.
    """
    for word, overlay in overlays.items():
        if word in words:
            yield {key: value for key, value in overlay.items() if key != "x-with"}
            yield from patches(overlay.get("x-with", {}), words)


class Promise:
    """One provider's documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "generated"
        self._validators: dict[tuple[str, frozenset[str]], tuple[Schema, jsonschema_rs.Draft202012Validator]] = {}
        self._defaults: dict[tuple[str, frozenset[str]], Mapping[str, object]] = {}
        self._files: dict[str, Any] = {}
        self._fields: dict[frozenset[str], Fields] = {}

    def _read(self, name: str) -> Any:
        """Return the JSON value of a file, which is read once and never changed."""
        if name not in self._files:
            self._files[name] = json.loads((self._folder / name).read_bytes())
        return self._files[name]

    @cached_property
    def prices(self) -> PriceList:
        """The documented prices, read on first use."""
        return read_prices(self._folder.parent)

    def document(self, profile: Iterable[str] = ()) -> Schema:
        """The OpenAPI document of a profile: the default one with the overlays of its words, whatever their order."""
        words = frozenset(profile)
        document = reduce(merged, patches(self._read("overlays.json"), words), self._read("document.json"))
        return cast("Schema", strict(document) if "strict" in words else document)

    def request_schema(self, operation: str, profile: frozenset[str]) -> Schema:
        """The schema that request bodies of an operation are judged by under a profile."""
        if not profile & set(self._read("overlays.json")) and "strict" not in profile:
            return cast("Schema", self._read("requests.json")[operation])
        document = self.document(profile)
        for methods in document["paths"].values():
            for one in methods.values():
                if isinstance(one, dict) and one.get("operationId") == operation:
                    body = one["requestBody"]["content"]["application/json"]["schema"]
                    return cast("Schema", resolved(body, document))
        raise KeyError(operation)

    def validator(self, operation: str, profile: frozenset[str]) -> tuple[Schema, jsonschema_rs.Draft202012Validator]:
        """The compiled schema, and the schema itself."""
        found = self._validators.get((operation, profile))
        if found is None:
            import jsonschema_rs

            schema = self.request_schema(operation, profile)
            compiled = jsonschema_rs.Draft202012Validator(cast("dict[str, Any]", schema), validate_formats=True)
            found = self._validators[operation, profile] = (schema, compiled)
        return found

    def fields(self, profile: frozenset[str]) -> Fields:
        """Where the answers of a profile keep what."""
        found = self._fields.get(profile)
        if found is None:
            found = self._fields[profile] = _fields(self.document(profile))
        return found

    def defaults(self, operation: str, profile: frozenset[str]) -> Mapping[str, object]:
        """The default of each top-level field that has one."""
        found = self._defaults.get((operation, profile))
        if found is None:
            fields = self.validator(operation, profile)[0].get("properties", {})
            found = {name: schema["default"] for name, schema in fields.items() if "default" in schema}
            self._defaults[operation, profile] = found
        return found


def _fields(document: Schema) -> Fields:
    """Where a document's `x-lifecycle` says that answers keep what; what may be absent is read off `*.tolerated`."""
    told = document.get("x-lifecycle", {}).get("fields", {})
    kept = {pointer.split("/")[1] for pointer in told.get("output", ())}  # scenario `no-output` is about these
    optional = {}
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        operation, _, kind = name.rpartition(".")
        if kind == "tolerated":
            required = schema.get("required", [])
            optional[operation] = tuple(one for one in schema.get("properties", {}) if one not in kept.union(required))
    return Fields(
        status=told.get("status", ""),
        hint=told.get("hint", ""),
        error=told.get("error", ""),
        output=tuple(told.get("output", ())),
        optional=optional,
    )


def shared(folder: Path) -> Promise:
    """Return the promise of a folder, one for all servers of this process as long as its files stay the same.

    A document takes megabytes once it is read and compiled, and a test suite starts hundreds of servers.
    """
    files = sorted((folder / "generated").glob("*.json"))
    return _unchanged(folder, tuple((path.name, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=64)
def _unchanged(folder: Path, _files: tuple[tuple[str, int], ...]) -> Promise:
    return Promise(folder)


class Documents:
    """The judge over the promises of all providers."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self.promises = {name: shared(folder) for name, folder in folders.items()}

    def violations(self, provider: str, operation: str, profile: frozenset[str], body: object) -> tuple[Violation, ...]:
        """What the body breaks, in the order of the schema's properties; one per place and keyword."""
        schema, validator = self.promises[provider].validator(operation, profile)
        if validator.is_valid(body):
            return ()
        found = [violation for error in validator.iter_errors(body) for violation in _violations(error, schema)]
        order = {name: index for index, name in enumerate(schema.get("properties", ()))}
        found.sort(key=lambda one: (order.get(one.field, len(order)), len(one.path), one.rule != "type"))
        return tuple(found)

    def fields(self, provider: str, profile: frozenset[str]) -> Fields:
        """Where the answers of a provider keep status, hint, output and error."""
        return self.promises[provider].fields(profile)

    def prices(self, provider: str) -> PriceList:
        """The documented prices of a provider; an empty list where it has none."""
        return self.promises[provider].prices

    def properties(self, provider: str, operation: str, profile: frozenset[str]) -> Mapping[str, Schema]:
        """The schema of each top-level field."""
        schema, _ = self.promises[provider].validator(operation, profile)
        return cast("Mapping[str, Schema]", schema.get("properties", {}))

    def defaults(self, provider: str, operation: str, profile: frozenset[str]) -> Mapping[str, object]:
        """The default of each top-level field that has one."""
        return self.promises[provider].defaults(operation, profile)


def _violations(error: Any, schema: Schema) -> list[Violation]:
    rule = str(error.kind.name)
    path = tuple(error.instance_path)
    expected: Any = schema
    around: Any = schema
    for part in error.schema_path:
        around, expected = expected, expected[part] if isinstance(expected, (dict, list)) else None
    if rule == "required":
        return [Violation((*path, error.kind.property), rule, True)]
    if rule == "additionalProperties":
        return [Violation((*path, name), rule, False, error.instance[name]) for name in error.kind.unexpected]
    says = around.get("x-issue", {}).get("message", "") if isinstance(around, dict) else ""
    return [Violation(path, rule, expected, error.instance, says)]
