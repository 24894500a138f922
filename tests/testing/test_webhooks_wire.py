"""Webhooks over sockets: before the creation's answer, signed, and never into the control API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.domain.webhook_signature import BadSignature, key_of, verify
from mockserver.testing import MockServer, Sandbox
from tests.adapters.requests import Requests, requests_received

__all__ = ["requests_received"]

SECRETS = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]


def create(server: MockServer, sandbox: Sandbox, url: str, **more: Any) -> Any:
    asked = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a cat", "webhook": url, **more}
    _, _, body = server.request(
        "POST", "/api/v6/video/text2video", {"Content-Type": "application/json"}, json.dumps(asked).encode()
    )
    return json.loads(body)


def test_an_early_webhook_has_come_when_the_creation_is_answered(
    handle: MockServer, requests_received: Requests
) -> None:
    """It tells the end of the job, as the first poll does; the client learns the id afterwards."""
    sandbox = handle.sandbox()
    sandbox.freeze()
    for number in range(1, 20):
        sandbox.scenario.queue("webhook-early")
        made = create(handle, sandbox, requests_received.url)
        assert len(requests_received.bodies) == number
        told = json.loads(requests_received.bodies[-1])
        assert (told["id"], told["status"]) == (made["id"], "success")


def test_webhooks_are_signed_as_a_receiver_expects(handle: MockServer, requests_received: Requests) -> None:
    """Under each of two secrets; under a fault the signature does not hold; without secrets there is none."""
    sandbox = handle.sandbox()
    sandbox.clock.start = "2026-01-31T12:00:00Z"
    sandbox.freeze()
    sandbox.configure(webhook_secrets=SECRETS)
    assert sandbox.settings()["webhook_signatures"] == 2
    assert not any(secret in json.dumps(sandbox.settings()) for secret in SECRETS)
    sandbox.scenario.queue("success", "webhook-wrong-signature", "webhook-stale-signature")
    for _ in range(3):
        create(handle, sandbox, requests_received.url)
        sandbox.advance(10)
    now = sandbox.clock.now.timestamp()
    good, wrong, stale = zip(requests_received.headers, requests_received.bodies, strict=True)
    for secret in SECRETS:
        verify(key_of(secret), *good, now)
        for headers, body in (wrong, stale):
            with pytest.raises(BadSignature):
                verify(key_of(secret), headers, body, now)
    sandbox.configure(webhook_secrets=[])
    create(handle, sandbox, requests_received.url)
    sandbox.advance(10)
    assert "webhook-signature" not in requests_received.headers[-1]


def test_no_webhook_reaches_the_control_api(handle: MockServer) -> None:
    """A client's own URL cannot make the mock change itself; the delivery says what came back."""
    sandbox, victim = handle.sandbox(), handle.sandbox()
    sandbox.freeze()
    job = create(handle, victim, "http://127.0.0.1:9/")["id"]
    create(handle, sandbox, f"{handle.url}/_mock/sandboxes/{victim.digest}/jobs/{job}/fail")
    sandbox.advance(10)
    (delivery,) = sandbox.deliveries()
    has_socket = handle.url.startswith("http://127.0.0.1:")  # else its address is no webhook's
    assert [one["status"] for one in delivery["attempts"]] == ([403] if has_socket else [])
    assert [one["turns"] for one in victim.jobs()] == [[]]
