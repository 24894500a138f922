"""The control API's own document and its table tell the same: paths, methods, members, and every answer of a tour."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from mockserver import __version__
from mockserver.cli.reporting import report_on
from mockserver.domain.alteration import ALTERATIONS
from mockserver.domain.fault import WORDS
from mockserver.domain.fault_composition import FAULT
from mockserver.domain.scenario_composition import FILE, LIFE, MEMBERS, PROBLEMS
from mockserver.domain.scenario_parts import FAULT_LISTS, FILE_CHANGES, TIMELINE_CHANGES
from mockserver.domain.webhook_composition import TRY, WEBHOOK_PLANS
from mockserver.domain.webhook_plan import CHANGES
from mockserver.provider import configuration
from mockserver.settings import Settings
from mockserver.testing import MockServer
from mockserver.timings import TIMINGS
from mockserver.web.control import TABLE
from mockserver.web.promises import OWN

DOCUMENT: dict[str, Any] = json.loads(OWN.read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    (method.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
PROBLEM = "application/problem+json"


@cache
def validator(schema: str) -> Draft202012Validator:
    """A validator for a schema (as JSON) of the document, formats included."""
    return Draft202012Validator(
        {**json.loads(schema), "components": {"schemas": SCHEMAS}}, format_checker=FormatChecker()
    )


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` to one of the components means."""
    if "$ref" not in value:
        return value
    kind, name = value["$ref"].removeprefix("#/components/").split("/")
    found: dict[str, Any] = DOCUMENT["components"][kind][name]
    return found


def mismatches(method: str, path: str, status: int, content_type: str, content: bytes) -> list[str]:
    """What of an answer is not as the document says; empty when all is."""
    answers = OPERATIONS[method, path]["responses"]
    media = resolved(answers.get(str(status), answers["default"]))["content"]
    kind = content_type.partition(";")[0]
    if kind not in media:
        return [f"{kind} is not among {', '.join(media)}"]
    if kind == "text/event-stream":
        blocks = [block.split("\n") for block in content.decode().split("\n\n")[:-1] if not block.startswith(":")]
        value: Any = [dict(line.split(": ", 1) for line in block) for block in blocks]
        found = validator(json.dumps({"type": "array", "items": media[kind]["schema"]})).iter_errors(value)
        return [f"{error.json_path}: {error.message[:200]}" for error in found]
    value = content.decode() if kind == "application/x-ndjson" or not kind.endswith("json") else json.loads(content)
    found = validator(json.dumps(media[kind]["schema"])).iter_errors(value)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def test_table_and_document_name_the_same_methods_and_paths() -> None:
    assert sorted(OPERATIONS) == sorted((method, path) for method, path, _ in TABLE)


def test_every_operation_has_a_name_a_sentence_its_parameters_and_a_refusal() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for (_, path), operation in OPERATIONS.items():
        assert operation["summary"].endswith(".")
        assert set(operation["tags"]) <= tags
        told = [*operation.get("parameters", []), *DOCUMENT["paths"][path].get("parameters", [])]
        in_path = {one["name"] for one in map(resolved, told) if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))
        assert PROBLEM in resolved(operation["responses"]["default"])["content"]


def test_the_schemas_are_schemas_and_each_is_used() -> None:
    Draft202012Validator.check_schema({"$defs": SCHEMAS})
    text = json.dumps(DOCUMENT)
    assert [name for name in SCHEMAS if f'"#/components/schemas/{name}"' not in text] == []
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(SCHEMAS)
    assert DOCUMENT["info"]["version"] == __version__


@pytest.mark.parametrize(
    ("schema", "members"),
    [
        ("Configuration", configuration.MEMBERS),
        ("ClockMove", (*configuration.CLOCK, "set", "advance_seconds")),
        ("Composition", MEMBERS),
        ("Life", LIFE),
        ("File", FILE),
        ("Fault", FAULT),
    ],
)
def test_the_members_of_a_request_are_those_that_are_read(schema: str, members: tuple[str, ...]) -> None:
    assert sorted(SCHEMAS[schema]["properties"]) == sorted(members)
    assert SCHEMAS[schema]["additionalProperties"] is False


PARTS = {"timeline": TIMELINE_CHANGES, "file": FILE_CHANGES, "faults": FAULT_LISTS, "webhooks": WEBHOOK_PLANS}
"""The names of a scenario's parts."""


