"""Answers beside their document: does ours conform to the closed schemas of what we send?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.kit.promise.provider import schema
from mockserver.kit.promise.validation import complaints
from mockserver.kit.target import NotJson, Response

FIRST_ERROR = 400


def components(document: Mapping[str, Any], head: str) -> list[str]:
    """Return the names of the closed components of `head`: an operation's states, `error`'s or `webhook`'s words."""
    names = document.get("components", {}).get("schemas", {})
    aside = (f"{head}.request", f"{head}.tolerated")
    return [name for name in names if name.startswith(f"{head}.") and name not in aside]


def is_refusal(response: Response, operation: str, document: Mapping[str, Any]) -> bool:
    """Return whether an answer refuses: by its status, or (where errors come under HTTP 200) by its body.

    A body refuses when an `error.*` of the document describes it and no state of the operation does.
    """
    if response.status >= FIRST_ERROR:
        return True
    try:
        body = response.json()
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
