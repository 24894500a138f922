"""The promise as the server reads it: generated JSON, each file on its first use, compiled once per profile.

The kit has a reader of its own (`contracts.document`): the two halves share files, not code, and a test holds that
both compose the same document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mockserver.domain.problem import Violation

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
    limits = schema.get("x-documented")
    plain = {key: strict(value) for key, value in schema.items()}
    return plain if limits is None or "x-documented-broken" in schema else {**plain, **limits}


class Promise:
    """One provider's documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "generated"
        self._validators: dict[tuple[str, frozenset[str]], tuple[Schema, jsonschema_rs.Draft202012Validator]] = {}

    @cache  # noqa: B019  (a promise lives as long as its server)
    def _read(self, name: str) -> Any:
        return json.loads((self._folder / name).read_bytes())

    def document(self, profile: Iterable[str] = ()) -> Schema:
        """The OpenAPI document of a profile: the default one with the overlays of its words, in their file order."""
        document, words = self._read("document.json"), set(profile)
        for word, patch in self._read("overlays.json").items():
            if word in words:
                document = merged(document, patch)
        return cast("Schema", document)

    def request_schema(self, operation: str, profile: frozenset[str]) -> Schema:
        """The schema that request bodies of an operation are judged by under a profile."""
        if not profile & set(self._read("overlays.json")) and "strict" not in profile:
            return cast("Schema", self._read("requests.json")[operation])
        document = self.document(profile)
        for methods in document["paths"].values():
            for one in methods.values():
                if isinstance(one, dict) and one.get("operationId") == operation:
                    body = one["requestBody"]["content"]["application/json"]["schema"]
                    schema = resolved(body, document)
                    return cast("Schema", strict(schema) if "strict" in profile else schema)
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


class Documents:
    """The judge over the promises of all providers."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self.promises = {name: Promise(folder) for name, folder in folders.items()}

    def violations(self, provider: str, operation: str, profile: frozenset[str], body: object) -> tuple[Violation, ...]:
        """What the body breaks, in the order of the schema's properties; one per place and keyword."""
        schema, validator = self.promises[provider].validator(operation, profile)
        if validator.is_valid(body):
            return ()
        found = [_violation(error, schema) for error in validator.iter_errors(body)]
        order = {name: index for index, name in enumerate(schema.get("properties", ()))}
        found.sort(key=lambda one: (order.get(one.field, len(order)), len(one.path), one.rule != "type"))
        return tuple(found)

    def properties(self, provider: str, operation: str, profile: frozenset[str]) -> Mapping[str, Schema]:
        """The schema of each top-level field."""
        schema, _ = self.promises[provider].validator(operation, profile)
        return cast("Mapping[str, Schema]", schema.get("properties", {}))


def _violation(error: Any, schema: Schema) -> Violation:
    rule = str(error.kind.name)
    path = tuple(error.instance_path)
    expected: Any = schema
    for part in error.schema_path:
        expected = expected[part] if isinstance(expected, (dict, list)) else None
    if rule == "required":
        return Violation((*path, error.kind.property), rule, True)
    return Violation(path, rule, expected, error.instance)
