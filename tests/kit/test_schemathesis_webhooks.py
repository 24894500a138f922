"""Webhooks: those that schemathesis draws and those that our server sends keep the schemas under `schemas/webhooks`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from mockserver.kit.fuzz.schemathesis import hooks_as_paths
from mockserver.kit.promise import PROVIDERS, load
from mockserver.kit.promise.conformance import misplaced
from mockserver.kit.promise.validation import complaints
from mockserver.testing import MockServer
from tests.properties.receiving import listening

WITH_HOOKS = {"modelslab": (), "gately": ("callbacks",)}


def schemas(provider: str) -> dict[str, Any]:
    """The files under `schemas/webhooks`, by name."""
    found = {path.stem: json.loads(path.read_bytes()) for path in (PROVIDERS / provider / "schemas/webhooks").iterdir()}
    assert found
    return found


def kept(payload: Any, provider: str) -> list[str]:
    """The schemas that a payload keeps, with its members in their order."""
    known = schemas(provider)
    return [name for name in known if not complaints(payload, known[name]) and not misplaced(payload, known[name])]


def drawable(provider: str) -> list[tuple[str, str]]:
    document = load(PROVIDERS / provider).under(WITH_HOOKS[provider])
    return [(provider, path) for path in hooks_as_paths(document)["paths"]]


HOOKS = [one for provider in WITH_HOOKS for one in drawable(provider)]


@pytest.mark.parametrize(("provider", "path"), HOOKS, ids=["".join(one) for one in HOOKS])
def test_drawn_deliveries_keep_a_schema_of_a_webhook(provider: str, path: str) -> None:
    document = hooks_as_paths(load(PROVIDERS / provider).under(WITH_HOOKS[provider]))
    drawing = schemathesis.openapi.from_dict(document)[path]["POST"].as_strategy()
    known, seen = schemas(provider), set[str]()

    @settings(max_examples=30, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(drawing)
    def drawn(case: Any) -> None:
        fitting = [name for name in known if not complaints(case.body, known[name])]
        assert fitting
        seen.update(fitting)

    drawn()
    assert seen


def gately(server: MockServer, key: str, url: str) -> None:
    body = {"model": "T2V-01", "prompt": "a cat", "callback_url": url}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    assert server.request("POST", "/v1/video_generation", headers, json.dumps(body).encode())[0] == 200


def modelslab(server: MockServer, key: str, url: str) -> None:
    body = {"key": key, "model_id": "cogvideox", "prompt": "a cat", "webhook": url, "track_id": 7}
    path, headers = "/api/v6/video/text2video", {"content-type": "application/json"}
    assert server.request("POST", path, headers, json.dumps(body).encode())[0] == 200


Submit = Callable[[MockServer, str, str], None]


@pytest.mark.parametrize(
    ("submit", "scenario", "words"),
    [
        (modelslab, "success", ["success"]),
        (modelslab, "fails-in-processing", ["failed"]),
        (gately, "success", ["challenge", "processing", "success"]),
        (gately, "fails-in-processing", ["challenge", "processing", "failed"]),
    ],
)
def test_sent_deliveries_keep_the_schema_of_their_word(
    server: MockServer, request: pytest.FixtureRequest, submit: Submit, scenario: str, words: list[str]
) -> None:
    provider, key = submit.__name__, f"hooks-{request.node.name}"
    sandbox = server.sandbox(key)
    sandbox.freeze()
    sandbox.configure(profiles={provider: list(WITH_HOOKS[provider])}, scenario=scenario)
    with listening() as (url, got):
        submit(server, key, url)
        for _ in range(3):
            sandbox.advance(2)
        assert [kept(payload, provider) for payload in got] == [[word] for word in words]
