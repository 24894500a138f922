"""docs/faults.md tells all that there is, and what it shows works."""

from __future__ import annotations

import re
import tomllib

from mockserver.domain.fault_composition import FAULT
from mockserver.domain.file_composition import FILE
from mockserver.domain.scenario_composition import composed
from tests.docs.faults_page import PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_table_of_faults_is_the_one_that_the_server_reads() -> None:
    """`python -m tests.docs.faults_page` writes it anew."""
    assert page(TEXT) == TEXT


def test_every_member_is_told() -> None:
    """Members of a row and of the table `file` stand in the page."""
    told = set(re.findall(r"`([a-z_]+)(?: = [^`]*)?`", TEXT)) | set(re.findall(r"([a-z_]+) = ", TEXT))
    assert {*FAULT, *FILE} <= told


def test_the_example_makes_a_scenario() -> None:
    """The TOML of the page is read as any other."""
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    ((name, data),) = tomllib.loads(block)["scenarios"].items()
    assert len(composed(name, data).active_faults()) == 4