def test_the_words_are_those_that_are_known() -> None:
    composition = SCHEMAS["Composition"]["properties"]
    assert composition["answers"]["items"]["enum"] == list(ALTERATIONS)
    assert composition["refuses"]["enum"] == composition["judged"]["enum"] == [*PROBLEMS, None]
    for part, names in PARTS.items():
        assert composition[part]["oneOf"][-1]["enum"] == [*names, None]
    assert SCHEMAS["Fault"]["properties"]["does"]["enum"] == list(WORDS)
    assert SCHEMAS["Timing"]["enum"] == list(TIMINGS)
    assert SCHEMAS["TryChanges"]["items"]["enum"] == list(CHANGES)
    for name, known in (("FirstTry", set(TRY) - {"only_if_failed", "with_previous"}), ("NextTry", set(TRY))):
        assert set(SCHEMAS[name]["oneOf"][1]["properties"]) == known


@pytest.fixture(scope="module")
def stop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """A server of the tour's own, so that its lists are short."""
    settings = Settings(cache=tmp_path_factory.mktemp("clips"), timing="documented", reporter=report_on)
    with MockServer(settings) as started:
        yield started


KEY = "tour-key"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "Last-Event-ID": "0"}
NOBODY = "http://127.0.0.1:9"
"""A port at which nobody listens."""


def job_of(server: MockServer, key: str, webhook: str | None = None) -> str:
    """A new job in the sandbox of a key."""
    asked = {"key": key, "model_id": "cogvideox", "prompt": "a cat", "webhook": webhook, "instant_response": True}
    answer = server.request("POST", "/api/v6/video/text2video", HEADERS, json.dumps(asked).encode())
    return str(json.loads(answer[2])["id"])


