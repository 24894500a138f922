"""The table of facts: written between its marks, read back as written, and told when it is out of date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mockserver.kit.facts.table import BEGIN, END, TableBroken, main, put, read, table

COUNTS = {
    "toy": {"facts": 4, "proven": 2, "not_emulated": 1, "unproven": 0, "open": 1},
    "tay": {"facts": 10, "proven": 9, "not_emulated": 0, "unproven": 1, "open": 0},
}
TEXT = f"# Title\n\n{BEGIN}\nold\n{END}\n\nMore.\n"
TABLE = """\
| | facts | proven | not emulated | unproven |
| --- | ---: | ---: | ---: | ---: |
| toy | 4 | 2 | 1 | 1 |
| tay | 10 | 9 | 0 | 1 |
| all | 14 | 11 | 1 | 2 |"""


def test_the_table_has_a_row_for_each_provider_and_one_for_all() -> None:
    assert table(COUNTS) == TABLE


def test_what_stands_around_the_table_stays_and_a_second_writing_changes_nothing() -> None:
    made = put(TEXT, COUNTS)
    assert made == f"# Title\n\n{BEGIN}\n{TABLE}\n{END}\n\nMore.\n"
    assert put(made, COUNTS) == made
    assert put(f"{BEGIN}\n{END}\n", COUNTS) == f"{BEGIN}\n{TABLE}\n{END}\n"


def test_the_numbers_are_read_as_they_were_written() -> None:
    assert read(put(TEXT, COUNTS)) == {"toy": (4, 2, 1, 1), "tay": (10, 9, 0, 1), "all": (14, 11, 1, 2)}
    assert read(f"{BEGIN}\n{END}") == {}


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END} {BEGIN}"])
def test_a_text_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(TableBroken, match="there is no <!-- facts -->"):
        put(text, COUNTS)


def test_the_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, counts = tmp_path / "README.md", tmp_path / "facts.json"
    text.write_text(TEXT)
    counts.write_text(json.dumps(COUNTS))
    asked = [str(text), str(counts)]
    assert main([*asked, "--check"]) == 1
    assert text.read_text() == TEXT
    assert main(asked) == 0
    assert text.read_text() == put(TEXT, COUNTS)
    assert main([*asked, "--check"]) == 0
    counts.write_text("{}")
    assert main(asked) == 1
    assert "there are no counts of facts" in capsys.readouterr().err
    assert text.read_text() == put(TEXT, COUNTS)
