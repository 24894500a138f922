"""A facts file says precisely what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.kit.facts import FactsBroken, checks, load, load_all, load_defaults
from mockserver.kit.facts.steps import Defaults
from tests.kit.toy import FACTS, write_promise


def _broken(root: Path, text: str) -> str:
    folder = write_promise(root)
    (folder / "facts.yaml").write_text(text)
    with pytest.raises(FactsBroken) as broken:
        load(folder / "facts.yaml")
    return str(broken.value)


def test_facts_are_read_as_they_are_written(tmp_path: Path) -> None:
    folder = write_promise(tmp_path)
    facts = load(folder / "facts.yaml")
    assert [(fact.id, fact.mark, fact.is_binding) for fact in facts] == [
        ("toy.thing.done", "documented", True),
        ("toy.thing.colour", "recorded", True),
        ("toy.thing.price", "documented", True),
        ("toy.thing.smell", "decided", False),
    ]
    assert [fact.id for fact in checks({"toy": facts})] == ["toy.thing.done"]
    assert (facts[1].proof, facts[2].not_emulated) == ("look at it", "money is out of scope")
    assert load_defaults(folder / "facts.yaml") == Defaults({"authorization": "Bearer ${key}"})


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("provider: toy", "provider: tay", "facts.yaml:1: provider must be toy, as the folder"),
        ("defaults:", "defautls:", "the file has no 'defautls'; is defaults meant?"),
        ("{headers: {Auth", "{haeders: {Auth", "defaults has no 'haeders'; is headers meant?"),
        ("{headers: {Auth", "{json: [a], headers: {Auth", "defaults.json must be a mapping"),
        ("facts:", "fact:", "the file has no 'fact'; is facts meant?"),
        ("mark: recorded", "makr: recorded", "facts.yaml:16: toy.thing.colour: a fact has no 'makr'; is mark meant?"),
        ("mark: recorded", "mark: seen", "mark must be one of documented, recorded, inferred, decided, not 'seen'"),
        ("mark: recorded", "mark: recorded\n  timing: slow", "timing must be one of quick, documented, instant"),
        ("mark: recorded", "mark: recorded\n  profile: loud", "profile must be a list of words, not 'loud'"),
        ("mark: recorded", "mark: recorded\n  scenario: 1", "scenario must be a text"),
        ("toy.thing.colour", "toy.Colour", "toy.Colour: id must be as in toy.area.what"),
        ("toy.thing.colour", "tay.colour", "tay.colour: id must be as in toy.area.what"),
        ("toy.thing.colour", "toy.thing.done", "facts.yaml:16: toy.thing.done: the id stands twice"),
        ("says: A thing has a colour.", "says: ''", "says must be a text, not ''"),
        ("source: decided", "source: 15", "source must be a text, not 15"),
        ("  proof: look at it\n", "", "exactly one of check, proof, not_emulated is needed, not none"),
        ("proof: look at it", "proof: a\n  not_emulated: b", "not proof and not_emulated"),
        ("do: POST /v1/things", "do: POST", "facts.yaml:4: toy.thing.done: step 1: do must be"),
        ("${id}\n", "${ide}\n", "toy.thing.done: step 2: nothing is kept as 'ide' by then; is id meant?"),
        ("status: 200", "status: 200, status: 201", "facts.yaml:11: the key 'status' stands twice"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_id(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in FACTS
    assert said in _broken(tmp_path, FACTS.replace(right, wrong, 1))


def test_every_mistake_of_every_provider_is_told_at_once(tmp_path: Path) -> None:
    for name in ("toy", "tay"):
        write_promise(tmp_path, name)
    with pytest.raises(FactsBroken) as broken:
        load_all(tmp_path / "contracts")
    assert len(str(broken.value).splitlines()) == 5  # tay: its name, and four ids that are the toy's
    assert load_all(tmp_path / "none") == {}


@pytest.mark.parametrize("text", ["", "[]", "provider: toy", "provider: toy\nfacts: []"])
def test_a_file_without_rows_is_a_mistake(tmp_path: Path, text: str) -> None:
    assert "must be" in _broken(tmp_path, text)
