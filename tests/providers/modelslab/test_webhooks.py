"""The one payload of a video to a loopback receiver."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS, schema
from tests.providers.modelslab.client import ENTERPRISE, V6, Client
from tests.providers.modelslab.local import Local

ClientOf = Callable[..., Client]


def _keeps(value: Any, name: str) -> bool:
    """Whether a payload keeps the schema of the document."""
    document = promise.load(PROVIDERS / "modelslab").under(())
    jsonschema.validate(value, schema(document, name), cls=jsonschema.Draft202012Validator)
    return True


def _payloads(local: Local) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in local.posts]


@pytest.mark.fact("modelslab.webhook.success", "modelslab.webhook.success.meta", "modelslab.webhook.id")
@pytest.mark.parametrize(("track", "told"), [("video_001", "video_001"), (300, "300"), (None, None)])
def test_a_finished_video_is_told_once(client: Client, local: Local, track: object, told: str | None) -> None:
    made = client.make(webhook=f"{local.url}/hook", track_id=track)
    client.advance(1)
    assert local.posts == []
    client.advance(5)
    client.advance(3600)
    (payload,) = _payloads(local)
    assert _keeps(payload, "webhook.success")
    assert list(payload) == ["status", "id", "output", "generationTime", "track_id", "meta"]
    assert list(payload["meta"].items()) == [
        ("prompt", "a cat"), ("model_id", "cogvideox"), ("width", 64), ("height", 64),
    ]  # fmt: skip
    assert (payload["id"], payload["output"], payload["track_id"]) == (made["id"], made["future_links"], told)
    assert 2 <= payload["generationTime"] <= 4


@pytest.mark.fact("modelslab.webhook.failed")
def test_a_failed_video_is_told_with_the_message_of_the_fetch(client_of: ClientOf, local: Local) -> None:
    client = client_of(scenario="fails-in-processing")
    made = client.make(f"{ENTERPRISE}/text2video", webhook=local.url, track_id="t")
    client.advance(5)
    (payload,) = _payloads(local)
    assert _keeps(payload, "webhook.failed")
    message = client.fetch(made["id"])["message"]
    assert list(payload.items()) == [("status", "failed"), ("id", made["id"]), ("message", message), ("track_id", "t")]


@pytest.mark.fact("modelslab.webhook.after-success")
def test_a_success_at_once_is_told_too(client_of: ClientOf, local: Local) -> None:
    client = client_of("always-success")
    made = client.make(webhook=local.url)
    client.advance(0)
    (payload,) = _payloads(local)
    assert (payload["status"], payload["output"]) == ("success", made["output"])


@pytest.mark.fact("modelslab.webhook.once", "modelslab.webhook.unsigned", "modelslab.webhook.http")
def test_a_receiver_that_fails_is_not_asked_again(client: Client, local: Local) -> None:
    local.answer = 500
    client.make(webhook=local.url)
    client.advance(5)
    client.advance(3600)
    ((headers, _),) = local.posts
    assert headers["content-type"] == "application/json"
    assert not [name for name in headers if "sign" in name or "hmac" in name]
    ((attempt,),) = [one["attempts"] for one in client.deliveries()]
    assert attempt["status"] == 500


@pytest.mark.fact("modelslab.webhook.undeliverable")
@pytest.mark.parametrize("url", ["<string>", "https://example.com/hook", "ftp://127.0.0.1/x", "http://"])
def test_an_address_that_is_none_or_leads_away_disturbs_nothing(client: Client, url: str) -> None:
    made = client.make(webhook=url)
    client.advance(5)
    assert client.fetch(made["id"])["status"] == "success"
    (delivery,) = client.deliveries()
    assert delivery["undeliverable"]
    assert delivery["attempts"] == []


@pytest.mark.fact("modelslab.webhook.equals-fetch")
def test_a_fetch_at_the_instant_of_the_payload_says_the_same(client: Client, local: Local) -> None:
    fetched: list[dict[str, Any]] = []
    local.react = lambda payload: fetched.append(client.fetch(payload["id"]))
    client.make(f"{V6}/text2video_ultra", webhook=local.url, model_id="wan2.2")
    client.advance(5)
    (payload,) = _payloads(local)
    assert fetched == [
        {name: payload[name] for name in ("status", "id", "output")} | {"proxy_links": payload["output"]}
    ]


def test_the_payload_names_the_links_that_nobody_guesses(client_of: ClientOf, local: Local) -> None:
    """Under `unguessable` the payload, the fetch and the creation name the same link."""
    client = client_of(scenario="unguessable")
    made = client.make(webhook=local.url)
    client.advance(5)
    (payload,) = _payloads(local)
    assert payload["output"] == made["future_links"] == client.fetch(made["id"])["output"]
    assert "/~" in payload["output"][0]


def test_a_video_that_clear_queue_fails_is_told(client: Client, local: Local) -> None:
    made = client.make(webhook=local.url)
    client.post(f"{ENTERPRISE}/clear_queue")
    client.advance(0)
    assert [(one["status"], one["id"]) for one in _payloads(local)] == [("failed", made["id"])]
    client.advance(60)
    assert len(local.posts) == 1


def test_no_webhook_no_payload(client: Client, local: Local) -> None:
    client.make(webhook=None)
    client.make(webhook="")
    client.make()
    client.advance(10)
    assert client.deliveries() == []
    assert local.posts == []


def test_a_scenario_brings_the_payload_late_or_never(client_of: ClientOf, local: Local) -> None:
    """The tester's own plan of attempts stands in the place of the one."""
    client = client_of(scenario="webhook-late=60", name="late")
    client.make(webhook=local.url)
    client.advance(5)
    client.advance(54)
    assert local.posts == []
    client.advance(6)
    assert [one["status"] for one in _payloads(local)] == ["success"]
    client = client_of(scenario="webhook-lost", name="lost")
    client.make(webhook=local.url)
    client.advance(5)
    (delivery,) = client.deliveries()
    assert (delivery["attempts"], "webhook-lost" in delivery["undeliverable"]) == ([], True)
    assert len(local.posts) == 1