SELF = {"key": "self"}
GATELY = {"name": "gately"}
NEW, FIRST, NONE = ({**SELF, "job": word} for word in ("new", "first", "none"))
"""A job that is made for the call, the first of those, and one that is not there."""
COMPLETE, FAIL, STALL = (f"/sandboxes/{{key}}/jobs/{{job}}/{word}" for word in ("complete", "fail", "stall"))
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REPLAY = "/sandboxes/{key}/deliveries/{delivery}/replay"
OWN_LIMITS = {"createVideo": {"calls": 2, "seconds": 60}}
TOUR: list[tuple[str, str, dict[str, str], str, object, int]] = [
    # method, path, what stands in it, query, body, the status that comes
    ("GET", "/health", {}, "", None, 200),
    ("GET", "/providers", {}, "", None, 200),
    ("GET", "/scenarios", {}, "", None, 200),
    ("PUT", "/scenarios/{name}", {"name": "rainy"}, "", {"timeline": {"running_seconds": 9}, "creation": 202}, 201),
    ("PUT", "/scenarios/{name}", {"name": "rainy"}, "", {"says": "It rains.", "file": {"share": 0.5}}, 200),
    ("PUT", "/scenarios/{name}", {"name": "success"}, "", {}, 409),
    ("PUT", "/scenarios/{name}", {"name": "rainy"}, "", {"timelines": {}}, 400),
    ("DELETE", "/scenarios/{name}", {"name": "success"}, "", None, 409),
    ("DELETE", "/scenarios/{name}", {"name": "rain"}, "", None, 404),
    ("GET", "/openapi.json", {}, "", None, 200),
    ("GET", "/openapi/{name}.json", GATELY, "profile=minimax&servers=documented", None, 200),
    ("GET", "/openapi/{name}.json", GATELY, "profile=minimal", None, 400),
    ("GET", "/openapi/{name}.json", {"name": "gatly"}, "", None, 404),
    ("GET", "/schemas", {}, "", None, 200),
    ("GET", "/schemas/{name}/{kind}/{file}", {**GATELY, "kind": "requests", "file": "createVideo.json"}, "", None, 200),
    ("GET", "/schemas/{name}/{kind}/{file}", {**GATELY, "kind": "requests", "file": "create.json"}, "", None, 404),
    ("GET", "/reference/assets/{file}", {"file": "swagger-ui.css"}, "", None, 200),
    ("GET", "/reference/assets/{file}", {"file": "swagger-ui-bundle.js"}, "", None, 200),
    ("GET", "/reference/assets/{file}", {"file": "NOTICE"}, "", None, 404),
    ("GET", "/reference/{name}", GATELY, "profile=minimax", None, 200),
    ("GET", "/reference/{name}", {"name": "gatly"}, "", None, 404),
    ("POST", "/sandboxes", {}, "", {"key": KEY}, 201),
    ("POST", "/sandboxes", {}, "", {"key": ""}, 400),
    ("GET", "/sandboxes", {}, "", None, 200),
    ("GET", "/sandboxes/{key}", SELF, "", None, 200),
    ("GET", "/sandboxes/{key}", {"key": "sb_0123456789ab"}, "", None, 404),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"limits": "documented", "queue": ["rainy"], "hold_seconds": None}, 200),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"limits": OWN_LIMITS, "tiers": {"tensorone": "free"}}, 200),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"limits": "off", "queue": []}, 200),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"webhook_secrets": [SECRET], "budget_usd": 20.5}, 200),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"webhook_secrets": ["secret"]}, 400),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"webhook_secrets": [], "budget_usd": None}, 200),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"timing": "quik"}, 400),
    ("POST", "/sandboxes/{key}/queue", SELF, "", {"queue": ["rainy", "polls=4"]}, 200),
    ("POST", "/sandboxes/{key}/queue", SELF, "", {"queue": ["rain"]}, 400),
    ("DELETE", "/scenarios/{name}", {"name": "rainy"}, "", None, 200),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"queue": [], "hold_seconds": 2}, 200),
    ("PATCH", "/sandboxes/{key}/clock", SELF, "", {"start": "2100-01-01T12:00:00Z"}, 200),
    ("GET", "/sandboxes/{key}/clock", SELF, "", None, 200),
    ("PATCH", "/sandboxes/{key}/clock", SELF, "", {"frozen": True, "rate": 2, "set": "2100-01-31T12:00:00Z"}, 200),
    ("PATCH", "/sandboxes/{key}/clock", SELF, "", {"rate": 0}, 400),
    ("POST", FAIL, NEW, "", {"why": "It rained."}, 200),
    ("POST", COMPLETE, NEW, "", None, 200),
    ("POST", COMPLETE, FIRST, "", None, 409),
    ("POST", STALL, NEW, "", {}, 200),
    ("POST", FAIL, NEW, "", {"whi": "It rained."}, 400),
    ("POST", FAIL, NONE, "", None, 404),
    ("POST", STALL, FIRST, "", None, 409),
    ("POST", FAIL, FIRST, "", None, 409),
    ("PATCH", "/sandboxes/{key}/clock", SELF, "", {"set": "2001-01-31T12:00:00Z"}, 409),
    ("PATCH", "/sandboxes/{key}/clock", SELF, "", {"advance_seconds": 3600}, 200),
    ("GET", "/sandboxes/{key}/jobs", SELF, "", None, 200),
    ("GET", "/sandboxes/{key}/deliveries", SELF, "", None, 200),
    ("GET", "/spend", {}, "", None, 200),
    ("GET", "/sandboxes/{key}/spend", SELF, "", None, 200),
    ("POST", REPLAY, {**SELF, "delivery": "sent"}, "", None, 200),
    ("POST", REPLAY, {**SELF, "delivery": "none"}, "", None, 404),
    ("GET", "/sandboxes/{key}/journal.json", SELF, "", None, 200),
    ("GET", "/sandboxes/{key}/journal.json", SELF, "kind=exchang", None, 400),
    ("GET", "/sandboxes/{key}/journal.ndjson", SELF, "", None, 200),
    ("GET", "/sandboxes/{key}/journal.har", SELF, "", None, 200),
    ("GET", "/sandboxes/{key}/report", SELF, "", None, 200),
    ("GET", "/sandboxes/{key}/report", SELF, "form=html", None, 200),
    ("GET", "/sandboxes/{key}/report", SELF, "form=md", None, 200),
    ("GET", "/sandboxes/{key}/report", SELF, "form=junit", None, 200),
    ("GET", "/sandboxes/{key}/report", SELF, "form=htm", None, 400),
    ("GET", "/events", {}, "timeout=0", None, 200),
    ("GET", "/events", {}, "timout=0", None, 400),
    ("GET", "/sandboxes/{key}/events", SELF, "timeout=0&count=2", None, 200),
    ("PATCH", "/sandboxes/{key}", SELF, "", {"timing": "quick"}, 200),
    ("GET", "/events", {}, "timeout=0", None, 200),
    ("GET", "/sandboxes/{key}/journal/wait", SELF, "count=1&operation=text2video&timeout=0", None, 200),
    ("GET", "/sandboxes/{key}/journal/wait", SELF, "count=1000&timeout=0", None, 408),
    ("POST", "/sandboxes/{key}/listeners", SELF, "", None, 201),
    ("POST", "/sandboxes/{key}/listeners", SELF, "", {"files": True}, 201),
    ("POST", "/sandboxes/{key}/listeners", SELF, "", {"port": 0, "files_port": 0}, 201),
    ("POST", "/sandboxes/{key}/listeners", SELF, "", {"files": 1}, 400),
    ("POST", "/sandboxes/{key}/listeners", SELF, "", {"port": 65536}, 400),
    ("GET", "/sandboxes/{key}/listeners", SELF, "", None, 200),
    ("DELETE", "/sandboxes/{key}/listeners", SELF, "", None, 200),
    ("DELETE", "/sandboxes/{key}", SELF, "configuration=maybe", None, 400),
    ("DELETE", "/sandboxes/{key}", SELF, "", None, 200),
    ("DELETE", "/sandboxes/{key}", SELF, "configuration=true", None, 200),
]
"""In this order."""


