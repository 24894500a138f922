"""docs/python.md: what `mockserver.testing` and the pytest plugin offer."""

from __future__ import annotations

import mockserver.testing
from mockserver.testing.journal import Journal
from tests.docs import python_page
from tests.docs.markdown import text_of


def test_the_page_is_what_the_docstrings_say() -> None:
    """The committed page is the one that the docstrings make."""
    assert {python_page.PAGE: text_of(python_page.PAGE).encode()} == python_page.build()


def test_every_public_name_has_a_section_with_text() -> None:
    """Each name of `__all__`, each method of a class that a user reaches, and each fixture is explained."""
    sections = dict(one.split("\n", 1) for one in text_of(python_page.PAGE).split("\n### ")[1:])
    for name in mockserver.testing.__all__:
        (title,) = [one for one in sections if one.startswith((f"`{name}`", f"`{name}("))]
        assert sections[title].strip(), name
    journal = sections["`Journal`"]
    for method in (one for one in vars(Journal) if not one.startswith("_")):
        assert f"#### `{method}" in journal
    assert "fixture `mock_sandbox`" in sections
