"""CONTRIBUTING.md: the files that its recipes name exist, and the recipes that need no change of this tree are done."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from mockserver.kit.generator import build as generator
from mockserver.kit.generator.source import read
from mockserver.kit.laws.catalogue import texts
from mockserver.kit.laws.table import FINDERS
from tests.docs.markdown import ROOT, codes, text_of
from tests.docs.names import defined, found

TEXT = text_of("CONTRIBUTING.md")
_PATH = re.compile(r"((?:mockserver|contracts|tests|docs)/[\w.*<>/-]*|\w+\.(?:py|md|toml|yaml|json))(?:: (\w+))?")


@pytest.mark.parametrize("code", sorted({code for code in codes(TEXT) if _PATH.fullmatch(code)}))
def test_a_named_file_exists_and_defines_what_is_said_of_it(code: str) -> None:
    """A path leads to a file or folder, and a name after it is defined there."""
    path, name = _PATH.fullmatch(code).groups()  # type: ignore[union-attr]
    assert found(path), f"there is no {path}"
    assert name is None or any(name in defined()[file] for file in found(path)), f"{path} defines no {name}"


def test_every_target_of_make_that_is_named_exists() -> None:
    """`make X` in the page is a target of the Makefile."""
    targets = re.findall(r"^([a-z0-9]+):", text_of("Makefile"), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z]+)\b(?!s)", TEXT)) <= {*targets, "by"}


def test_a_field_is_added_by_the_recipe(tmp_path: Path) -> None:
    """A field in openapi.yaml is in the request schema after the generator ran, and the others stay as they were."""
    folder = tmp_path / "contracts"
    for name in ("openapi.yaml", "profiles", "generated", "schemas"):
        source = ROOT / "contracts" / "tensorone" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (folder / "tensorone").mkdir(parents=True, exist_ok=True)
        copy(source, folder / "tensorone" / name)
    before = json.loads((folder / "tensorone/generated/requests.json").read_bytes())["createVideo"]["properties"]
    document = folder / "tensorone" / "openapi.yaml"
    text = document.read_text(encoding="utf-8")
    head, properties = re.search(r"( {4}createVideo\.request:\n(?:.*\n)*?)( {6}properties:\n)", text).groups()  # type: ignore[union-attr]
    field = "        mood: {description: The mood., type: string, default: calm, examples: [calm]}\n"
    document.write_text(text.replace(head + properties, head + properties + field), encoding="utf-8")
    assert (
        read(document).value["components"]["schemas"]["createVideo.request"]["properties"]["mood"]["default"] == "calm"
    )
    made = json.loads(generator.build(folder)["contracts/tensorone/generated/requests.json"])
    after = made["createVideo"]["properties"]
    assert after.pop("mood")["type"] == "string"
    assert after == before


def test_a_law_is_a_function_and_a_text() -> None:
    """What the recipe of a law names is what the table of laws is made of."""
    assert set(texts()) == set(FINDERS)
