"""The annotated example of the TOML file is whole and holds: it names all that there is, a server starts with it."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from mockserver.cli.options import OwnOption
from mockserver.cli.plan import Plan, plan
from mockserver.cli.serve import serve
from mockserver.domain import scenario_composition
from mockserver.domain.fault_composition import FAULT
from mockserver.provider.configuration import CLOCK, DECLARED, LISTENER
from mockserver.testing import MockServer
from tests.docs.markdown import ROOT

EXAMPLE = ROOT / "docs" / "mockserver.toml"
COMMENTED = re.compile(r"^# ([\w-]+ = .*)$", re.MULTILINE)


def parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


@pytest.fixture(scope="module")
def text() -> str:
    return EXAMPLE.read_text(encoding="utf-8")


def planned(path: Path, home: Path) -> Plan:
    """What a server is told by the file."""
    options = ["--config", str(path), "--cache-dir", str(home)]
    with serve.make_context("serve", options, obj={"HOME": str(home)}) as context:
        return plan(context.params, {"HOME": str(home)}, sys.platform, lambda: 0)


def test_it_names_every_option_once(text: str) -> None:
    """Those that need files or hosts stand in comments, which are TOML too."""
    shared = [one for one in serve.params if isinstance(one, click.Option) and not isinstance(one, OwnOption)]
    options = {one.opts[0].removeprefix("--") for one in shared} - {"config"}
    live = set(parsed(text)["serve"])
    commented = {line.partition(" = ")[0] for line in COMMENTED.findall(text)}
    assert live | commented == options
    assert not live & commented
    for line in COMMENTED.findall(text):
        assert parsed(line)


def test_it_uses_every_member_of_scenarios_and_sandboxes(text: str) -> None:
    found = parsed(text)
    scenarios = found["scenarios"].values()
    for member, known in (("timeline", scenario_composition.LIFE), ("file", scenario_composition.FILE)):
        given = [one[member] for one in scenarios if member in one]
        assert {name for one in given if isinstance(one, dict) for name in one} == set(known)
    assert {name for one in scenarios for name in one} == set(scenario_composition.MEMBERS)
    rows = [row for one in scenarios for row in one.get("faults", []) if isinstance(row, dict)]
    assert {name for row in rows for name in row} == set(FAULT)
    assert {name for one in found["sandboxes"].values() for name in one} == set(DECLARED)
    busy = found["sandboxes"]["busy"]
    assert (set(busy["clock"]), set(busy["listeners"][0])) == (set(CLOCK), set(LISTENER))


def test_a_server_starts_with_it(text: str, tmp_path: Path) -> None:
    told = planned(EXAMPLE, tmp_path)
    assert (told.port, told.settings.tiers) == (8000, {"modelslab": "premium", "tensorone": "pro"})
    with MockServer(told.settings) as server:
        names = {one["name"] for one in server.scenarios()}
        assert set(parsed(text)["scenarios"]) <= names
        busy, quiet = (server.sandbox(one["key"]) for one in parsed(text)["sandboxes"].values())
        assert busy.settings()["scenario"] == "rough-road"
        assert (len(busy.listening()), len(quiet.listening())) == (2, 1)


def test_what_stands_in_comments_holds_too(text: str, tmp_path: Path) -> None:
    """But for the files, which are not there: the first that is missing is told."""
    path = tmp_path / "mock.toml"
    path.write_text(COMMENTED.sub(r"\1", text).replace('keys = "keys.txt"', 'keys = "one,two"'), encoding="utf-8")
    with pytest.raises(click.UsageError, match=r"--certfile: cert\.pem: No such file"):
        planned(path, tmp_path)
