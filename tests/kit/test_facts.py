"""Every fact that has a check, carried out on the server of this checkout."""

from __future__ import annotations

import pytest

from mockserver.kit.facts import Fact, checks, load_all, run
from mockserver.kit.target import Target

FACTS = [pytest.param(fact, id=fact.id, marks=pytest.mark.fact(fact.id)) for fact in checks(load_all())]


@pytest.mark.parametrize("fact", FACTS)
def test_fact(fact: Fact, target: Target) -> None:
    run(fact, target)
