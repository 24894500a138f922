"""What the handle gives has the types that it says: the members are those of the control API's document."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from pathlib import Path
from typing import Any, NotRequired, get_origin, get_type_hints, is_typeddict

import pytest

import mockserver
from mockserver.data import contracts
from mockserver.settings import Settings
from mockserver.testing import ControlRefused, MockServer, MockServerError, results
from tests.web.test_control_document import SCHEMAS

SCHEMA_OF = {
    "Health": "Health", "Provider": "Provider", "Word": "Word", "ScenarioInfo": "Scenario", "ClockState": "Clock",
    "MovedClock": "MovedClock", "Settings": "Sandbox", "Turn": "Turn", "Job": "Job", "TurnedJob": "TurnedJob",
    "Moment": "Moment", "Attempt": "Attempt", "Delivery": "Delivery", "LimitNumbers": "Limit", "Sums": "SpendSums",
    "Spend": "Spend", "SandboxSpend": "SandboxSpend",
}  # fmt: skip
"""The schema of each type; the others are of answers that the document describes where they stand."""


def members(name: str) -> set[str]:
    return set(get_type_hints(getattr(results, name)))


@pytest.mark.parametrize(("name", "schema"), SCHEMA_OF.items())
def test_a_result_has_the_members_of_its_schema(name: str, schema: str) -> None:
    assert members(name) == set(SCHEMAS[schema]["properties"])


def test_a_record_has_the_members_of_either_kind() -> None:
    kinds = json.loads((contracts() / "transcript.schema.json").read_bytes())["$defs"]
    exchange, attempt = (set(kinds[kind]["properties"]) for kind in ("exchange", "attempt"))
    assert members("Record") == exchange | attempt
    hints = get_type_hints(results.Record, include_extras=True)
    assert {name for name, hint in hints.items() if get_origin(hint) is not NotRequired} == exchange & attempt


def test_answers_have_these_members(tmp_path: Path) -> None:
    """Those that no schema has a name for, in real answers."""
    with MockServer.in_process(Settings(cache=tmp_path)) as server:
        sandbox = server.sandbox()
        sandbox.freeze()
        assert set(sandbox.journal.read()) == members("Transcript")
        assert set(server.schemas()) == members("SchemaList")
        assert set(sandbox.control("POST", "/listeners", {})) == members("OpenedListener")
        assert set(sandbox.settings()["clock"]) == members("ClockState")
        hooked = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a cat", "webhook": "http://127.0.0.1:9/hook",
                  "instant_response": True}  # fmt: skip
        asked = {"Content-Type": "application/json"}
        server.request("POST", "/api/v6/video/text2video", asked, json.dumps(hooked).encode())
        sandbox.advance(60)
        (delivery,) = sandbox.deliveries()
        assert set(delivery["attempts"][0]["request"]) == members("SentWebhook")
        spend = sandbox.spend()
        assert set(SCHEMAS["UnderWay"]["items"]["properties"]) == members("UnderWay")
        assert set(spend["jobs"][0]) == members("JobPrice")
        assert set(spend["operations"][0]) == members("OperationSums")
        kinds: dict[str, Any] = {one["kind"]: one for one in sandbox.journal.records()}
        assert set(kinds) == {"exchange", "attempt"}
        assert all(set(one) <= members("Record") for one in kinds.values())


def test_every_type_is_held_by_one_of_these_tests() -> None:
    types = {name for name, one in vars(results).items() if is_typeddict(one) and name != "TypedDict"}
    assert types - set(SCHEMA_OF) == {
        "Record", "Transcript", "SchemaList", "OpenedListener", "SentWebhook", "UnderWay", "JobPrice", "OperationSums",
    }  # fmt: skip


def test_every_exception_of_ours_has_one_base() -> None:
    """So one `except MockServerError` names them all. The kit is on its own: it imports nothing else of mockserver."""
    own = set()
    for found in pkgutil.walk_packages(mockserver.__path__, "mockserver."):
        if found.name.startswith("mockserver.kit") or found.name == "mockserver.__main__":
            continue
        for _, one in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
            if (
                issubclass(one, BaseException)
                and one.__module__.startswith("mockserver.")
                and "kit" not in one.__module__
            ):
                own.add(one)
    assert len(own) > 15
    assert [one.__qualname__ for one in own if not issubclass(one, MockServerError)] == []


def test_a_refusal_is_caught_by_the_base(tmp_path: Path) -> None:
    with MockServer.in_process(Settings(cache=tmp_path)) as server, pytest.raises(MockServerError) as caught:
        server.sandbox().scenario.set("no-such-scenario")
    assert isinstance(caught.value, ControlRefused)
    assert isinstance(caught.value, ValueError)
