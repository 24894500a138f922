"""schemathesis over the default document of each provider, with a small budget; `make fuzz` has all profiles."""

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

from contracts.fuzz import configuration, outcome, prepared, run, same, unchecked
from contracts.promise import PROVIDERS, load, names
from mockserver.settings import Settings
from mockserver.testing import MockServer

BUDGET = {"examples": 4, "chains": 3, "steps": 5}
STYLES = {"aimlapi": ["2026"], "gately": ["minimax"], "modelslab": ["documented", "strict"], "tensorone": []}
KEY = "fuzz-key"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """A server that knows the good key, so that any other is a wrong one."""
    cache = tmp_path_factory.mktemp("clips")
    with MockServer(Settings(cache=cache, keys={KEY: ""}, scenario="polls=2")) as started:
        sandbox = started.sandbox(KEY)
        sandbox.freeze()
        yield started


@pytest.mark.parametrize("name", names())
def test_the_running_server_keeps_the_default_document(name: str, guarded: MockServer, tmp_path: Path) -> None:
    path = PROVIDERS / name / "generated" / "document.json"
    header = [f"X-Mock-Sandbox: {KEY}"]
    told = Namespace(url=guarded.url, key=KEY, seed=1, header=header, covered=path, **BUDGET)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # schemathesis leaves its report open until it is collected
        found = outcome(run(json.loads(path.read_bytes()), told))
        gc.collect()
    assert (found["failures"], found["errors"]) == ([], [])
    assert found["cases"] > 40


OFF = {
    "tensorone": {"unsupported_method", "allow_header_conformance"},
    "aimlapi": {"unsupported_method", "allow_header_conformance"},
    "aimlapi 2026": {"unsupported_method", "allow_header_conformance"},
    "gately": {"unsupported_method", "allow_header_conformance"},
    "gately minimax": {
        *("unsupported_method", "allow_header_conformance", "negative_data_rejection", "ignored_auth"),
        "missing_required_header",
    },
    "modelslab": {"negative_data_rejection"},
    "modelslab documented,strict": set(),
}


@pytest.mark.parametrize(("profile", "off"), OFF.items(), ids=list(OFF))
def test_no_check_is_off_but_those_with_a_reason(profile: str, off: set[str]) -> None:
    name, _, words = profile.partition(" ")
    document = load(PROVIDERS / name).under(words.split(",") if words else ())
    found = unchecked(document)
    assert {check for _, check, _ in found} == off
    assert all(not operation and len(why) > 20 for operation, _, why in found)
    told = tomllib.loads(configuration(document, KEY, BUDGET))
    assert {check for check, how in told["checks"].items() if how == {"enabled": False}} == off


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
    changed = {**TOY, "components": {"responses": {"B": {**response, "headers": {}}}}}
    assert same(changed, TOY) == {"a"}
