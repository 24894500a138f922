"""`mockserver serve --config FILE`: options, scenarios and sandboxes from one TOML file.

[serve]
timing = "instant"
profile = ["modelslab=documented,strict"]

[scenarios.rainy-night]
timeline = { running_seconds = 90 }
answers = ["eta-null"]

[sandboxes.busy]
key = "my-key"
scenario = "rainy-night"
listeners = [{ port = 9001 }]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mockserver.domain.invalid_data import InvalidScenario, spoken
from mockserver.domain.scenario import Scenario
from mockserver.domain.scenario_catalogue import BuiltInScenario
from mockserver.domain.scenario_composition import check_operations, composed
from mockserver.domain.spelling import nearest

TABLES: Final = ("serve", "scenarios", "sandboxes")


@dataclass(frozen=True, slots=True)
class Config:
    """The contents of a file."""

    options: Mapping[str, str | list[str]] = field(default_factory=dict)
    """The options of `[serve]`, as the command line has them."""
    places: Mapping[str, str] = field(default_factory=dict)
    """The place of each option in the file."""
    scenarios: tuple[Scenario, ...] = ()
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The sandboxes by name, as `provider.configuration.all_declared` reads them."""


def read(path: Path, options: Collection[str]) -> Config:
    """Read a TOML file. `options` are the known names, such as `max-jobs`.

    The ValueError names the file, the line and the key, and says what was expected and which name is near.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows begin a file with a byte order mark
        data = tomllib.loads(text)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    try:
        for name, table in data.items():
            if name not in TABLES:
                raise InvalidScenario((name,), f"unknown table{nearest(name, TABLES)}")
            if not isinstance(table, Mapping):
                raise InvalidScenario((name,), f"expected a table [{name}]")
        found = _options(data.get("serve", {}), options)
        scenarios = tuple(composed(name, one) for name, one in data.get("scenarios", {}).items())
        _check(data.get("sandboxes", {}), scenarios)
    except InvalidScenario as wrong:
        raise ValueError(f"{place(path, text, wrong.path)}: {wrong.text}") from None
    places = {name.replace("-", "_"): place(path, text, ("serve", name)) for name in data.get("serve", {})}
    return Config(found, places, scenarios, data.get("sandboxes", {}))


def _check(sandboxes: Mapping[str, object], composed: tuple[Scenario, ...]) -> None:
    """Check that the sandboxes of the tables can be made, and that no scenario has the name of a built-in one."""
    if not (sandboxes or composed):
        return
    from mockserver.app import PLACES
    from mockserver.provider.configuration import all_declared
    from mockserver.provider.discovery import discover, scenarios

    providers = discover(PLACES)
    catalogue = scenarios(providers)
    operations = [operation.id for one in providers.values() for operation in one.operations]
    for one in composed:
        check_operations(one, operations)
        try:
            catalogue.add(one)
        except BuiltInScenario as error:
            raise InvalidScenario(("scenarios", one.name), str(error)) from None
    all_declared(sandboxes, providers, catalogue)


def _options(table: Mapping[str, Any], known: Collection[str]) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    for name, value in table.items():
        if name not in known:
            raise InvalidScenario(("serve", name), f"unknown option{nearest(name, known)}")
        if isinstance(value, bool) or not isinstance(value, str | int | float | list | datetime):
            raise InvalidScenario(("serve", name), f"expected a text, a number or a list, got {value!r}")
        found[name.replace("-", "_")] = [str(one) for one in value] if isinstance(value, list) else str(value)
    return found


def place(path: Path, text: str, keys: tuple[str, ...]) -> str:
    """Return a place in the file, such as `mock.toml, line 3: serve.timing`."""
    return f"{path}, line {_line_of(text, keys)}: {spoken(keys)}"


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """Return the line of the last of these keys, as near as its words are found after those of the keys before."""
    lines, at = text.splitlines(), 0
    for key in keys:
        if key.startswith("["):
            at = _entry(lines, at, int(key[1:-1]))
            continue
        at = next((number for number in range(at, len(lines)) if _has_key(lines[number].split("#")[0], key)), at)
    return at + 1


def _entry(lines: list[str], at: int, index: int) -> int:
    """Return the line from `at` on where this entry of a list of tables begins, as `{ ... }` or under `[[ ... ]]`."""
    if "{" not in lines[at] and "]" in lines[at].partition("=")[2]:
        return at  # a list of plain values, in one line
    seen = -1
    for number in range(at, len(lines)):
        line = lines[number].split("#")[0]
        seen += 1 if line.lstrip().startswith("[[") else line.count("{")
        if seen >= index:
            return number
    return at


def _has_key(line: str, key: str) -> bool:
    """Return whether a line has a key: before a `=`, or among the names of a table's head."""
    name = rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?\s*"
    is_head = re.match(r"\s*\[", line) is not None
    return re.search(name + (r"[.\]]" if is_head else r"[.=]"), line) is not None
