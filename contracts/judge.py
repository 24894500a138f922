"""Is an answer what a document promises? By the closed schemas of what we send, and the open ones of what may come."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from json import dumps, loads
from typing import Any

import jsonschema_rs

from contracts.fixtures import Case
from contracts.promise import schema
from contracts.stage import Exchange, NotJson

FIRST_ERROR = 400
MOST_VALIDATORS = 2000
# By the identity of the schema, which is kept beside, so that no other gets that identity meanwhile.
_VALIDATORS: dict[int, tuple[Any, jsonschema_rs.Draft202012Validator]] = {}


def complaints(body: Any, judging: Any) -> list[str]:
    """Return why a JSON value breaks a self-contained schema (2020-12, formats checked); empty: it keeps it.

    The schema must not change afterwards: it is compiled once.
    """
    errors = compiled(judging).iter_errors(body)
    return [f"/{'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


def compiled(judging: Any) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a self-contained schema; compiling takes twenty times as long as judging with it."""
    kept, validator = _VALIDATORS.get(id(judging), (None, None))
    if validator is None or kept is not judging:
        validator = _of_text(dumps(judging))
        if len(_VALIDATORS) >= MOST_VALIDATORS:
            _VALIDATORS.clear()
        _VALIDATORS[id(judging)] = judging, validator
    return validator


@lru_cache(MOST_VALIDATORS)
def _of_text(judging: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(loads(judging), validate_formats=True)


def components(document: Mapping[str, Any], head: str) -> list[str]:
    """Return the names of the closed components of `head`: an operation's states, `error`'s or `webhook`'s words."""
    names = document.get("components", {}).get("schemas", {})
    aside = (f"{head}.request", f"{head}.tolerated")
    return [name for name in names if name.startswith(f"{head}.") and name not in aside]


def intolerances(case: Case, document: Mapping[str, Any]) -> list[str]:
    """Return why no schema of `document` (that of the case's profile) tolerates the case's answer; empty: one does.

    An answer is judged by `<operation>.tolerated`, a refusal by `error.tolerated` and a delivery by
    `webhook.tolerated`, or, where the document has no such component, by any `error.*` and any `webhook.*`.
    """
    if case.answer is None:
        return []
    names = _judges(case, document)
    wrong = [] if names else [f"{case.operation}: no component can judge it"]
    for name in names:
        found = complaints(case.answer.body, schema(document, name))
        if not found:
            return []
        wrong += [f"{name}: {complaint}" for complaint in found]
    return wrong


def _judges(case: Case, document: Mapping[str, Any]) -> list[str]:
    status = case.answer.status if case.answer else None
    refuses = case.is_refused or (status is not None and status >= FIRST_ERROR)
    head = "error" if refuses and case.operation != "webhook" else case.operation
    tolerated = f"{head}.tolerated"
    if tolerated in document.get("components", {}).get("schemas", {}):
        return [tolerated]
    return components(document, head) if head in ("error", "webhook") else []


def is_refusal(exchange: Exchange, operation: str, document: Mapping[str, Any]) -> bool:
    """Return whether an answer refuses: by its status, or (where errors come under HTTP 200) by its body.

    A body refuses when an `error.*` of the document describes it and no state of the operation does.
    """
    if exchange.status >= FIRST_ERROR:
        return True
    try:
        body = exchange.json()
    except NotJson:
        return False
    return bool(_described(body, "error", document)) and not _described(body, operation, document)


def unpromised(body: Any, operation: str, document: Mapping[str, Any]) -> list[str]:
    """Return where an answer of ours is not what the document promises; empty: it is.

    It has to keep one of the operation's closed schemas, with members in that schema's order, and the tolerated one.
    """
    names = components(document, operation)
    described = _described(body, operation, document)
    wrong = [f"{name}: {one}" for name in names for one in complaints(body, schema(document, name))]
    if described:
        orders = [misplaced(body, schema(document, name)) for name in described]
        wrong = min(orders, key=len)
    tolerated = f"{operation}.tolerated"
    if tolerated in document["components"]["schemas"]:
        wrong += [f"{tolerated}: {one}" for one in complaints(body, schema(document, tolerated))]
    return wrong


def _described(body: Any, head: str, document: Mapping[str, Any]) -> list[str]:
    return [name for name in components(document, head) if not complaints(body, schema(document, name))]


def misplaced(body: Any, judging: Any, where: str = "") -> list[str]:
    """Return where the members of `body` are not in the order of the properties of a self-contained schema."""
    if not isinstance(judging, Mapping):
        return []
    wrong: list[str] = []
    branches = [inner for name in ("allOf", "anyOf", "oneOf") for inner in judging.get(name, [])]
    for branch in branches:
        if not complaints(body, branch):
            wrong += misplaced(body, branch, where)
    if isinstance(body, list):
        for place, inner in enumerate(body):
            wrong += misplaced(inner, judging.get("items"), f"{where}/{place}")
    if isinstance(body, Mapping) and "properties" in judging:
        order = [name for name in judging["properties"] if name in body]
        sent = [name for name in body if name in judging["properties"]]
        if sent != order:
            wrong.append(f"{where or 'the whole'}: the order is {', '.join(order)}; ours is {', '.join(sent)}")
        for name in sent:
            wrong += misplaced(body[name], judging["properties"][name], f"{where}/{name}")
    return wrong
