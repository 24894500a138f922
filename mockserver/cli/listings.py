"""`mockserver providers`, `routes` and `scenarios`: lists for people, and with --json for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import click

from mockserver.provider.discovery import discover, scenarios
from mockserver.provider.routes import Routes
from mockserver.provider.table import Provider, Word

ORIGIN: Final = "http://127.0.0.1:8000"
"""The address of `mockserver serve` without options."""

Row = dict[str, Any]


def _providers() -> list[Provider]:
    from mockserver.app import PLACES

    return list(discover(PLACES).values())


def provider_rows(providers: Iterable[Provider]) -> list[Row]:
    """Return a row for each provider, with every word of its profile."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "base_url": ORIGIN + one.base_path,
            "site": one.site + one.base_path,
            "default_style": one.style,
            "words": [_word_row(word, one) for word in one.words],
        }
        for one in providers
    ]  # fmt: skip


def _word_row(word: Word, provider: Provider) -> Row:
    kind = "style" if word.is_style else "switch"
    return {"name": word.name, "kind": kind, "default": word.name == provider.style, "says": word.says}


def provider_lines(rows: Sequence[Row]) -> list[str]:
    """Return the providers as lines of text."""
    lines: list[str] = []
    for row in rows:
        lines += ["", f"{row['title']} ({row['name']})"]
        lines += _table([["  base URL", row["base_url"]], ["  instead of", row["site"]]])
        if row["words"]:
            lines.append(f"  --profile {row['name']}=WORD[,WORD...]")
            lines += _table([[f"    {word['name']}", _kind(word) + word["says"]] for word in row["words"]])
    return lines[1:]


def _kind(word: Row) -> str:
    if word["kind"] == "switch":
        return ""
    return "(style, the default) " if word["default"] else "(style) "


def route_rows(providers: Iterable[Provider]) -> list[Row]:
    """Return a row for each operation: method, path, provider, operationId, and the profile word that opens it (or
    null).
    """
    return [
        {
            "method": operation.method,
            "path": operation.path,
            "provider": route.provider.name,
            "operation_id": operation.id,
            "word": operation.only,
        }
        for route in Routes(providers).all
        for operation in route.operations.values()
    ]


def route_lines(rows: Sequence[Row]) -> list[str]:
    """Return the routes as a table."""
    shown = [
        [row["method"], row["path"], row["provider"], row["operation_id"], f"with {row['word']}" if row["word"] else ""]
        for row in rows
    ]
    return _table(shown)


def scenario_rows(providers: Iterable[Provider]) -> list[Row]:
    """Return a row for each scenario.

    `number` is the default of the number that it takes, `provider` the only provider that knows it; both may be null.
    """
    table = {one.name: one for one in providers}
    owners = {scenario.name: one.name for one in table.values() for scenario in one.scenarios}
    return [
        {"name": one.name, "says": one.says, "number": one.number, "provider": owners.get(one.name)}
        for one in scenarios(table).values()
    ]


def scenario_lines(rows: Sequence[Row]) -> list[str]:
    """Return the scenarios as a table."""
    only = [f" ({row['provider']} only)" if row["provider"] else "" for row in rows]
    return _table([[row["name"], row["says"] + more] for row, more in zip(rows, only, strict=True)])


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return columns side by side, with two spaces between."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _listing(name: str, says: str, rows: Callable[[], list[Row]], lines: Callable[[list[Row]], list[str]]) -> Any:
    def show(*, as_json: bool) -> None:
        found = rows()
        click.echo(json.dumps(found, indent=2) if as_json else "\n".join(lines(found)))

    flag = click.option("--json", "as_json", is_flag=True, help="As JSON.")
    return click.command(name, help=says)(flag(show))


COMMANDS: Final = (
    _listing(
        "providers", "The providers, and the words of each for --profile.",
        lambda: provider_rows(_providers()), provider_lines,
    ),
    _listing("routes", "Every path, and whose it is.", lambda: route_rows(_providers()), route_lines),
    _listing("scenarios", "What can happen to jobs.", lambda: scenario_rows(_providers()), scenario_lines),
)  # fmt: skip
