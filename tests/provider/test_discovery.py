"""Where providers come from: what is broken in somebody else's package stops nobody."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from mockserver.__main__ import main
from mockserver.provider import discovery
from mockserver.providers.gately import PROVIDER


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """The entry points of the group."""
    entries: list[EntryPoint] = []
    monkeypatch.setattr(discovery, "entry_points", lambda group: entries)
    return entries


@pytest.mark.parametrize("value", ["no_such_package_of_a_stranger:PROVIDER", "json:dumps", "json:NOTHING"])
def test_a_broken_entry_point_is_named_in_one_line_and_left_out(
    value: str, declared: list[EntryPoint], caplog: pytest.LogCaptureFixture
) -> None:
    """A module that is not there, a name that is not there, and a value that is no provider."""
    declared.append(EntryPoint("strange", value, discovery.GROUP))
    with caplog.at_level(logging.WARNING, "mockserver"):
        found = discovery.discover()
    assert "gately" in found
    (record,) = [one for one in caplog.records if "strange" in one.getMessage()]
    assert f"entry point strange ({value})" in record.getMessage()
    assert "\n" not in record.getMessage()
    assert record.exc_info is None


def test_two_providers_of_one_name_are_an_error(
    declared: list[EntryPoint], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both places are named, and a command ends with exit code 2 and one line."""
    monkeypatch.setattr("mockserver.providers.gately.another", replace(PROVIDER, title="Another"), raising=False)
    declared.append(EntryPoint("gately", "mockserver.providers.gately:another", discovery.GROUP))
    with pytest.raises(ValueError, match="two providers are called 'gately'"):
        discovery.discover()
    assert main(["providers"], {}) == 2
    told = capsys.readouterr().err
    assert told.startswith("mockserver: two providers are called 'gately'")
    assert told.count("\n") == 1


def test_a_provider_that_is_declared_twice_is_one(declared: list[EntryPoint]) -> None:
    """The same table under an entry point and in a place is no conflict."""
    declared.append(EntryPoint("gately", "mockserver.providers.gately:PROVIDER", discovery.GROUP))
    assert list(discovery.discover()).count("gately") == 1
