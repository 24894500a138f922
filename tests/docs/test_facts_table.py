"""The README's table of facts: `make facts` writes it, and its rows are those of the facts files."""

from __future__ import annotations

from mockserver.kit.facts import load_all
from mockserver.kit.facts.table import read
from tests.docs.markdown import text_of


def test_the_table_counts_the_facts_that_are_written_down() -> None:
    """What is proven only a whole run can tell; that every row adds up can be told here."""
    told = read(text_of("README.md"))
    together = told.pop("all", None)
    assert {name: (row[0], row[2]) for name, row in told.items()} == {
        name: (len(rows), sum(fact.not_emulated is not None for fact in rows)) for name, rows in load_all().items()
    }, "`make facts` writes the table again"
    for facts, proven, not_emulated, unproven in told.values():
        assert facts == proven + not_emulated + unproven
    assert together == tuple(sum(numbers) for numbers in zip(*told.values(), strict=True))
