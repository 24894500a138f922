"""What the hand-written documents of the providers hold: links from creation to file, security, webhooks, errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS, Promise, lifecycle, names
from mockserver.kit.promise.document import find

FIRST_ERROR = 400
# Under which words a provider tells of its webhooks, which there are, and the schemas of what they tell.
WEBHOOKS: dict[str, tuple[tuple[str, ...], dict[str, list[str]]]] = {
    "aimlapi": ((), {}),
    "gately": (("callbacks",), {"challenge": ["challenge"], "report": ["processing", "success", "failed"]}),
    "modelslab": ((), {"success": ["success"], "failed": ["failed"]}),
    "tensorone": ((), {}),
}


@cache
def _promise(name: str) -> Promise:
    return promise.load(PROVIDERS / name)


def _looked_up(value: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = find(document, value["$ref"]) if "$ref" in value else value
    return found


def _answers(name: str, operation: str) -> dict[str, Mapping[str, Any]]:
    """The responses of an operation by status."""
    document, told = _promise(name).document, _promise(name).operations[operation].raw["responses"]
    return {status: _looked_up(answer, document) for status, answer in told.items()}


def _led_to(name: str, operation: str) -> Iterator[str]:
    for answer in _answers(name, operation).values():
        for link in answer.get("links", {}).values():
            yield _looked_up(link, _promise(name).document)["operationId"]


def _gives_a_film(name: str, operation: str) -> bool:
    return any("video/mp4" in answer.get("content", {}) for answer in _answers(name, operation).values())


@pytest.mark.parametrize("name", names())
def test_links_lead_from_every_creation_over_a_poll_to_a_clip(name: str) -> None:
    """Each creation links to a poll of its surface; from each poll a chain of links ends at an answer with an MP4."""
    life = lifecycle(_promise(name).document)
    assert life is not None
    for create in life.create:
        assert set(_led_to(name, create)) & set(life.poll), create
    for poll in life.poll:
        reached, fresh = {poll}, {poll}
        while fresh:
            fresh = {target for one in fresh for target in _led_to(name, one)} - reached
            reached |= fresh
        assert any(_gives_a_film(name, one) for one in reached), (poll, reached)


@pytest.mark.parametrize("name", names())
def test_the_life_of_a_job_is_told_in_pointers_and_words(name: str) -> None:
    """Where id, status, output and error are, the words of all four states, and what may follow what."""
    life = lifecycle(_promise(name).document)
    assert life is not None
    assert life.raw["create"]["id"].startswith("/")
    assert life.raw["poll"]["id"].keys() == {"in", "name"}
    assert {"status", "output", "error"} <= life.fields.keys()
    assert ("progress" in life.fields) == (name == "tensorone"), "only TensorOne has a progress"
    assert list(life.words) == ["queued", "running", "succeeded", "failed"]
    assert set(life.terminal) == {*life.words["succeeded"], *life.words["failed"]}
    following = {word for words in life.transitions.values() for word in words}
    assert following <= {word for words in life.words.values() for word in words}
    assert set(life.terminal) <= following


@pytest.mark.parametrize("name", names())
def test_every_call_says_how_the_key_is_shown_and_how_it_is_refused(name: str) -> None:
    """Files and catalogues need no key; other calls have a scheme, or the key as a field; all tell errors."""
    document = _promise(name).document
    for operation in _promise(name).operations.values():
        security = operation.raw.get("security", document.get("security"))
        if security is None:  # ModelsLab: OpenAPI has no scheme for a key in the body
            body = _looked_up(document["components"]["schemas"][f"{operation.id}.request"], document)
            assert "key" in body["required"], operation.id
        for scheme in security or []:
            assert scheme.keys() <= document["components"]["securitySchemes"].keys()
        statuses = [status for status in _answers(name, operation.id) if int(status) >= FIRST_ERROR]
        assert statuses, operation.id


@pytest.mark.parametrize("name", names())
def test_webhooks_are_told_where_there_are_some(name: str) -> None:
    """Each webhook of the document has a body of its own schema; no schema of a webhook is left over."""
    words, expected = WEBHOOKS[name]
    document = _promise(name).under(words)
    told = {
        webhook: [one["$ref"].rpartition(".")[2] for one in body.get("oneOf", [body])]
        for webhook, item in document.get("webhooks", {}).items()
        for body in [item["post"]["requestBody"]["content"]["application/json"]["schema"]]
    }
    assert told == expected
    schemas = {one.removeprefix("webhook.") for one in document["components"]["schemas"] if one.startswith("webhook.")}
    assert schemas - {"tolerated"} == {word for words in told.values() for word in words}
    files = {path.stem for path in (PROVIDERS / name / "schemas" / "webhooks").glob("*.json")}
    assert files == schemas - {"tolerated"}
