"""The steps of a check, as people write them in `facts.yaml`, and as values.

    - do: POST /v2/ai/text-to-video      # a call; what stands in the file's `defaults` is added to it
      json: {prompt: a cat, fps: 5}      # or `body: "raw text"`; `headers: {...}`
      until: {body: {status: done}}      # repeat the call on a moving clock until it matches
      expect: {status: 400, headers: {...}, body: {...}, text: ..., same: name}
      keep: {id: /videoId}               # afterwards "${id}" in any string; a pointer into the answer's body
    - advance: 600                       # seconds on the sandbox's clock

A null in a step removes the default of that name; any other null is sent. `json` has the step's members after the
defaults'. A step with neither `json` nor `body` sends the default `json` with POST, PUT and PATCH, and no body with any
other method; `json: null` sends none in any case. A body is sent as `Content-Type: application/json` unless the
step's headers say otherwise (null: none at all). Headers are named in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mockserver.kit.facts.matcher import mistakes
from mockserver.spelling import closest

GIVEN_VARIABLES = ("key", "other", "base")
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_WITH_BODY = ("POST", "PUT", "PATCH")
_DO_KEYS = ("do", "json", "body", "headers", "expect", "until", "keep")
_EXPECT_KEYS = ("status", "headers", "body", "text", "same")
NO_BODY: Final = object()


class StepBroken(ValueError):
    """A step is not written as it has to be. The message says what is wrong, not where."""


@dataclass(frozen=True)
class Advance:
    """Move the sandbox's clock on by `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Do:
    """One call and what is expected of its answer. Strings may hold variables, as `${id}`.

    `json` is NO_BODY where the call has none; `body` is raw text, or None where `json` counts. `expect` and `until`
    are objects with status, headers (lower case), body, text, same; both may be empty or None.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = NO_BODY
    body: str | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)
    until: Mapping[str, Any] | None = None
    keep: Mapping[str, str] = field(default_factory=dict)


Step = Advance | Do


@dataclass(frozen=True)
class Defaults:
    """What is added to every call: `headers` (lower case) and the members of a JSON object."""

    headers: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] = field(default_factory=dict)


def known_keys(value: Any, known: Iterable[str], what: str) -> Mapping[str, Any]:
    """Return `value` when it is an object with none but `known` keys. Raises StepBroken, with the nearest key."""
    if not isinstance(value, Mapping):
        raise StepBroken(f"{what} must be a mapping, not {value!r}")
    for name in value:
        if name not in known:
            near = closest(name, known, 0.6)
            hint = f"is {near} meant?" if near else f"there are {', '.join(known)}"
            raise StepBroken(f"{what} has no {name!r}; {hint}")
    return value


def parse_defaults(value: Any) -> Defaults:
    """Return the `defaults` of a facts file. Raises StepBroken."""
    known = known_keys(value or {}, ("headers", "json"), "defaults")
    headers = known_keys(known.get("headers") or {}, known.get("headers") or {}, "defaults.headers")
    json = known.get("json") or {}
    if not isinstance(json, Mapping):
        raise StepBroken("defaults.json must be a mapping")
    return Defaults({name.lower(): text for name, text in headers.items()}, json)


def parse_steps(value: Any, defaults: Defaults) -> tuple[Step, ...]:
    """Return the steps of a `check`. Raises StepBroken for the first that is wrong, with its number from 1."""
    if not isinstance(value, list) or not value:
        raise StepBroken("check must be a list of steps")
    steps: list[Step] = []
    spoken = set(GIVEN_VARIABLES)
    for number, raw in enumerate(value, 1):
        try:
            step = _step(raw, defaults)
            _no_unknown_variable(raw, spoken)
        except StepBroken as broken:
            raise StepBroken(f"step {number}: {broken}") from None
        steps.append(step)
        spoken.update(step.keep if isinstance(step, Do) else ())
    return tuple(steps)


def _step(raw: Any, defaults: Defaults) -> Step:
    if isinstance(raw, Mapping) and "advance" in raw:
        seconds = known_keys(raw, ("advance",), "a step with advance")["advance"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise StepBroken(f"advance takes seconds, not {seconds!r}")
        return Advance(float(seconds))
    step = known_keys(raw, _DO_KEYS, "a step")
    method, _, path = str(step.get("do", "")).partition(" ")
    if not re.fullmatch(r"[A-Z]+", method) or not path.strip().startswith(("/", "${")):
        raise StepBroken(f"do must be a method and a path, as in `GET /v2/x`, not {step.get('do')!r}")
    json = _json(step, method, defaults)
    return Do(
        method=method,
        path=path.strip(),
        headers=_headers(step, defaults, has_body=json is not NO_BODY or "body" in step),
        json=json,
        body=_text(step.get("body")),
        expect=_expectation(step.get("expect") or {}, "expect"),
        until=_expectation(step["until"], "until") if "until" in step else None,
        keep=_keep(step.get("keep") or {}),
    )


def _json(step: Mapping[str, Any], method: str, defaults: Defaults) -> Any:
    if "body" in step:
        if "json" in step:
            raise StepBroken("json and body in one step")
        return NO_BODY
    if "json" not in step:
        return dict(defaults.json) if defaults.json and method in _WITH_BODY else NO_BODY
    json = step["json"]
    if json is None:
        return NO_BODY
    if not isinstance(json, Mapping):
        return json
    removed = {name for name in defaults.json if name in json and json[name] is None}
    return {name: value for name, value in {**defaults.json, **json}.items() if name not in removed}


def _headers(step: Mapping[str, Any], defaults: Defaults, has_body: bool) -> dict[str, str]:
    own = step.get("headers") or {}
    if not isinstance(own, Mapping):
        raise StepBroken(f"headers must be a mapping, not {own!r}")
    typed = {"content-type": "application/json"} if has_body else {}
    merged = {**defaults.headers, **typed, **{name.lower(): value for name, value in own.items()}}
    return {name: _wire(value) for name, value in merged.items() if value is not None}


def _wire(value: Any) -> str:
    if isinstance(value, bool | list | Mapping):
        raise StepBroken(f"a header's value must be a string, not {value!r}")
    return str(value)


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise StepBroken(f"body must be raw text, not {value!r}; is json meant?")
    return value


def _expectation(value: Any, what: str) -> Mapping[str, Any]:
    expected = dict(known_keys(value, _EXPECT_KEYS, what))
    if "headers" in expected:
        if not isinstance(expected["headers"], Mapping):
            raise StepBroken(f"{what}.headers must be a mapping")
        expected["headers"] = {name.lower(): wanted for name, wanted in expected["headers"].items()}
    if "same" in expected and not isinstance(expected["same"], str):
        raise StepBroken(f"{what}.same takes the name of something kept")
    for part in ("status", "headers", "body", "text"):
        for mistake in mistakes(expected.get(part), f"{what}.{part}"):
            raise StepBroken(mistake)
    return expected


def _keep(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise StepBroken(f"keep must be a mapping of names to JSON pointers, not {value!r}")
    for name, pointer in value.items():
        if not isinstance(pointer, str) or not (pointer == "" or pointer.startswith("/")):
            raise StepBroken(f"keep.{name} must be a JSON pointer (/videoId, or '' for the whole), not {pointer!r}")
        if name in GIVEN_VARIABLES:
            raise StepBroken(f"keep.{name}: the name is taken")
    return value


def _no_unknown_variable(raw: Any, spoken: set[str]) -> None:
    expectations = [raw[part] for part in ("expect", "until") if isinstance(raw.get(part), Mapping)]
    bodies = [expected["same"] for expected in expectations if "same" in expected]
    for name in [*_variables(raw), *bodies]:
        if name not in spoken:
            near = closest(name, spoken, 0.6)
            raise StepBroken(f"nothing is kept as {name!r} by then" + (f"; is {near} meant?" if near else ""))


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _VARIABLE.findall(value)
    elif isinstance(value, list):
        for inner in value:
            yield from _variables(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _variables(inner)


def filled(value: Any, variables: Mapping[str, Any], *, in_expression: bool = False) -> Any:
    """Return `value` with the variables in its strings replaced; "${id}" alone keeps the JSON type of `id`.

    Inside of `$re` what is put in is escaped, so that it stands for itself.
    """
    if isinstance(value, list):
        return [filled(inner, variables) for inner in value]
    if isinstance(value, Mapping):
        return {name: filled(inner, variables, in_expression=name == "$re") for name, inner in value.items()}
    if not isinstance(value, str):
        return value
    alone = _VARIABLE.fullmatch(value)
    if alone and not in_expression:
        return variables[alone[1]]
    quoted = re.escape if in_expression else str
    return _VARIABLE.sub(lambda found: quoted(str(variables[found[1]])), value)
