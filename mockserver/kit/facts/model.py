"""The facts about a provider: rows of `contracts/<name>/facts.yaml`, each a statement that a client can see.

A row says by what it holds: `check` (steps that `run` carries out on a target), `proof` (what a test in Python that
carries its id establishes) or `not_emulated` (why we do not do it). The YAML is read at development time only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.kit.facts.steps import Defaults, Step, StepBroken, known_keys, parse_defaults, parse_steps
from mockserver.kit.promise import PROVIDERS, names
from mockserver.timings import TIMINGS

if TYPE_CHECKING:
    from mockserver.kit.generator.source import Source

MARKS = ("documented", "recorded", "inferred", "decided")
_WAYS = ("check", "proof", "not_emulated")
_KEYS = ("id", "says", "source", "mark", "profile", "scenario", "timing", *_WAYS)
_ID = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")


class FactsBroken(ValueError):
    """A facts file is not written as it has to be. One line for each mistake: `file:line: id: what is wrong`."""


@dataclass(frozen=True)
class Fact:
    """One statement about a provider that a client can observe.

    `says` is a sentence in our words, `source` where it is from, `mark` one of MARKS. `profile`, `scenario` and
    `timing` are those of the session in which the check runs. Exactly one of `check` (not empty), `proof` and
    `not_emulated` is there.
    """

    id: str
    provider: str
    says: str
    source: str
    mark: str
    profile: tuple[str, ...] = ()
    scenario: str | None = None
    timing: str = "quick"
    check: tuple[Step, ...] = field(default=(), repr=False)
    proof: str | None = None
    not_emulated: str | None = None

    @property
    def is_binding(self) -> bool:
        """Whether it needs a proof or a reason: what is documented or recorded does."""
        return self.mark in ("documented", "recorded")


def load(path: Path) -> list[Fact]:
    """Return the facts in a `facts.yaml`, in file order. Raises FactsBroken with every mistake in it."""
    from mockserver.kit.generator.source import SourceBroken, read  # here, because PyYAML is a development dependency

    try:
        return parse(read(path), path.parent.name)
    except SourceBroken as broken:
        raise FactsBroken(str(broken)) from None


def load_defaults(path: Path) -> Defaults:
    """Return what a `facts.yaml` adds to every call: how one shows a key at this provider. Raises FactsBroken."""
    from mockserver.kit.generator.source import SourceBroken, read

    try:
        value = read(path).value
        return parse_defaults(value.get("defaults") if isinstance(value, Mapping) else None)
    except (SourceBroken, StepBroken) as broken:
        raise FactsBroken(str(broken)) from None


def load_all(providers: Path = PROVIDERS) -> dict[str, list[Fact]]:
    """Return the facts of every provider that has a `facts.yaml`, by provider. Raises FactsBroken."""
    paths = [providers / name / "facts.yaml" for name in names(providers)]
    mistakes: list[str] = []
    loaded: dict[str, list[Fact]] = {}
    for path in paths:
        if path.exists():
            try:
                loaded[path.parent.name] = load(path)
            except FactsBroken as broken:
                mistakes.append(str(broken))
    if mistakes:
        raise FactsBroken("\n".join(mistakes))
    return loaded


def parse(source: Source, provider: str) -> list[Fact]:
    """Return the facts of a read file, which has to be that of `provider`. Raises FactsBroken."""
    mistakes: list[str] = []
    try:
        whole = known_keys(source.value, ("provider", "defaults", "facts"), "the file")
        defaults = parse_defaults(whole.get("defaults"))
    except StepBroken as broken:
        raise FactsBroken(f"{source.at()}: {broken}") from None
    if whole.get("provider") != provider:
        mistakes.append(f"{source.at('/provider')}: provider must be {provider}, as the folder")
    rows = whole.get("facts")
    if not isinstance(rows, list) or not rows:
        raise FactsBroken(f"{source.at('/facts')}: facts must be a list of rows")
    facts: dict[str, Fact] = {}
    for place, row in enumerate(rows):
        where = source.at(f"/facts/{place}")
        try:
            fact = _fact(row, provider, defaults)
            if fact.id in facts:
                raise StepBroken("the id stands twice")
            facts[fact.id] = fact
        except StepBroken as broken:
            mistakes.append(f"{where}: {row.get('id') if isinstance(row, Mapping) else row}: {broken}")
    if mistakes:
        raise FactsBroken("\n".join(mistakes))
    return list(facts.values())


def _fact(row: Any, provider: str, defaults: Defaults) -> Fact:
    known_keys(row, _KEYS, "a fact")
    identifier = row.get("id")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier) or not identifier.startswith(f"{provider}."):
        raise StepBroken(f"id must be as in {provider}.area.what: lower case, digits, dots, hyphens")
    ways = [way for way in _WAYS if row.get(way)]
    if len(ways) != 1:
        raise StepBroken(f"exactly one of {', '.join(_WAYS)} is needed, not {' and '.join(ways) or 'none'}")
    return Fact(
        id=identifier,
        provider=provider,
        says=_sentence(row, "says"),
        source=_sentence(row, "source"),
        mark=_one_of(row.get("mark"), MARKS, "mark"),
        profile=_words(row.get("profile", [])),
        scenario=_sentence(row, "scenario") if "scenario" in row else None,
        timing=_one_of(row.get("timing", "quick"), TIMINGS, "timing"),
        check=parse_steps(row["check"], defaults) if ways == ["check"] else (),
        proof=_sentence(row, "proof") if ways == ["proof"] else None,
        not_emulated=_sentence(row, "not_emulated") if ways == ["not_emulated"] else None,
    )


def _sentence(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise StepBroken(f"{name} must be a text, not {value!r}")
    return value.strip()


def _one_of(value: Any, known: tuple[str, ...], what: str) -> str:
    if value not in known:
        raise StepBroken(f"{what} must be one of {', '.join(known)}, not {value!r}")
    return str(value)


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise StepBroken(f"profile must be a list of words, not {value!r}")
    return tuple(value)


def checks(facts: Mapping[str, list[Fact]]) -> Iterator[Fact]:
    """Yield the facts that `run` can carry out, of all providers."""
    return (fact for rows in facts.values() for fact in rows if fact.check)
