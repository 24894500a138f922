"""schemathesis over the styles of each provider, with a small budget; `make fuzz` has all profiles and all phases."""

from __future__ import annotations

import gc
import json
import tomllib
import warnings
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.kit.fuzz.links import beginnings, declared
from mockserver.kit.fuzz.schemathesis import configuration, prepared, run, same, unchecked
from mockserver.kit.promise import PROVIDERS, load, names, operations
from mockserver.kit.promise.document import MARK
from mockserver.settings import Settings
from mockserver.testing import MockServer

BUDGET = {"examples": 4, "sequences": 3, "steps": 14, "rounds": 1}
STYLES = {
    "aimlapi": (),
    "aimlapi 2026": ("2026",),
    "gately": (),
    "gately minimax": ("minimax",),
    "modelslab": (),
    "modelslab documented,strict": ("documented", "strict"),
    "tensorone": (),
}
KEYS = {style: f"fuzz-{number}" for number, style in enumerate(STYLES)}
KEY = KEYS["tensorone"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """A server that knows the good keys, so that any other is a wrong one."""
    cache = tmp_path_factory.mktemp("clips")
    with MockServer(Settings(cache=cache, keys=dict.fromkeys(KEYS.values(), ""), timing="instant")) as started:
        yield started


@pytest.mark.parametrize("style", STYLES)
def test_the_running_server_keeps_the_document_of_each_style(style: str, guarded: MockServer, tmp_path: Path) -> None:
    """schemathesis finds nothing, and its sequences follow links. The coverage phase, as long as it is for each
    operation that is not `covered`, and sequences until every link was followed are left to `make fuzz`.
    """
    name, key, words = style.partition(" ")[0], KEYS[style], STYLES[style]
    sandbox = guarded.sandbox(key)
    sandbox.configure(profiles={name: list(words)}, queue=["instant", "polls=2", "fails-in-processing"] * 200)
    sandbox.freeze()
    document = load(PROVIDERS / name).under(words)
    (covered := tmp_path / "document.json").write_text(json.dumps(document))
    told = Namespace(url=guarded.url, key=key, seed=1, header=[f"X-Mock-Sandbox: {key}"], covered=covered, **BUDGET)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # schemathesis leaves its report open until it is collected
        found = run(document, told)
        gc.collect()
    assert (found["failures"], found["errors"]) == ([], [])
    assert len(found["unused"]) < len(declared(document))
    assert found["cases"] > 6 * len(operations(document))


EVERY = [
    (name, "" if words == MARK else words)
    for name in names()
    for words in json.loads((PROVIDERS / name / "generated" / "digests.json").read_bytes())
]
EVERY_PROFILE = pytest.mark.parametrize(("name", "words"), EVERY, ids=[" ".join(one) for one in EVERY])


@EVERY_PROFILE
def test_sequences_begin_with_creations_and_lead_to_files(name: str, words: str) -> None:
    """Every call that creates begins sequences and no other does; links lead from it to every poll and to a file.

    Found under `fetch-by-body` and `get-fetch`: no link led to the calls that they add, so no sequence fetched a job.
    """
    document = load(PROVIDERS / name).under(words.split(",") if words else ())
    life, known = document["x-lifecycle"], operations(document)
    creations = set(life["create"]["operations"])
    assert beginnings(document) == {f"{known[one].method} {known[one].path}" for one in creations}
    reached = set(creations)
    for _ in range(4):
        reached |= {target for source, target in declared(document).values() if source in reached}
    assert set(life["poll"]["operations"]) <= reached
    assert any(known[one].method == "GET" and "{name}" in known[one].path for one in reached)


NO_405 = {"unsupported_method", "allow_header_conformance"}
UNDER_200 = {"negative_data_rejection", "ignored_auth", "missing_required_header"}
OFF = {"tensorone": NO_405, "aimlapi": NO_405, "gately": NO_405, "modelslab": {"negative_data_rejection"}}
SWITCHED = {
    **dict.fromkeys(
        [f"gately minimax{more}" for more in ("", ",callbacks", ",pass-through", ",retrieve-content", ",signed-links")],
        NO_405 | UNDER_200,
    ),
    "modelslab documented": set(),
    "modelslab documented,strict": set(),
    "modelslab fetch-by-body": {"negative_data_rejection", "fetchVideo ensure_resource_availability"},
}


@EVERY_PROFILE
def test_no_check_is_off_but_those_with_a_reason(name: str, words: str) -> None:
    """What every profile's document takes back is what the issue takes back, or a style that answers under HTTP 200."""
    document = load(PROVIDERS / name).under(words.split(",") if words else ())
    found, off = unchecked(document), SWITCHED.get(f"{name} {words}", OFF[name])
    assert {f"{operation} {check}".strip() for operation, check, _ in found} == off
    assert all(len(why) > 20 for _, _, why in found)
    told = tomllib.loads(configuration(document, KEY, BUDGET))
    everywhere = {check for check, how in told["checks"].items() if how == {"enabled": False}}
    there = {
        f"{one['include-operation-id']} {check}"
        for one in told.get("operations", [])
        for check, how in one.get("checks", {}).items()
        if how == {"enabled": False}
    }
    assert everywhere | there == off


TOY: dict[str, Any] = {
    "openapi": "3.1.0",
    "x-credential": {"in": "body", "name": "key"},
    "x-unchecked": {"ignored_auth": "there is no key"},
    "paths": {
        "/a": {"post": {"operationId": "a", "x-not-implemented": True, "x-unchecked": {"use_after_free": "why"}}},
        "/b": {"get": {"operationId": "b", "responses": {"200": {"$ref": "#/components/responses/B"}}}},
    },
    "components": {
        "responses": {"B": {"description": "one", "content": {}}},
        "schemas": {
            "a.request": {
                "properties": {"key": {"type": "string"}, "image": {"type": "string", "format": "image-base64"}},
                "examples": [{"key": "my-key", "image": "x"}],
            },
        },
    },
}


def test_what_a_document_takes_back_is_configured() -> None:
    told = tomllib.loads(configuration(TOY, KEY, BUDGET, covered={"b"}))
    assert told["checks"] == {"ignored_auth": {"enabled": False}}
    assert told["request-timeout"] == 600
    assert told["phases"]["stateful"]["inference"] == {"algorithms": ["dependency-analysis"]}
    assert told["operations"] == [
        {
            "include-operation-id": "a",
            "checks": {
                "use_after_free": {"enabled": False},
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "501"]},
            },
        },
        {"include-operation-id": "b", "phases": {"coverage": {"enabled": False}}},
    ]


def test_a_key_in_the_body_and_a_picture_are_written_down_as_values() -> None:
    schema = prepared(TOY, KEY)["components"]["schemas"]["a.request"]
    assert schema["properties"]["key"] == {"type": "string", "const": KEY, "examples": [KEY]}
    assert schema["examples"] == [{"key": KEY, "image": "x"}]
    assert len(schema["properties"]["image"]["enum"]) == 4


def test_operations_are_alike_by_everything_they_refer_to() -> None:
    response = TOY["components"]["responses"]["B"]
    assert same(TOY, TOY) == {"a", "b"}
    told_otherwise = {**TOY, "components": {"responses": {"B": {**response, "description": "two"}}}}
    assert same(told_otherwise, TOY) == {"a", "b"}
    leading = {**TOY, "components": {"responses": {"B": {**response, "links": {"a": {"operationId": "a"}}}}}}
    assert same(leading, TOY) == {"a", "b"}
    changed = {**TOY, "components": {"responses": {"B": {**response, "headers": {}}}}}
    assert same(changed, TOY) == {"a"}
