"""What a hand-written document must keep for the rest to stand on it. The generator refuses one that does not.

Each check yields findings: a JSON pointer into the document and a sentence about what is wrong there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from mockserver.kit.generator.schemas import place
from mockserver.kit.generator.source import escaped
from mockserver.kit.promise import Operation, lifecycle, operations
from mockserver.kit.promise.document import DocumentBroken, find, inline, subschemas
from mockserver.spelling import closest

Finding = tuple[str, str]

_COMPONENTS = "/components/schemas"
_CLOSED = ("answers", "errors", "webhooks")
_OPEN = "tolerated"
_CONDITIONS = ("if", "then", "else", "not", "dependentSchemas")


def findings(document: Mapping[str, Any]) -> list[Finding]:
    """Return all that is wrong with a whole document as (JSON pointer, sentence); empty means sound."""
    if not str(document.get("openapi", "")).startswith("3.1."):
        return [("/openapi", f"OpenAPI 3.1 is expected, not {document.get('openapi')!r}")]
    try:
        known = operations(document)
    except DocumentBroken as broken:
        return [("/paths", str(broken))]
    return [
        *_references(document, ""),
        *_components(document, known),
        *_bodies(document, known),
        *_lifecycle(document, known),
    ]


def _references(value: Any, pointer: str, root: Mapping[str, Any] | None = None) -> Iterator[Finding]:
    """Every `$ref` of the document leads somewhere inside of it."""
    root = value if root is None else root
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str):
            try:
                find(root, reference if reference.startswith("#") else "nowhere")
            except KeyError:
                yield pointer, f"$ref {reference} leads nowhere in this document"
        for name, inner in value.items():
            yield from _references(inner, f"{pointer}/{escaped(name)}", root)
    elif isinstance(value, list):
        for place_, inner in enumerate(value):
            yield from _references(inner, f"{pointer}/{place_}", root)


def _components(document: Mapping[str, Any], known: Mapping[str, Operation]) -> Iterator[Finding]:
    """Each wire schema is a schema, has title, description and examples, and its examples keep it."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        pointer = f"{_COMPONENTS}/{escaped(name)}"
        try:
            whole = inline(schema, document)
            validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        except DocumentBroken as broken:
            yield pointer, str(broken)
            continue
        except jsonschema_rs.ValidationError as broken:
            yield pointer, f"no schema at {_joined(broken)}: {broken.message}"
            continue
        if place(name, known) is None:
            yield from _misspelt(name, pointer, known)
            continue
        for wanted in ("title", "description", "examples"):
            if not whole.get(wanted):
                yield pointer, f"{name} has no {wanted}"
        for number, example in enumerate(whole.get("examples") or []):
            for error in validator.iter_errors(example):
                problem = f"the example breaks its schema at {_joined(error)}: {error.message}"
                yield f"{pointer}/examples/{number}", problem
        yield from ((pointer, f"{name} {problem}") for problem in _wrongly_open(whole, str(place(name, known))))


def _wrongly_open(schema: Any, where: str) -> Iterator[str]:
    """What we send is closed, so that no member slips in; what may come is open, so that any may."""
    kind = where.partition("/")[0]
    objects = [inner for inner in _all_schemas(schema) if isinstance(inner.get("properties"), Mapping)]
    for inner in objects:
        names = ", ".join(inner["properties"])
        if kind in _CLOSED and inner.get("additionalProperties", True) is True:
            yield f"is what we send and must be closed, but the object of {names} has no additionalProperties: false"
        if kind == _OPEN and inner.get("additionalProperties", True) is False:
            yield f"is what may come and must be open, but the object of {names} has additionalProperties: false"


def _all_schemas(schema: Any) -> list[Mapping[str, Any]]:
    """A schema and every one inside of it, but for the parts of a condition, which describe no whole object."""
    found: list[Mapping[str, Any]] = []

    def enter(inner: Any) -> Any:
        if isinstance(inner, Mapping):
            found.append(inner)
            subschemas({name: value for name, value in inner.items() if name not in _CONDITIONS}, enter)
        return inner

    enter(schema)
    return found


def _misspelt(name: str, pointer: str, known: Mapping[str, Operation]) -> Iterator[Finding]:
    """A shared part may be called anything but almost like an operation's own."""
    head, dot, _ = name.partition(".")
    near = closest(head, [*known, "error", "webhook"], 0.85) if dot else None
    if near:
        yield pointer, f"{name} belongs to no operation; is {near}.* meant?"


def _bodies(document: Mapping[str, Any], known: Mapping[str, Operation]) -> Iterator[Finding]:
    """An operation with a JSON body has `<id>.request`, and its requestBody is that component."""
    schemas = document.get("components", {}).get("schemas", {})
    for operation in known.values():
        wanted = f"{operation.id}.request"
        content = operation.raw.get("requestBody", {}).get("content", {})
        pointer = f"/paths/{escaped(operation.path)}/{operation.method.lower()}/requestBody"
        if not content:
            if wanted in schemas:
                yield pointer, f"{wanted} is there, but {operation.id} takes no requestBody"
        elif wanted not in schemas:
            yield pointer, f"{operation.id} takes a requestBody, but there is no component {wanted}"
        elif content.get("application/json", {}).get("schema") != {"$ref": f"#{_COMPONENTS}/{wanted}"}:
            yield pointer, f"application/json of {operation.id} must be a $ref to {wanted}"


def _lifecycle(document: Mapping[str, Any], known: Mapping[str, Operation]) -> Iterator[Finding]:
    """The life of a job speaks of operations that exist, and each of its words is terminal or leads on."""
    try:
        life = lifecycle(document)
    except DocumentBroken as broken:
        yield "/x-lifecycle", str(broken)
        return
    if life is None:
        yield "/x-lifecycle", "x-lifecycle is missing"
        return
    for operation in (*life.create, *life.poll):
        if operation not in known:
            yield "/x-lifecycle", f"there is no operation {operation}"
    for word in dict.fromkeys(word for words in life.words.values() for word in words):
        if word not in life.terminal and word not in life.transitions:
            yield "/x-lifecycle/words", f"the status word {word!r} is neither terminal nor has it transitions"


def _joined(error: jsonschema_rs.ValidationError) -> str:
    return "/" + "/".join(str(step) for step in error.instance_path)
