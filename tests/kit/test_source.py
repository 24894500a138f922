"""YAML is read as JSON would mean it, and a broken file says where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

from mockserver.kit.generator.source import SourceBroken, parse, read
from tests.kit.values import json_values

HERE = Path("a.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[no, yes, on, off, y, N]", ["no", "yes", "on", "off", "y", "N"]),
        ("[true, false, True, null, ~, ]", [True, False, "True", None, None]),
        ("[2026-11-01, 2026-11-01T10:00:00Z]", ["2026-11-01", "2026-11-01T10:00:00Z"]),
        ("[16:9, 1:30, 010, 0x10, 1_000]", ["16:9", "1:30", "010", "0x10", "1_000"]),
        ("[+1, .5, 1., .inf, -.5]", ["+1", ".5", "1.", ".inf", "-.5"]),
        ("[64, 64.0, -1, 1e3, 3.1.0, 0]", [64, 64.0, -1, 1000.0, "3.1.0", 0]),
        ("['true', \"1\", '']", ["true", "1", ""]),
        ("{200: a, true: b, null: c}", {"200": "a", "true": "b", "null": "c"}),
        ("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}),
        ("a:", {"a": None}),
        ("", None),
    ],
)
def test_plain_scalars_are_what_json_calls_them(text: str, value: Any) -> None:
    assert parse(text, HERE).value == value


def test_earlier_merges_win_over_later_ones() -> None:
    text = "a: &a {x: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b]}"
    assert parse(text, HERE).value["c"] == {"x": 1, "z": 2}


@given(json_values)
def test_what_yaml_writes_of_json_is_read_back(value: Any) -> None:
    assert parse(yaml.safe_dump(value, sort_keys=False), HERE).value == value


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: {c: 1,\n c: 2}", 3, "'c' stands twice"),
        ("200: a\n\n'200': b", 3, "'200' stands twice"),
        ("a: 1\nb: !!python/none x", 2, "python/none has no meaning"),
        ("a: 1\nb: !mine {x: 1}", 2, "!mine has no meaning"),
        ("a: 1\nb: *lost", 2, "undefined alias"),
        ("? [a]\n: 1", 1, "key must be a string"),
        ("a:\n  &x [*x]", 2, "an alias inside of what it stands for"),
        ("a: &x [1]\nb: {<<: *x}", 1, "takes a mapping"),
        ("a: 1\n--- 2", 2, ""),
        ("a:\n\tb: 1", 2, ""),
    ],
)
def test_a_broken_file_says_where_and_what(text: str, line: int, problem: str) -> None:
    with pytest.raises(SourceBroken) as broken:
        parse(text, HERE)
    assert str(broken.value).startswith(f"a.yaml:{line}: ")
    assert problem in str(broken.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceBroken, match=r"gone\.yaml:1: cannot be read"):
        read(tmp_path / "gone.yaml")


def test_lines_are_known_by_pointer() -> None:
    source = parse("a:\n  b/c:\n  - 1\n  - x: 2\n", HERE)
    assert source.at("/a/b~1c/1/x") == "a.yaml:4"
    assert source.at("/a/b~1c") == "a.yaml:2"
    assert source.at("/a/b~1c/7/gone") == "a.yaml:2"
    assert source.at() == "a.yaml:1"
