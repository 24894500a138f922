"""A case: what a client is put through. The JSON form is that of contracts/case.schema.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import jsonschema_rs

from mockserver.data import contracts
from mockserver.kit.laws.run import Result

SCHEMA: Final = contracts() / "case.schema.json"
DEADLINE_SECONDS: Final = 20.0
POLL_SECONDS: Final = 0.4
LIFE: Final[Mapping[str, Any]] = {"polls": 4}
"""How long a job of a case lives unless the case says otherwise."""
PROMPT: Final = "a red kite over a grey sea"


class CaseBroken(ValueError):
    """A value is no case, or no file of cases; the text says where."""


@dataclass(frozen=True)
class Case:
    """What a client of one provider is put through."""

    id: str
    says: str
    laws: tuple[str, ...]
    """Ids of the laws that it provokes."""
    set: str = "core"
    """core, extended or found."""
    providers: tuple[str, ...] | None = None
    """The providers whose clients it is for. None: all."""
    scenario: Mapping[str, Any] = field(default_factory=dict)
    """Members of a composed scenario."""
    profile: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What else the sandbox is set to."""
    prompt: str = PROMPT
    options: Mapping[str, Any] | None = None
    """Options of the creation in the provider's own field names. None: the provider's small ones."""
    deadline_seconds: float = DEADLINE_SECONDS
    """How long the client may take from its start."""
    poll_seconds: float = POLL_SECONDS
    """The shortest pause between two polls."""
    outcomes: tuple[Result, ...] = (Result.COMPLETED,)
    """The outcomes that are reasonable."""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """Its JSON form."""

    def lived(self, answers: Sequence[str] = ()) -> Mapping[str, Any]:
        """Return the members of its scenario, with the life of the job where the case does not say one.

        `answers` are changes of all answers; one that the case makes of the same member stands in its place.
        """
        own = list(self.scenario.get("answers", ()))
        members = {one.partition("-")[0] for one in own}
        added = [one for one in answers if one.partition("-")[0] not in members]
        return {"says": self.says, "timeline": LIFE, **self.scenario, "answers": [*added, *own]}

    def at(self, provider: str) -> Case:
        """Return the case as it is for the clients of a provider: with what stands under `with`."""
        other = self.raw.get("with", {}).get(provider)
        return self if other is None else case_of({**self.raw, **other, "with": {}})


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a part of contracts/case.schema.json: "" for a file, else the name of a definition."""
    whole = json.loads(SCHEMA.read_bytes())
    return jsonschema_rs.Draft202012Validator(whole if not name else {"$ref": f"#/$defs/{name}", **_parts(whole)})


def _parts(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {"$defs": whole["$defs"]}


def check(value: Any, name: str, where: str = "") -> None:
    """Raise CaseBroken where a value does not keep that part of the schema."""
    for error in validator(name).iter_errors(value):
        place = "/".join(map(str, error.instance_path))
        raise CaseBroken(f"{where}/{place}: {error.message}")


def case_of(value: Any) -> Case:
    """Return a case from its JSON value. Raises CaseBroken."""
    check(value, "case")
    asked = value.get("input", {})
    plain = ("id", "says", "set", "scenario", "settings")
    known: dict[str, Any] = {name: value[name] for name in plain if name in value}
    known |= {name: float(value[name]) for name in ("deadline_seconds", "poll_seconds") if name in value}
    known |= {name: tuple(value[name]) for name in ("laws", "providers", "profile") if name in value}
    if "outcomes" in value:
        known["outcomes"] = tuple(Result(word) for word in value["outcomes"])
    return Case(**known, prompt=asked.get("prompt", PROMPT), options=asked.get("options"), raw=value)


def cases_of(text: bytes, where: str) -> Sequence[Case]:
    """Return the cases of a file from its bytes; `where` names it in what is told. Raises CaseBroken."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CaseBroken(f"{where}: no JSON: {error}") from None
    check(value, "", f"{where}: ")
    found = [case_of(one) for one in value["cases"]]
    twice = next((one.id for index, one in enumerate(found) if one.id in {other.id for other in found[:index]}), None)
    if twice is not None:
        raise CaseBroken(f"{where}: the id {twice} stands twice")
    return found
