"""docs/laws.md: the laws for clients."""

from __future__ import annotations

from tests.docs import laws_page
from tests.docs.markdown import text_of


def test_the_page_is_what_the_catalogue_says() -> None:
    """The committed page is the one that the catalogue makes."""
    assert {laws_page.PAGE: text_of(laws_page.PAGE).encode()} == laws_page.build()
