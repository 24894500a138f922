"""Two readers compose the documents of profiles, the server's and the kit's: they agree on every pair of words."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest

from mockserver.adapters.documents import Promise
from mockserver.kit import promise
from mockserver.kit.generator.source import read
from mockserver.kit.promise import PROVIDERS, names
from mockserver.kit.promise.document import WITH, compose_words
from mockserver.provider.discovery import discover


def _words(name: str) -> list[str]:
    listed: list[str] = read(PROVIDERS / name / "profiles" / "words.yaml").value
    return listed


def _pairs(name: str) -> list[tuple[str, ...]]:
    """No word, each alone, and every pair of words with an overlay, typed in the wrong order."""
    spoken = [word for word in _words(name) if word in promise.load(PROVIDERS / name).overlays]
    return [(), *((word,) for word in spoken), *((two, one) for one, two in combinations(spoken, 2))]


@pytest.mark.parametrize("name", names())
def test_server_and_kit_compose_the_same_document(name: str) -> None:
    kit, server = promise.load(PROVIDERS / name), Promise(PROVIDERS / name)
    for words in _pairs(name):
        document = kit.under(words)
        # As text, because the order of members is the order on the wire.
        assert str(server.document(words)) == str(document), words
        for operation, schema in promise.request_schemas(document).items():
            assert server.request_schema(operation, frozenset(words)) == schema, (words, operation)


@pytest.mark.parametrize("name", names())
def test_the_whole_documents_that_are_committed_are_those_that_server_and_kit_read(name: str) -> None:
    """Each file under generated/documents is, member by member, what both compose, and like no other one."""
    kit, server = promise.load(PROVIDERS / name), Promise(PROVIDERS / name)
    files = {path.stem: path for path in (PROVIDERS / name / "generated" / "documents").iterdir()}
    told = {file: json.loads(path.read_bytes()) for file, path in files.items()}
    for file, document in told.items():
        words = file.split(",")
        assert str(document) == str(server.document(words)) == str(kit.under(words)), file
    told["the default"] = dict(kit.document)
    assert len({json.dumps(document) for document in told.values()}) == len(told)


@pytest.mark.parametrize("name", names())
def test_every_word_that_changes_a_document_has_a_whole_one(name: str) -> None:
    """Each word alone, and with each that its overlay speaks of, makes the default's document or a committed one."""
    kit = promise.load(PROVIDERS / name)
    files = (path.stem for path in (PROVIDERS / name / "generated" / "documents").iterdir())
    committed = [str(kit.under(words)) for words in [(), *(file.split(",") for file in files)]]
    for word, overlay in kit.overlays.items():
        for words in [(word,), *((word, other) for other in overlay.get(WITH, {}))]:
            assert str(kit.under(words)) in committed, words


@pytest.mark.parametrize("name", sorted(discover()))
def test_the_promise_lists_the_words_of_the_table_in_its_order(name: str) -> None:
    assert _words(name) == [word.name for word in discover()[name].words]


def test_a_patch_may_have_patches_for_the_other_words() -> None:
    document: dict[str, Any] = {"a": 0, "b": 0, "c": 0}
    overlays: dict[str, dict[str, Any]] = {
        "style": {"a": 1},
        "loud": {"a": 2, "x-with": {"style": {"b": 2, "x-with": {"long": {"c": 3}}}, "mute": {"a": 9}}},
        "long": {"b": 5},
    }
    made = [
        compose_words(document, overlays, words) for words in (["loud"], ["loud", "style"], ["long", "style", "loud"])
    ]
    assert made == [{"a": 2, "b": 0, "c": 0}, {"a": 2, "b": 2, "c": 0}, {"a": 2, "b": 5, "c": 3}]
