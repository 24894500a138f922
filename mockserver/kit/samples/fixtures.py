"""Published examples and captured answers: `fixtures/{documented,recorded}/<provider>/<name>.json`.

A sample says from where it is (`source`), under which profile words it holds, and what was sent and answered. It has to
be tolerated by our schemas, and our own answer has to have the same shape (see `same_shape`), unless it says in
`only_validated` why no profile may give such a body.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockserver.data import contracts
from mockserver.kit.facts.steps import NO_BODY, StepBroken, known_keys
from mockserver.kit.target import NotJson, parse_json

FIXTURES = contracts().parent / "fixtures"
KINDS = ("documented", "recorded")
_KEYS = (
    *("source", "operation", "state", "profile", "note", "scenario", "request", "refused", "answer", "of"),
    *("differs", "only_validated"),
)
_REQUEST_KEYS = ("method", "path", "headers", "json", "body")
_ANSWER_KEYS = ("status", "headers", "body")


class FixturesBroken(ValueError):
    """A fixture is not written as it has to be. One line for each mistake: `file: what is wrong`."""


@dataclass(frozen=True)
class Request:
    """What was sent. `headers` are those beside the key's, lower case, None: not even the default of that name is sent.

    `json` is NO_BODY without a JSON body; `body` is raw text, and None where there is none.
    """

    method: str
    path: str
    headers: Mapping[str, str | None] = field(default_factory=dict)
    json: Any = NO_BODY
    body: str | None = None


@dataclass(frozen=True)
class Answer:
    """What was answered: `status` is None where the source does not tell it, `body` any JSON value in wire order."""

    status: int | None
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """One file. `name` is its name without `.json`; `of` names the sample whose request makes the job asked for here.

    `operation` and `state` name the answer's component (`createVideo.queued`, `error.validation`, `webhook.success`).
    `scenario` is the scenario of the job, where the default is not meant. `differs` are JSON pointers where
    the shape of the documented body does not count, because it is not the answer to the documented request, or is of a
    moment between two styles (`note` says which).
    """

    name: str
    provider: str
    kind: str
    source: str
    operation: str
    state: str | None = None
    profile: tuple[str, ...] = ()
    scenario: str | None = None
    request: Request | None = None
    answer: Answer | None = None
    is_refused: bool = False
    of: str | None = None
    differs: tuple[str, ...] = ()
    only_validated: str | None = None
    note: str | None = None

    @property
    def is_replayed(self) -> bool:
        """Whether our server can be asked the same: there is a request, or a job whose answer this is."""
        asks = self.request is not None or self.of is not None
        return asks and self.operation != "webhook" and not (self.only_validated and self.request is None)

    @property
    def id(self) -> str:
        """Return how a test is called that is about this sample."""
        return f"{self.kind}/{self.provider}/{self.name}"


def load_all(fixtures: Path = FIXTURES) -> list[Sample]:
    """Return every sample, by kind, provider and name. Raises FixturesBroken with every mistake."""
    samples: list[Sample] = []
    mistakes: list[str] = []
    for kind in KINDS:
        for path in sorted((fixtures / kind).glob("*/*.json")):
            try:
                samples.append(load(path))
            except FixturesBroken as broken:
                mistakes.append(str(broken))
    names = {(sample.provider, sample.name) for sample in samples}
    mistakes += [
        f"{sample.id}: of names {sample.of}, which is no sample of {sample.provider}"
        for sample in samples
        if sample.of and (sample.provider, sample.of) not in names
    ]
    if mistakes:
        raise FixturesBroken("\n".join(mistakes))
    return samples


def load(path: Path) -> Sample:
    """Return the sample in a file; kind and provider are its folders. Raises FixturesBroken."""
    try:
        return _case(parse_json(path.read_bytes()), path)
    except (NotJson, StepBroken) as broken:
        raise FixturesBroken(f"{path}: {broken}") from None


def _case(value: Any, path: Path) -> Sample:
    raw = known_keys(value, _KEYS, "a fixture")
    for name in ("source", "operation"):
        if not isinstance(raw.get(name), str) or not raw[name]:
            raise StepBroken(f"{name} must be a text, not {raw.get(name)!r}")
    if not raw.get("request") and not raw.get("answer"):
        raise StepBroken("request and answer are both missing")
    if not isinstance(raw.get("profile", []), list):
        raise StepBroken(f"profile must be a list of words, not {raw['profile']!r}")
    return Sample(
        name=path.stem,
        provider=path.parent.name,
        kind=path.parent.parent.name,
        source=raw["source"],
        operation=raw["operation"],
        state=raw.get("state"),
        profile=tuple(raw.get("profile", [])),
        scenario=raw.get("scenario"),
        request=_request(raw["request"]) if raw.get("request") else None,
        answer=_answer(raw["answer"]) if raw.get("answer") else None,
        is_refused=raw.get("refused", False) is True,
        of=raw.get("of"),
        differs=tuple(raw.get("differs", [])),
        only_validated=raw.get("only_validated"),
        note=raw.get("note"),
    )


def _request(value: Any) -> Request:
    raw = known_keys(value, _REQUEST_KEYS, "request")
    if not str(raw.get("path", "")).startswith("/") or not isinstance(raw.get("method"), str):
        raise StepBroken("request needs a method and a path that begins with a slash")
    headers = {name.lower(): text for name, text in (raw.get("headers") or {}).items()}
    return Request(raw["method"], raw["path"], headers, raw.get("json", NO_BODY), raw.get("body"))


def _answer(value: Any) -> Answer:
    raw = known_keys(value, _ANSWER_KEYS, "answer")
    if "body" not in raw:
        raise StepBroken("answer needs a body")
    return Answer(raw.get("status"), raw["body"], raw.get("headers", {}))


def same_shape(documented: Any, ours: Any, differs: Collection[str] = (), where: str = "") -> list[str]:
    """Return where our answer has not the shape of the documented one, a sentence each; empty means the same shape.

    The same shape is: the same keys in the same order, and values of the same JSON type, all the way down. Any number
    is like any other (a page's 8 may be our 8.49); null is only like null; a list is like a list, compared by its
    first elements where the documented one has any, and then ours must have one too. The values at the JSON pointers
    in `differs` are not compared, but have to be there.
    """
    here = where or "the whole"
    if where in differs:
        return []
    if _kind(documented) != _kind(ours):
        return [f"{here}: {_kind(documented)} is documented, ours is {_kind(ours)}"]
    if isinstance(documented, list):
        if documented and not ours:
            return [f"{here}: has elements in the documented answer, ours is empty"]
        return same_shape(documented[0], ours[0], differs, f"{where}/0") if documented else []
    if not isinstance(documented, Mapping):
        return []
    wrong = [f"{where}/{name}: is missing" for name in documented if name not in ours]
    wrong += [f"{where}/{name}: is not documented" for name in ours if name not in documented]
    if not wrong and list(documented) != list(ours):
        wrong.append(f"{here}: the order is {', '.join(documented)}; ours is {', '.join(ours)}")
    for name, value in documented.items():
        if name in ours:
            wrong += same_shape(value, ours[name], differs, f"{where}/{name}")
    return wrong


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "an object"
