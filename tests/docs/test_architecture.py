"""ARCHITECTURE.md speaks of this tree: files, names, floors, dependencies, and where the providers differ."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

import pytest

from mockserver.provider.discovery import discover
from mockserver.provider.table import Provider
from tests.docs.markdown import ROOT, blocks, codes, text_of
from tests.docs.names import defined, found, parameters

TEXT = text_of("ARCHITECTURE.md")
_PATH = re.compile(r"([\w.*<>-]+(?:/[\w.*<>-]*)+|\w+\.(?:py|md|toml|yaml|json))(?:: (\w+))?")
_CALL = re.compile(r"(\w+)\(([\w, ]*)\)")
_CLASS = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]*)*")
_MAKES = "make "


def pyproject() -> dict[str, Any]:
    return tomllib.loads(text_of("pyproject.toml"))


@pytest.mark.parametrize("code", [code for code in codes(TEXT) if _PATH.fullmatch(code)])
def test_a_file_exists_and_defines_what_is_said_of_it(code: str) -> None:
    path, name = _PATH.fullmatch(code).groups()  # type: ignore[union-attr]
    assert found(path), f"there is no {path}"
    assert name is None or any(name in defined()[file] for file in found(path)), f"{path} defines no {name}"


@pytest.mark.parametrize("code", [code for code in codes(TEXT) if _CALL.fullmatch(code)])
def test_a_function_exists_and_takes_what_is_said(code: str) -> None:
    name, told = _CALL.fullmatch(code).groups()  # type: ignore[union-attr]
    assert tuple(told.split(", ")) in parameters(name)


@pytest.mark.parametrize("code", [code for code in codes(TEXT) if _CLASS.fullmatch(code)])
def test_a_class_exists(code: str) -> None:
    assert any(code in names for names in defined().values())


@pytest.mark.parametrize("folder", ["adapters", "web"])
def test_every_module_of_a_floor_has_its_line(folder: str) -> None:
    """The two floors with the most modules; a package is named as a whole."""
    present = (ROOT / "mockserver" / folder).iterdir()
    modules = {one.name for one in present if one.suffix == ".py" and one.stem != "__init__"}
    packages = {f"{one.name}/" for one in (ROOT / "mockserver" / folder).iterdir() if (one / "__init__.py").is_file()}
    named = re.findall(rf"^\| `{folder}/([\w.]+/?)` \|", TEXT, re.MULTILINE)
    assert sorted(named) == sorted(modules | packages)


def test_the_floors_are_those_that_are_checked() -> None:
    """Each line of the block begins with a floor of import-linter's contracts, from the top down."""
    contracts = [one for one in pyproject()["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    for contract, top in zip(contracts, ("__main__", "conformance"), strict=True):
        checked = [re.findall(r"\w+", layer) for layer in contract["layers"]]
        (floors,) = (block.text for block in blocks(TEXT) if block.text.startswith(top))
        told = [re.findall(r"\w+", line.partition("   ")[0]) for line in floors.splitlines()]
        assert told == checked


def test_every_dependency_has_its_reason() -> None:
    project = pyproject()["project"]
    named = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    wanted = {re.match(r"[\w-]+", one)[0] for one in named} - {project["name"]}  # type: ignore[index]
    told = {name for row in _rows("package").values() for name in re.split(r",\s*", row[0].partition(" (")[0])}
    assert {name for name in wanted if not name.startswith("types-")} == told


@cache
def _rows(head: str) -> dict[str, list[str]]:
    """The rows of the table whose first head is this, by their first cell."""
    lines = iter(TEXT.splitlines())
    next(line for line in lines if line.startswith(f"| {head} |"))
    next(lines)
    rows = {}
    for line in lines:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0]] = cells
    return rows


PROVIDERS = [discover()[name] for name in ("tensorone", "modelslab", "aimlapi", "gately")]


@pytest.mark.parametrize(("column", "provider"), list(enumerate(PROVIDERS, 1)), ids=[one.name for one in PROVIDERS])
def test_what_the_table_tells_of_a_provider_is_in_its_own(column: int, provider: Provider) -> None:
    """The cells that a member of the provider's table decides; the others name functions, and its tests hold them."""
    told = {name: cells[column] for name, cells in _rows("differs in").items()}
    styles = [word.name for word in provider.words if word.is_style]
    assert told["styles"] == (", ".join(styles) or "one")
    assert len(told["checks, in order"].split(", ")) == len(provider.checks)
    assert told["tiers"] == (", ".join(provider.tiers) or "none")
    assert (told["webhooks"] == "none") == (provider.webhook_payload is None)
    assert (told["every answer carries"] == "nothing more") == (provider.add_headers is None)
