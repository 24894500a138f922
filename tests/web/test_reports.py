"""`GET /_mock/sandboxes/{key}/report`: what the laws say of a sandbox's journal."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from mockserver.cli.reporting import report_on
from mockserver.kit.reports.report_json import schema
from mockserver.settings import Settings
from mockserver.testing import ControlRefused, MockServer, Sandbox

SETTINGS = Settings(timing="instant", reporter=report_on)


def stubborn(server: MockServer) -> Sandbox:
    """A sandbox in which a client polled a job that it knew to have ended."""
    sandbox = server.sandbox("reported-key")
    headers = {"authorization": "Bearer reported-key", "content-type": "application/json", "user-agent": "t/1"}
    _, _, made = server.request("POST", "/v2/ai/text-to-video", headers, b'{"prompt":"a cat"}')
    job = json.loads(made)["videoId"]
    for _ in range(2):
        server.request("GET", f"/v2/ai/videos/{job}/status", headers)
    return sandbox


def report(sandbox: Sandbox, form: str = "json") -> bytes:
    return sandbox.server.got(f"{sandbox.path}/report?form={form}")


def test_the_report_is_that_of_the_journal() -> None:
    """The poll after the end fails TRM-01; the key stands nowhere, and the report conforms to its schema."""
    with MockServer.in_process(SETTINGS) as server:
        content = report(stubborn(server))
    value: dict[str, Any] = json.loads(content)
    jsonschema.Draft202012Validator(schema()).validate(value)
    assert ("TRM-01", [2, 3]) in [(one["law"], one["events"]) for one in value["results"] if one["verdict"] == "fail"]
    assert value["summary"]["exit_code"] == 1
    assert b"reported-key" not in content


@pytest.mark.parametrize(("form", "begins"), [("html", "<!doctype html>"), ("md", "### ❌"), ("junit", "<?xml")])
def test_other_forms(form: str, begins: str) -> None:
    """The same as a page, as Markdown and as JUnit."""
    with MockServer.in_process(SETTINGS) as server:
        assert report(stubborn(server), form).decode().startswith(begins)


def test_a_sandbox_without_calls_has_nothing_to_judge() -> None:
    """No call is no success: the report says that there is nothing to judge."""
    with MockServer.in_process(SETTINGS) as server:
        value = json.loads(report(server.sandbox("idle-key")))
    assert value["summary"]["exit_code"] == 2
    assert value["summary"]["problem"] == "no call of a provider came to this sandbox"


def test_a_server_that_nobody_gave_a_judge_says_so() -> None:
    """Without a reporter the answer is 501, and says what to start instead."""
    with (
        MockServer.in_process() as server,
        pytest.raises(ControlRefused, match="start it with `mockserver serve`") as told,
    ):
        report(server.sandbox("idle-key"))
    assert told.value.status == 501
