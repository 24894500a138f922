"""Refusals that only a scenario brings about."""

from __future__ import annotations

import pytest

from mockserver.kit.promise import PROVIDERS, schema
from mockserver.kit.promise.validation import complaints
from mockserver.kit.target import parse_json
from tests.providers.tensorone.client import CREATE, TINY, UPSCALE, Client

DOCUMENT = parse_json((PROVIDERS / "tensorone" / "generated" / "document.json").read_bytes())


def refusal(client: Client, scenario: str, component: str) -> dict[str, object]:
    """The body with which creation and upscale are refused; it keeps its schema and says so in its status."""
    client.again()
    source = client.finished()["videoId"]
    client.sandbox.configure(scenario=scenario)
    for path, value in ((CREATE, TINY), (UPSCALE, {"videoId": source, "targetResolution": "4K"})):
        answer = client.call("POST", path, value)
        body: dict[str, object] = answer.json()
        assert complaints(body, schema(DOCUMENT, component)) == []
        assert answer.status == body["code"]
    client.sandbox.configure(scenario="success")
    assert len(client.sandbox.jobs()) == 1
    return body


@pytest.mark.fact("tensorone.error.semantic")
def test_a_request_that_cannot_be_met(client: Client) -> None:
    body = refusal(client, "insufficient-resources", "error.semantic")
    assert (body["code"], body["error"]) == (422, "SEMANTIC_ERROR")
    assert body["message"] == "Insufficient resources for requested configuration"
    assert isinstance(body["details"], dict)
    assert list(body["details"]) == ["requested", "available"]


@pytest.mark.fact("tensorone.error.internal")
def test_a_server_fault(client: Client) -> None:
    body = refusal(client, "server-error", "error.internal")
    assert (body["code"], body["error"]) == (500, "INTERNAL_ERROR")
    assert body["message"] == "An unexpected error occurred"


@pytest.mark.fact("tensorone.error.bad-gateway")
def test_an_upstream_that_is_down(client: Client) -> None:
    body = refusal(client, "bad-gateway", "error.bad-gateway")
    assert (body["code"], body["error"]) == (502, "BAD_GATEWAY")


@pytest.mark.fact("tensorone.error.unavailable")
def test_an_overloaded_service(client: Client) -> None:
    body = refusal(client, "overloaded", "error.unavailable")
    assert (body["code"], body["error"]) == (503, "SERVICE_UNAVAILABLE")


@pytest.mark.fact("tensorone.error.card")
def test_a_declined_card(client: Client) -> None:
    body = refusal(client, "card-declined", "error.payment-declined")
    assert (body["code"], body["error"]) == (402, "PAYMENT_METHOD_DECLINED")
    other = refusal(client, "out-of-credits", "error.insufficient-credits")
    assert (other["code"], other["error"]) == (402, "INSUFFICIENT_CREDITS")


def test_no_page_has_a_word_for_moderation(client: Client) -> None:
    client.sandbox.configure(scenario="moderated")
    job = client.create()["videoId"]
    client.sandbox.advance(10)
    body = client.poll(job)
    assert (body["status"], body["error"]) == ("failed", "Video generation failed")
