"""The pages' own examples and captured answers: our schemas tolerate them, and our server answers like them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from mockserver.kit import promise
from mockserver.kit.facts import load_defaults
from mockserver.kit.facts.steps import Defaults
from mockserver.kit.promise import PROVIDERS, Promise
from mockserver.kit.promise.conformance import is_refusal, unpromised
from mockserver.kit.samples.fixtures import Sample, load_all, same_shape
from mockserver.kit.samples.replay import replay
from mockserver.kit.samples.tolerance import intolerances
from mockserver.kit.target import Target
from mockserver.provider.discovery import discover

CASES = load_all()


@cache
def _promise(provider: str) -> Promise:
    return promise.load(PROVIDERS / provider)


@cache
def _document(provider: str, words: tuple[str, ...]) -> dict[str, Any]:
    return _promise(provider).under(words)


@cache
def _defaults(provider: str) -> Defaults:
    return load_defaults(PROVIDERS / provider / "facts.yaml")


def _parameters(samples: list[Sample]) -> list[Any]:
    return [pytest.param(sample, id=sample.id) for sample in samples]


@pytest.mark.parametrize("provider", discover())
def test_every_provider_has_both_kinds(provider: str) -> None:
    """What pages show and what was captured; of TensorOne nobody has published an answer."""
    kinds = {sample.kind for sample in CASES if sample.provider == provider}
    assert kinds == ({"documented"} if provider == "tensorone" else {"documented", "recorded"})


@pytest.mark.parametrize("sample", _parameters(CASES))
def test_a_case_says_where_it_is_from_and_under_which_words_it_holds(sample: Sample) -> None:
    """A source, known words of the profile, an operation that exists, and reasons of one line."""
    discover()[sample.provider].profile(sample.profile)
    assert len(sample.source) > len("seed 000")
    assert sample.operation in ("error", "webhook") or sample.operation in document_operations(sample)
    for told in (sample.only_validated, sample.note):
        assert told is None or (told.strip() and "\n" not in told)
    assert not sample.differs or sample.note, "differs needs a note that says why"


@pytest.mark.parametrize("sample", _parameters([sample for sample in CASES if not sample.is_replayed]))
def test_a_body_that_is_only_validated_says_why(sample: Sample) -> None:
    assert sample.only_validated


@pytest.mark.parametrize("sample", _parameters([sample for sample in CASES if sample.answer]))
def test_the_answer_is_tolerated(sample: Sample) -> None:
    assert intolerances(sample, _document(sample.provider, sample.profile)) == []


@pytest.mark.parametrize("sample", _parameters([sample for sample in CASES if sample.is_replayed]))
def test_our_server_answers_like_it(sample: Sample, target: Target) -> None:
    document = _document(sample.provider, sample.profile)
    response = replay(sample, CASES, _promise(sample.provider), _defaults(sample.provider), target)
    told = f"{response.status} {response.body[:1000]!r}"
    assert is_refusal(response, sample.operation, document) == sample.is_refused, told
    if sample.is_refused:
        assert unpromised(response.json(), "error", document) == [], told
    elif sample.operation in document_operations(sample) and promised(sample):
        assert unpromised(response.json(), sample.operation, document) == [], told
    if sample.answer and not sample.only_validated:
        assert sample.answer.status in (None, response.status), told
        assert same_shape(sample.answer.body, response.json(), sample.differs) == [], told


def document_operations(sample: Sample) -> dict[str, Any]:
    """Return the operations of the sample's provider."""
    return dict(_promise(sample.provider).operations)


def promised(sample: Sample) -> bool:
    """Whether the document describes the bodies of the sample's operation."""
    return f"{sample.operation}.tolerated" in _promise(sample.provider).document["components"]["schemas"]
