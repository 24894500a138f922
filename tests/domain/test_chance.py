"""All chance of a job is one digest."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.chance import draw


@given(st.integers(), st.text(max_size=20), st.integers(1, 10**6))
def test_the_same_seed_sandbox_and_number_give_the_same_chance(seed: int, sandbox: str, n: int) -> None:
    """Every run can be replayed; another seed, sandbox or number is another chance."""
    first = draw(seed, sandbox, n)
    assert first == draw(seed, sandbox, n)
    assert first.digest != draw(seed + 1, sandbox, n).digest
    assert first.digest != draw(seed, sandbox + "x", n).digest
    assert first.digest != draw(seed, sandbox, n + 1).digest
    assert first.more("a").digest != first.more("b").digest
    assert (first.label, first.more("a").label) == ("", "a")


@given(st.integers(), st.integers(1, 1000))
def test_a_uuid_is_a_version_four(seed: int, n: int) -> None:
    """A UUID drawn has the version and variant of RFC 9562."""
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", draw(seed, "s", n).uuid()
    )


@given(st.integers(0, 60))
def test_shares_lie_in_the_unit_interval(start: int) -> None:
    """A share is at least 0 and below 1."""
    assert 0 <= draw(1, "s", 1).share(start) < 1
