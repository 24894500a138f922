"""The JSON Schemas 2020-12 of a document, one self-contained file for each body that goes over the wire.

The components of a document say by their names what they are:

    <operationId>.request     schemas/requests/<operationId>.json
    <operationId>.tolerated   schemas/tolerated/<operationId>.json
    <operationId>.<state>     schemas/answers/<operationId>.<state>.json
    error.<word>              schemas/errors/<word>.json          (error.tolerated: schemas/tolerated/error.json)
    webhook.<word>            schemas/webhooks/<word>.json        (webhook.tolerated: schemas/tolerated/webhook.json)

Any other component is a part that these share and has no file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.kit.promise import operations
from mockserver.kit.promise.document import GENERATED, DocumentBroken, inline

DIALECT = "https://json-schema.org/draft/2020-12/schema"
HOST = "https://mockserver.invalid"  # reserved by RFC 2606: the id names a schema, nobody can fetch it
_BY_HEAD = {"error": "errors", "webhook": "webhooks"}
_BY_REST = {"request": "requests", "tolerated": "tolerated"}
_FIRST = ("title", "description", "examples")


def place(component: str, operation_ids: Mapping[str, Any]) -> str | None:
    """Return where a component's schema stands under `schemas/`, or None for a shared part."""
    head, _, rest = component.partition(".")
    if not rest:
        return None
    if head not in operation_ids and head not in _BY_HEAD:
        return None
    if rest in _BY_REST:
        return f"{_BY_REST[rest]}/{head}.json"
    return f"{_BY_HEAD[head]}/{rest}.json" if head in _BY_HEAD else f"answers/{component}.json"


def identity(provider: str, where: str) -> str:
    """Return the `$id` of the schema that stands at `where` under a provider's `schemas/`."""
    return f"{HOST}/{provider}/schemas/{where}"


def schemas(provider: str, document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every schema file of a document by its path under `schemas/`. Raises DocumentBroken."""
    known = operations(document)
    made: dict[str, dict[str, Any]] = {}
    for component, schema in document.get("components", {}).get("schemas", {}).items():
        where = place(component, known)
        if where is not None:
            made[where] = _standing_alone(component, inline(schema, document), identity(provider, where))
    return made


def _standing_alone(component: str, schema: Any, identifier: str) -> dict[str, Any]:
    if not isinstance(schema, Mapping):
        raise DocumentBroken(f"#/components/schemas/{component} must be an object")
    first = {name: schema[name] for name in _FIRST if name in schema}
    rest = {name: value for name, value in schema.items() if name not in _FIRST}
    return {"$comment": GENERATED, "$schema": DIALECT, "$id": identifier, **first, **rest}
