"""Every word of a profile changes something that a client sees."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from mockserver.kit.facts import Fact, FactBroken, load_all, run
from mockserver.kit.target import Target
from mockserver.provider.discovery import discover

# What a check cannot set the session for (limits that are on) or cannot ask (files on an origin of their own) a test in
# Python proves; its fact names the word.
BY_TEST: Final = {("modelslab", "retry-30"), *((name, "signed-links") for name in discover())}
WORDS = [
    pytest.param(name, word.name, id=f"{name}-{word.name}")
    for name, provider in sorted(discover().items())
    for word in provider.words
    if word.name != provider.style
]


@cache
def _facts(provider: str) -> list[Fact]:
    return load_all()[provider]


def _breaks_without(fact: Fact, word: str, target: Target) -> bool:
    spoken = tuple(other for other in fact.profile if other != word)
    try:
        run(replace(fact, profile=spoken, id=f"{fact.id}-without-{word}"), target)
    except FactBroken:
        return True
    return False


@pytest.mark.parametrize(("provider", "word"), WORDS)
def test_a_word_changes_what_is_answered(provider: str, word: str, target: Target) -> None:
    """At least one fact holds under the word (its own test tells) and breaks without it."""
    about = [fact for fact in _facts(provider) if word in fact.profile]
    if (provider, word) in BY_TEST:
        assert any(fact.proof for fact in about)
        return
    assert any(_breaks_without(fact, word, target) for fact in about if fact.check), [fact.id for fact in about]
