"""What README and ARCHITECTURE point to is there: files behind links, commands and make targets in the line."""

from __future__ import annotations

import pytest

from mockserver.cli.commands import mockserver
from tests.docs.markdown import ROOT, codes, links, text_of

DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_that_exist(name: str) -> None:
    missing = [link for link in links(text_of(name)) if not (ROOT / link.partition("#")[0]).is_file()]
    assert missing == []


def test_the_readme_leads_on() -> None:
    assert {"ARCHITECTURE.md", "CHANGELOG.md", "docs/clips.png"} <= set(links(text_of("README.md")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_in_the_line_exist(name: str) -> None:
    """An option that stands alone is one of `mockserver serve`."""
    lines = [f"mockserver serve {code}" if code.startswith("--") else code for code in codes(text_of(name))]
    for line in lines:
        if line.startswith("mockserver "):
            _program, command, *options = line.split()
            assert command in mockserver.commands
            known = {spelling for option in mockserver.commands[command].params for spelling in option.opts}
            assert {option for option in options if option.startswith("--") and option != "--"} <= known
