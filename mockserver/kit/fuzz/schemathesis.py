"""Schemathesis over one document, against a server that runs. `python -m mockserver.kit.fuzz` is the command.

All phases run: examples, coverage, fuzzing, stateful. Every check is on but those that the document itself takes back,
each with its reason:

    x-unchecked: {unsupported_method: the page says 404}     at the root: for every call; in an operation: for that one
    x-not-implemented: true                                  in an operation: its 501 is its documented answer
    x-credential: {in: body, name: key}                      at the root: the key is a member of each request body
"""

from __future__ import annotations

import json
from argparse import Namespace
from base64 import b64encode
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mockserver.kit.fuzz.links import declared, watched
from mockserver.kit.promise import Operation, operations
from mockserver.kit.promise.document import find
from mockserver.kit.strategies.values import png

UNCHECKED: Final = "x-unchecked"
CREDENTIAL: Final = "x-credential"
NOT_IMPLEMENTED: Final = "x-not-implemented"
NO_SERVER_ERROR: Final = ("2xx", "3xx", "4xx")
UNTOLD: Final = ("$ref", "description", "links")
ROUNDS: Final = 6
PICTURE: Final = "image-base64"
SOME_PICTURES: Final = [
    head + b64encode(png(side, side)).decode() for side in (1, 320) for head in ("", "data:image/png;base64,")
]


