"""What an attempt sends: as the provider sends it, or with what a plan makes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.domain.delivery import Delivery, Payload
from mockserver.domain.webhook_message import Message, message
from mockserver.domain.webhook_plan import CHANGES
from mockserver.domain.webhook_signature import BadSignature, verify
from tests.domain.timelines import CREATED

KEY = bytes(range(32))
NOW = 1_768_573_800
BODY = {"status": "success", "id": 41, "output": ["x"], "meta": {"a": 1, "b": 2}}


def made(*changes: str, body: object = BODY, job: str = "41", keys: tuple[bytes, ...] = (KEY,)) -> Message:
    return message(Delivery("whd_1", job, CREATED, Payload("http://127.0.0.1/", body)), changes, keys, NOW)


def holds(one: Message, now: int = NOW) -> str:
    """Why the signature does not hold; empty where it does."""
    try:
        verify(KEY, dict(one.signature), one.body, now)
    except BadSignature as wrong:
        return str(wrong)
    return ""


def test_without_changes_it_is_the_payload_signed_where_there_are_keys() -> None:
    plain = made()
    assert (json.loads(plain.body), plain.content_type, holds(plain)) == (BODY, "application/json", "")
    assert made(keys=()).signature == ()
    assert made(keys=()).body == plain.body


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("missing-signature", "webhook-id is missing"),
        ("wrong-signature", "no signature fits"),
        ("altered-body", "no signature fits"),
        ("truncated", "no signature fits"),
        ("stale-signature", "600 s old"),
        ("future-signature", "600 s far in the future"),
    ],
)
def test_a_signature_can_be_wrong_in_each_way(change: str, why: str) -> None:
    assert why in holds(made(change))


@pytest.mark.parametrize("change", ["reordered", "unknown-event", "another-job", "wrong-content-type"])
def test_what_is_wrong_before_the_signature_is_signed(change: str) -> None:
    assert holds(made(change)) == ""


def test_each_change_changes_one_thing() -> None:
    assert json.loads(made("another-job").body) == {**BODY, "id": 42}
    assert json.loads(made("another-job", body={"task_id": "109"}, job="109").body) == {"task_id": "100"}
    assert json.loads(made("unknown-event").body) == {**BODY, "status": "reticulating"}
    assert list(json.loads(made("reordered").body)) == ["meta", "output", "id", "status"]
    assert json.loads(made("reordered").body) == BODY
    assert made("wrong-content-type").content_type == "text/plain"
    assert made("truncated").body == made().body[: len(made().body) // 2]
    assert json.loads(made("altered-body").body) == {**BODY, "x_altered": True}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("body", [None, [], {}, "text", {"id": None}])
def test_no_change_fails_at_a_body_of_another_shape(change: str, body: Any) -> None:
    assert isinstance(made(change, body=body).body, bytes)