def test_every_answer_of_a_tour_over_every_route_is_as_the_document_says(stop: MockServer) -> None:
    wrong, jobs = [], []
    for method, path, names, query, value, status in TOUR:
        known = dict(names)
        if names.get("job") == "new":
            jobs.append(job_of(stop, KEY, f"{NOBODY}/hook"))
        if "job" in names:
            known["job"] = {"new": jobs[-1], "first": jobs[0], "none": "none"}[names["job"]]
        if names.get("delivery") == "sent":
            known["delivery"] = stop.control("GET", f"/sandboxes/{KEY}/deliveries")["deliveries"][0]["id"]
        target = f"/_mock{path.format(**known)}" + (f"?{query}" if query else "")
        body = b"" if value is None else json.dumps(value).encode()
        came, headers, content = stop.request(method, target, HEADERS, body)
        kind = next(told for name, told in headers if name.lower() == "content-type")
        wrong += [] if came == status else [f"{method} {target}: {came} instead of {status}: {content[:300]!r}"]
        wrong += [f"{method} {target}: {one}" for one in mismatches(method, path, came, kind, content)]
    assert wrong == []


def test_the_tour_is_over_every_route_and_meets_every_status_that_is_told() -> None:
    told = {
        (*place, status)
        for place, operation in OPERATIONS.items()
        for status in operation["responses"]
        if status.startswith("2")
    }
    met = {(method, path, str(status)) for method, path, _, _, _, status in TOUR}
    assert told <= met
    refusals = {
        (*place, status) for place, one in OPERATIONS.items() for status in one["responses"] if status < "default"
    }
    assert met <= refusals, "a status that the document does not name"


def test_deliveries_show_every_form_that_they_have(stop: MockServer) -> None:
    """One that has no address, and one at whose address nobody listens."""
    for webhook in (f"{NOBODY}/hook", "no address"):
        job_of(stop, "hooks", webhook)
    stop.control("PATCH", "/sandboxes/hooks/clock", {"frozen": True, "advance_seconds": 3600})
    _, headers, content = stop.request("GET", "/_mock/sandboxes/hooks/deliveries")
    shown = json.loads(content)["deliveries"]
    assert {(bool(one["attempts"]), one["undeliverable"] is None) for one in shown} == {(True, True), (False, False)}
    assert mismatches("GET", "/sandboxes/{key}/deliveries", 200, dict(headers)["content-type"], content) == []


@pytest.mark.parametrize(
    ("headers", "status"), [({"Origin": "https://example.org"}, 403), ({"Host": "example.org"}, 403)], ids=str
)
@pytest.mark.parametrize(("method", "path"), [one for one in OPERATIONS if one != ("GET", "/health")])
def test_a_refusal_at_the_door_is_as_the_document_says(
    stop: MockServer, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    target = "/_mock" + re.sub(r"{\w+}", "x", path)
    came, sent, content = stop.request(method, target, headers)
    kind = next(told for name, told in sent if name.lower() == "content-type")
    assert (came, kind) == (status, PROBLEM)
    assert mismatches(method, path, came, kind, content) == []
