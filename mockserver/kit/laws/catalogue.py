"""The texts of the laws, and an example of each kept and broken: `catalogue/*.toml`, one table for each law."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import compile as pattern
from typing import Any, Final

from mockserver.kit.laws.law import Basis, Evidence, Ground, Severity

FOLDER: Final = Path(__file__).parent / "catalogue"
RFC: Final = pattern(r"RFC ([0-9]+) section ([0-9.]+)")


@dataclass(frozen=True)
class Text:
    """What the catalogue says of a law."""

    sentence: str
    why: str
    severity: Severity
    evidence: Evidence
    situation: str
    ground: Ground
    python: str
    """How clients in Python keep it."""
    javascript: str
    """How clients in JavaScript keep it."""
    keeps: str
    """A run that keeps it, as lines of `examples`."""
    breaks: str
    """A run that breaks it."""
    also: Mapping[str, str]
    """Other laws that the run breaks as well, and why."""
    needs: tuple[str, ...]


@cache
def texts() -> Mapping[str, Text]:
    """Return the texts of all laws by id."""
    found: dict[str, Text] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        found |= {id_: _text(row) for id_, row in tomllib.loads(path.read_text("utf-8")).items()}
    return found


def _text(row: Mapping[str, Any]) -> Text:
    plain = {name: row[name] for name in ("sentence", "why", "situation", "python", "javascript", "keeps", "breaks")}
    return Text(
        **plain,
        severity=Severity(row["severity"]),
        evidence=Evidence(row["evidence"]),
        ground=_ground(row["ground"]),
        also=row.get("also", {}),
        needs=tuple(row.get("needs", ())),
    )


def _ground(value: str | Mapping[str, str]) -> Ground:
    """A ground: `RFC 9110 section 9.2`, `page: what it says`, or a table."""
    if not isinstance(value, str):
        return Ground(Basis(value["basis"]), value["says"], value["source"])
    rfc = RFC.fullmatch(value)
    if rfc is not None:
        address = f"https://www.rfc-editor.org/rfc/rfc{rfc[1]}.html#section-{rfc[2]}"
        return Ground(Basis.STANDARD, value, address)
    return Ground(Basis.PAGE, value.removeprefix("page: "), "")
