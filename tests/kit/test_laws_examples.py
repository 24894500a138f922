"""Every law has a run that keeps it and one that breaks it, and nothing else."""

from __future__ import annotations

import pytest

from mockserver.kit.laws.catalogue import texts
from mockserver.kit.laws.examples import ExampleBroken, example
from mockserver.kit.laws.judging import BROKEN, judge
from mockserver.kit.laws.law import Basis, Law, Severity
from mockserver.kit.laws.table import FINDERS, LAWS
from mockserver.kit.laws.verdict import Kind, Verdict

IDS = [law.id for law in LAWS]


def judged(text: str) -> dict[str, Verdict]:
    return {one.law.id: one for one in judge(example(text))}


def test_the_table_and_the_catalogue_hold_the_same_laws() -> None:
    """No law is without a text, and no text without a law."""
    assert sorted(texts()) == sorted(FINDERS)


@pytest.mark.parametrize("law", IDS)
def test_the_run_that_keeps_a_law_breaks_none(law: str) -> None:
    """It exercises the law, so the verdict is a pass and no inconclusive one."""
    verdicts = judged(texts()[law].keeps)
    assert {name: one.breaches for name, one in verdicts.items() if one.breaches} == {}
    assert [name for name, one in verdicts.items() if one.kind is Kind.HARNESS_ERROR] == []
    assert verdicts[law].kind is Kind.PASS
    assert verdicts[law].situations > 0


@pytest.mark.parametrize("law", IDS)
def test_the_run_that_breaks_a_law_breaks_that_one(law: str) -> None:
    """What else it breaks is named in the catalogue, with the reason."""
    text = texts()[law]
    verdicts = judged(text.breaks)
    assert {name for name, one in verdicts.items() if one.breaches} == {law, *text.also}
    assert all(text.also.values())
    assert [name for name, one in verdicts.items() if one.kind is Kind.HARNESS_ERROR] == []


@pytest.mark.parametrize("law", IDS)
def test_a_breach_says_what_was_expected_and_seen_and_where(law: str) -> None:
    """Its severity is the law's own, or `may` where only a habit asks for it."""
    verdict = judged(texts()[law].breaks)[law]
    wanted = Severity.MAY if verdict.law.ground.basis is Basis.HABIT else verdict.law.severity
    assert verdict.kind is BROKEN[wanted]
    assert verdict.expected
    assert verdict.observed
    assert verdict.events or law in ("AUTH-05", "MON-05")


@pytest.mark.parametrize("law", LAWS, ids=IDS)
def test_a_law_says_why_on_which_ground_and_how_it_is_kept(law: Law) -> None:
    """Each text is a sentence; each ground that is no page of a provider has its address."""
    text = texts()[law.id]
    for part in (text.sentence, text.why, text.python, text.javascript):
        assert part.endswith((".", ")", "}"))
    assert text.ground.basis is Basis.PAGE or text.ground.source.startswith("https://")


@pytest.mark.parametrize(
    "line",
    [
        "0 create 200",
        "0 dance -> 200",
        "x create -> 200",
        "outcome happy",
        "0 create -> 'two hundred'",
        "facts colour=red",
    ],
)
def test_a_line_that_is_none_is_told(line: str) -> None:
    """The line and its number are in the message."""
    with pytest.raises(ExampleBroken, match="line 1"):
        example(line)
