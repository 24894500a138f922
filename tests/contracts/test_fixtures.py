"""The pages' own examples and captured answers: our schemas tolerate them, and our server answers like them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from contracts import promise
from contracts.facts import load_defaults
from contracts.fixtures import Case, load_all, same_shape
from contracts.judge import intolerances, is_refusal, unpromised
from contracts.promise import PROVIDERS, Promise
from contracts.replay import replay
from contracts.stage import Stage
from contracts.steps import Defaults
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


def _parameters(cases: list[Case]) -> list[Any]:
    return [pytest.param(case, id=case.id) for case in cases]


@pytest.mark.parametrize("provider", discover())
def test_every_provider_has_both_kinds(provider: str) -> None:
    """What pages show and what was captured; of TensorOne nobody has published an answer."""
    kinds = {case.kind for case in CASES if case.provider == provider}
    assert kinds == ({"documented"} if provider == "tensorone" else {"documented", "recorded"})


@pytest.mark.parametrize("case", _parameters(CASES))
def test_a_case_says_where_it_is_from_and_under_which_words_it_holds(case: Case) -> None:
    """A source, known words of the profile, an operation that exists, and reasons of one line."""
    discover()[case.provider].profile(case.profile)
    assert len(case.source) > len("seed 000")
    assert case.operation in ("error", "webhook") or case.operation in document_operations(case)
    for told in (case.only_validated, case.note):
        assert told is None or (told.strip() and "\n" not in told)
    assert not case.differs or case.note, "differs needs a note that says why"


@pytest.mark.parametrize("case", _parameters([case for case in CASES if not case.is_replayed]))
def test_a_body_that_is_only_validated_says_why(case: Case) -> None:
    assert case.only_validated


@pytest.mark.parametrize("case", _parameters([case for case in CASES if case.answer]))
def test_the_answer_is_tolerated(case: Case) -> None:
    assert intolerances(case, _document(case.provider, case.profile)) == []


@pytest.mark.parametrize("case", _parameters([case for case in CASES if case.is_replayed]))
def test_our_server_answers_like_it(case: Case, stage: Stage) -> None:
    document = _document(case.provider, case.profile)
    exchange = replay(case, CASES, _promise(case.provider), _defaults(case.provider), stage)
    told = f"{exchange.status} {exchange.body[:1000]!r}"
    assert is_refusal(exchange, case.operation, document) == case.is_refused, told
    if case.is_refused:
        assert unpromised(exchange.json(), "error", document) == [], told
    elif case.operation in document_operations(case) and promised(case):
        assert unpromised(exchange.json(), case.operation, document) == [], told
    if case.answer and not case.only_validated:
        assert case.answer.status in (None, exchange.status), told
        assert same_shape(case.answer.body, exchange.json(), case.differs) == [], told


def document_operations(case: Case) -> dict[str, Any]:
    """Return the operations of the case's provider."""
    return dict(_promise(case.provider).operations)


def promised(case: Case) -> bool:
    """Whether the document describes the bodies of the case's operation."""
    return f"{case.operation}.tolerated" in _promise(case.provider).document["components"]["schemas"]
