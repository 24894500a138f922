"""schemathesis over the control API's own document, against a server that runs it: all phases, all checks.

What the document leaves open because it depends on the providers is written down as values: their names, operations,
tiers and profile words. The calls that wait for real seconds are left to `test_journal_reading.py` and
`test_events.py`.
"""

from __future__ import annotations

import gc
import json
import warnings
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.cli.reporting import report_on
from mockserver.kit.fuzz.schemathesis import run, unchecked
from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox

KEY = "control-fuzz-key"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox with a job that never ends, on a server of its own."""
    with MockServer(Settings(cache=tmp_path_factory.mktemp("clips"), reporter=report_on)) as server:
        made = server.sandbox(KEY)
        made.scenario.set("stuck-in-queue")
        yield made


def document(sandbox: Sandbox, job: str) -> dict[str, Any]:
    """The document as the server gives it, with the values of this server's providers, sandbox and job."""
    told: dict[str, Any] = sandbox.server.control("GET", "/openapi.json")
    providers = sandbox.server.control("GET", "/providers")["providers"]
    scenarios = [one["name"] for one in sandbox.server.control("GET", "/scenarios")["scenarios"]]
    parameters, schemas = told["components"]["parameters"], told["components"]["schemas"]
    words = {one["name"]: [word["name"] for word in one["profile"] if not word["is_style"]] for one in providers}
    operations = sorted({operation for one in providers for operation in one["operations"]})
    parameters["operation"]["schema"] = {"enum": operations}
    parameters["provider"]["schema"] = {"enum": sorted(words)}
    parameters["profile"]["schema"] = {"enum": [""]}
    parameters["key"]["schema"] |= {"examples": ["self", sandbox.digest, KEY]}
    parameters["job"]["schema"] = {"enum": [job]}
    configured = schemas["Configuration"]["properties"]
    lists = {name: {"type": "array", "items": {"enum": own}} for name, own in words.items()}
    configured["profiles"] = _closed(lists)
    configured["tiers"] = _closed({one["name"]: {"enum": one["tiers"]} for one in providers if one["tiers"]})
    configured["scenario"] = {"enum": [name for name in scenarios if name in ("success", "stuck-in-queue")]}
    configured["queue"]["items"] = configured["scenario"]
    added = told["paths"]["/sandboxes/{key}/queue"]["post"]["requestBody"]["content"]["application/json"]
    added["schema"]["properties"]["queue"]["items"] = configured["scenario"]
    added["example"] = {"queue": ["success"]}
    fault = schemas["Fault"]["properties"]
    del fault["from"], fault["after_seconds"]  # no schema can say that `to` and `until_seconds` are not below them
    fault["until_seconds"]["minimum"] = 1
    fault["operation"] = {"enum": [*operations, None]}
    # What a fault takes depends on what it does: too much for the generator, and tested in `test_scenario_data`.
    del schemas["Fault"]["allOf"], fault["status"], fault["location"], fault["bytes"], fault["retry_after_form"]
    schemas["Fault"]["required"] = ["at", "does"]
    fault["at"], fault["does"] = {"enum": ["creation", "poll"]}, {"enum": ["limited", "cut", "bom", "chunked"]}
    configured["limits"]["oneOf"][1] = _closed({operations[0]: {"$ref": "#/components/schemas/Limit"}})
    for path in ("/sandboxes/{key}/journal/wait", "/sandboxes/{key}/events", "/events"):
        del told["paths"][path]
    return told


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def test_the_control_api_keeps_its_own_document(sandbox: Sandbox) -> None:
    headers = {**sandbox.headers, "content-type": "application/json"}
    made = sandbox.server.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt": "a cat"}')[2]
    job = json.loads(made)["videoId"]
    told = document(sandbox, job)
    assert unchecked(told) == []
    budget = {"examples": 4, "sequences": 4, "steps": 5, "rounds": 1}
    url = f"{sandbox.server.url}/_mock"
    asked = Namespace(url=url, key=KEY, seed=1, header=[f"Authorization: Bearer {KEY}"], covered=None, **budget)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # schemathesis leaves its report open until it is collected
        found = run(told, asked)
        gc.collect()
    assert (found["failures"], found["errors"]) == ([], [])
    assert found["cases"] > 300
