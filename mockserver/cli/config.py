"""`mockserver serve --config FILE`: options and scenarios from one TOML file.

[serve]
timing = "instant"
profile = ["modelslab=documented,strict"]

[scenarios.rainy-night]
timeline = { running_seconds = 90 }
answers = ["eta-null"]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mockserver.domain.composing import Miscomposed, composed, spoken
from mockserver.domain.scenario import Scenario


def read(path: Path, options: Collection[str]) -> tuple[dict[str, str | list[str]], tuple[Scenario, ...]]:
    """The options of `[serve]` as the command line would have them, and the scenarios.

    `options` are the known names, as `max-jobs`. ValueError says file, line, key, what was expected and what is near.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    for name in data:
        if name not in ("serve", "scenarios"):
            raise _wrong(path, text, (name,), f"unknown table{_near(name, ('serve', 'scenarios'))}")
    try:
        tables = data.get("scenarios", {})
        if not isinstance(tables, Mapping):
            raise Miscomposed(("scenarios",), f"expected tables [scenarios.NAME], got {tables!r}")
        scenarios = tuple(composed(name, one) for name, one in tables.items())
    except Miscomposed as wrong:
        raise _wrong(path, text, wrong.path, wrong.text) from None
    return _options(path, text, data.get("serve", {}), options), scenarios


def _options(path: Path, text: str, table: Any, known: Collection[str]) -> dict[str, str | list[str]]:
    if not isinstance(table, Mapping):
        raise _wrong(path, text, ("serve",), f"expected a table, got {table!r}")
    found: dict[str, str | list[str]] = {}
    for name, value in table.items():
        if name not in known:
            raise _wrong(path, text, ("serve", name), f"unknown option{_near(name, known)}")
        if isinstance(value, bool) or not isinstance(value, str | int | float | list):
            raise _wrong(path, text, ("serve", name), f"expected a text, a number or a list, got {value!r}")
        found[name.replace("-", "_")] = [str(one) for one in value] if isinstance(value, list) else str(value)
    return found


def _near(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"


def _wrong(path: Path, text: str, keys: tuple[str, ...], said: str) -> ValueError:
    return ValueError(f"{path}, line {_line_of(text, keys)}: {spoken(keys)}: {said}")


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line on which the last of these keys stands, as near as its words can be found after those before it."""
    lines, at = text.splitlines(), 0
    for key in keys:
        if key.startswith("["):
            at = _entry(lines, at, int(key[1:-1]))
            continue
        word = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
        at = next((number for number in range(at, len(lines)) if word.search(lines[number].split("#")[0])), at)
    return at + 1


def _entry(lines: list[str], at: int, index: int) -> int:
    """The line from `at` on where this entry of a list of tables begins, written `{ ... }` or under `[[ ... ]]`."""
    seen = -1
    for number in range(at, len(lines)):
        line = lines[number].split("#")[0]
        seen += 1 if line.lstrip().startswith("[[") else line.count("{")
        if seen >= index:
            return number
    return at