def unchecked(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return each check that is off, as (operation id or "" for all, check, reason)."""
    everywhere = [("", check, why) for check, why in document.get(UNCHECKED, {}).items()]
    here = [(one.id, check, why) for one in _operations(document) for check, why in one.raw.get(UNCHECKED, {}).items()]
    return everywhere + here


def _operations(document: Mapping[str, Any]) -> list[Operation]:
    return list(operations(document).values())


def configuration(
    document: Mapping[str, Any], key: str, budget: Mapping[str, int], covered: Container[str] = ()
) -> str:
    """Return schemathesis' configuration as TOML: checks, the key of each security scheme, the budget.

    `budget` has `examples` (cases of each operation in the fuzzing phase), `sequences` (in the stateful phase)
    and `steps` (calls in one of these). The operations in `covered` have no coverage phase.
    """
    lines = [
        f'"{name}" = {{ bearer = {json.dumps(key)} }}' for name, scheme in _schemes(document) if _is_bearer(scheme)
    ]
    return "\n".join(
        [
            *("request-timeout = 600", ""),  # 600 frames of 3840x2160, as wild sizes give, take minutes
            *("[generation]", 'database = "none"', "", "[cache]", "enabled = false", ""),
            *("[phases.fuzzing.generation]", f"max-examples = {budget['examples']}", ""),
            *("[phases.stateful]", f"max-steps = {budget['steps']}", ""),
            # Not `location-headers`: it reads URLs in answers too, and schemathesis 4.32 ends at one that is none.
            *("[phases.stateful.inference]", 'algorithms = ["dependency-analysis"]', ""),
            *("[phases.stateful.generation]", f"max-examples = {budget['sequences']}", ""),
            *("[checks]", *(_off(check) for one, check, _ in unchecked(document) if not one), ""),
            *(("[auth.openapi]", *lines, "") if lines else ()),
            *_exceptions(document, covered),
        ]
    )


def _schemes(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from document.get("components", {}).get("securitySchemes", {}).items()


def _is_bearer(scheme: Mapping[str, Any]) -> bool:
    return scheme.get("type") == "http" and scheme.get("scheme") == "bearer"


def _off(check: str) -> str:
    return f"{check}.enabled = false"


def _exceptions(document: Mapping[str, Any], covered: Container[str]) -> Iterator[str]:
    """The tables of the operations that are treated otherwise than the rest."""
    for operation in _operations(document):
        lines = [f"checks.{_off(check)}" for check in operation.raw.get(UNCHECKED, {})]
        if operation.raw.get(NOT_IMPLEMENTED):
            lines.append(f"checks.not_a_server_error.expected-statuses = {json.dumps([*NO_SERVER_ERROR, '501'])}")
        if operation.id in covered:
            lines.append("phases.coverage.enabled = false")
        if lines:
            yield from ("[[operations]]", f"include-operation-id = {json.dumps(operation.id)}", *lines, "")


def same(document: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """Return the operations that two documents describe alike, but for prose and for where they lead."""
    theirs = operations(other)
    return {
        one.id
        for one in _operations(document)
        if one.id in theirs and _whole(one, document) == _whole(theirs[one.id], other)
    }


def _whole(operation: Operation, document: Mapping[str, Any]) -> Any:
    """An operation with everything that it refers to."""
    return (operation.method, operation.path, _resolved([operation.raw, *operation.parameters], document))


def _resolved(value: Any, document: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(one, document) for one in value]
    if not isinstance(value, Mapping):
        return value
    beside = {name: _resolved(inner, document) for name, inner in value.items() if name not in UNTOLD}
    return [_resolved(find(document, value["$ref"]), document), beside] if "$ref" in value else beside


def prepared(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the document as it is handed over: the same, with what no schema can say written down as values.

    A request body that carries the key allows no other, so that a right body is one with a right key; a picture in
    base64 is one of a few that can be decoded. Examples of the key are changed alike.
    """
    drawn: dict[str, Any] = _with_pictures(document)
    credential = document.get(CREDENTIAL, {})
    if credential.get("in") != "body":
        return drawn
    name = credential["name"]
    schemas = dict(drawn["components"]["schemas"])
    for component, schema in schemas.items():
        if component.endswith(".request") and name in schema.get("properties", {}):
            field = {**schema["properties"][name], "const": key, "examples": [key]}
            examples = [_with(example, name, key) for example in schema.get("examples", [])]
            schemas[component] = {**schema, "properties": {**schema["properties"], name: field}, "examples": examples}
    components = {**drawn["components"], "schemas": schemas}
    return {**drawn, "components": components, "paths": _media_examples(drawn["paths"], name, key)}


def _with_pictures(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_pictures(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("format") == PICTURE:
        kept = {name: value[name] for name in ("title", "description") if name in value}
        return {**kept, "type": "string", "enum": SOME_PICTURES, "examples": SOME_PICTURES[:1]}
    return {name: _with_pictures(inner) for name, inner in value.items()}


def _with(example: Any, name: str, key: str) -> Any:
    return {**example, name: key} if isinstance(example, Mapping) and name in example else example


def _media_examples(value: Any, name: str, key: str) -> Any:
    """The paths with the key in the named examples of their request bodies."""
    if isinstance(value, list):
        return [_media_examples(one, name, key) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        inner: _with(one, name, key) if inner in ("value", "example") else _media_examples(one, name, key)
        for inner, one in value.items()
    }


def hooks_as_paths(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document whose calls are the webhooks of another: `POST /<name>` for each.

    schemathesis makes no call of a webhook, but draws deliveries of such a document:
    `schemathesis.openapi.from_dict(hooks_as_paths(document))["/done"]["POST"].as_strategy()`.
    """
    paths = {f"/{name}": item for name, item in document.get("webhooks", {}).items()}
    return {**{name: one for name, one in document.items() if name != "webhooks"}, "paths": paths}


def command(location: Path, folder: Path, told: Namespace) -> list[str]:
    """Return the arguments of schemathesis' command line; the folder holds its configuration and takes its report."""
    headers = [part for header in told.header for part in ("-H", header)]
    return [
        *("--config-file", str(folder / "schemathesis.toml"), "run", str(location), "--url", told.url),
        *("--seed", str(told.seed), "--no-color", "--warnings", "off", *headers),
        *("--report-json-path", str(folder / "report.json")),
    ]


def run(document: Mapping[str, Any], told: Namespace) -> dict[str, Any]:
    """Run schemathesis over a document; what it says goes to standard output.

    Where its sequences of calls left out links that the document declares, it makes twice as many with the next seed,
    up to `rounds` rounds in all. `told` has `url`, `key`, `seed`, `header` (a list of `Name: value`), `covered` (a
    document's path, or None), `examples`, `sequences`, `steps` and `rounds`. Returned are the number of `cases`, the
    `failures` (`ST202 ... at GET /x`), the `errors`, and the declared links that are still `unused`.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "document.json").write_text(json.dumps(prepared(document, told.key)))
        covered = same(document, json.loads(told.covered.read_bytes())) if told.covered else ()
        found: dict[str, Any] = {"cases": 0, "failures": [], "errors": [], "unused": list(declared(document))}
        for number in range(told.rounds):
            again = ("--phases", "stateful", "--seed", str(told.seed + number)) if number else ()
            budget = {**vars(told), "sequences": told.sequences * 2**number}
            (folder / "schemathesis.toml").write_text(configuration(document, told.key, budget, covered))
            report, followed = _reported(document, [*command(folder / "document.json", folder, told), *again], folder)
            failures = [f"{one['code']} {one['title']} at {', '.join(one['operations'])}" for one in report["failures"]]
            found["failures"] += failures
            found["errors"] += [one["title"] for one in report["errors"]]
            found["cases"] += report["test_cases"]["generated"]
            found["unused"] = [link for link in found["unused"] if link not in followed]
            if not found["unused"] or found["errors"]:
                break
    return found


def _reported(document: Mapping[str, Any], words: list[str], folder: Path) -> tuple[dict[str, Any], set[str]]:
    """Schemathesis' own report of one run, and the links that it followed."""
    from schemathesis.cli import schemathesis as start

    with watched(document) as followed, suppress(SystemExit):  # its code says no more than the report does
        start.main(words, standalone_mode=False)
    return json.loads((folder / "report.json").read_bytes()), followed
