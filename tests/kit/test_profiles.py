"""Two readers compose the documents of profiles, the server's and the kit's: they agree on every pair of words."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest

from mockserver.adapters.documents import Promise
from mockserver.kit import promise
from mockserver.kit.generator.build import digest
from mockserver.kit.generator.source import read
from mockserver.kit.promise import PROVIDERS, names
from mockserver.kit.promise.document import MARK, WITH, compose_words
from mockserver.provider.discovery import discover


def _words(name: str) -> list[str]:
    listed: list[str] = read(PROVIDERS / name / "profiles" / "words.yaml").value
    return listed


def _digests(name: str) -> dict[str, str]:
    committed: dict[str, str] = json.loads((PROVIDERS / name / "generated" / "digests.json").read_bytes())
    return {words: one for words, one in committed.items() if words != MARK}


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
def test_the_committed_digests_are_of_the_documents_that_server_and_kit_compose(name: str) -> None:
    """Each is the digest of what both compose, and no two documents are alike."""
    kit, server = promise.load(PROVIDERS / name), Promise(PROVIDERS / name)
    digests = _digests(name)
    for spelling, committed in digests.items():
        words = spelling.split(",")
        assert digest(server.document(words)) == digest(kit.under(words)) == committed, spelling
    assert len({*digests.values(), digest(kit.document)}) == len(digests) + 1


@pytest.mark.parametrize("name", names())
def test_every_word_that_changes_a_document_has_a_digest(name: str) -> None:
    """Each word alone, and with each that its overlay speaks of, makes the default's document or one with a digest."""
    kit = promise.load(PROVIDERS / name)
    committed = {digest(kit.document), *_digests(name).values()}
    for word, overlay in kit.overlays.items():
        for words in [(word,), *((word, other) for other in overlay.get(WITH, {}))]:
            assert digest(kit.under(words)) in committed, words


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
