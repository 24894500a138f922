"""`mockserver laws` and `mockserver laws explain`."""

from __future__ import annotations

import json

import pytest

from mockserver.cli.commands import run
from mockserver.kit.laws.catalogue import texts
from mockserver.kit.laws.law import Law
from mockserver.kit.laws.table import LAWS


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert run(["laws", *argv], {}) == 0
    return capsys.readouterr().out


def test_every_law_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Its id, its severity and its sentence."""
    lines = said(capsys).splitlines()
    for law, line in zip(LAWS, lines, strict=False):
        assert line.split()[:2] == [law.id, law.severity.value]
        assert line.endswith(law.sentence)
    assert lines[-1].startswith(f"{len(LAWS)} laws;")


def test_programs_read_what_holds_at_each_provider(capsys: pytest.CaptureFixture[str]) -> None:
    """A hint in the body is a must where the page documents it, and nothing elsewhere."""
    rows = {row["id"]: row for row in json.loads(said(capsys, "--json"))}
    assert list(rows) == [law.id for law in LAWS]
    at = {name: row["severity"] for name, row in rows["BKO-14"]["providers"].items()}
    assert at == {"tensorone": "must", "modelslab": "must", "aimlapi": None, "gately": None}
    assert rows["BKO-14"]["providers"]["gately"]["says"] == "gately documents no hint in seconds in a body"
    assert rows["BKO-01"]["ground"] == {
        "basis": "standard",
        "says": "RFC 9110 section 10.2.3",
        "source": "https://www.rfc-editor.org/rfc/rfc9110.html#section-10.2.3",
    }


@pytest.mark.parametrize("law", LAWS, ids=[law.id for law in LAWS])
def test_a_law_is_explained_with_a_run_that_breaks_it(law: Law, capsys: pytest.CaptureFixture[str]) -> None:
    """What it demands, why, on which ground, a breach as a drawing, and how clients keep it."""
    shown = said(capsys, "explain", law.id.lower())
    plain = " ".join(shown.split())
    text = texts()[law.id]
    for part in (text.sentence, text.why, text.ground.says, text.situation, text.python, text.javascript):
        assert " ".join(part.split()) in plain
    assert "A run that breaks it:" in shown
    assert "Expected:" in shown
    assert max(map(len, shown.splitlines())) <= 160


def test_the_drawing_shows_hint_and_breach(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer's Retry-After, and the poll that came too soon."""
    shown = said(capsys, "explain", "BKO-01")
    assert "GET /clips/job-1" in shown
    assert "429" in shown
    assert "retry-after: 5" in shown.lower()
    assert "a pause of at least 5 s" in shown
    assert "1.990 s" in shown


@pytest.mark.parametrize(("word", "near"), [("BKO-1", "BKO-01"), ("pol03", "POL-03"), ("", ""), ("thunder", "")])
def test_a_law_that_is_none_is_told_with_the_nearest(word: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2."""
    assert run(["laws", "explain", word], {}) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{word!r} is no law" in line
    assert (f"did you mean {near}?" in line) == bool(near)


def test_a_law_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and no traceback."""
    assert run(["laws", "explain"], {}) == 2
    assert "ID" in capsys.readouterr().err
