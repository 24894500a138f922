"""300 creations in a minute for a model and a key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.providers.gately.client import PROMPT, GatelyClient
from tests.providers.gately.conftest import Open


def filled(client: GatelyClient) -> None:
    """Use up the minute of one model."""
    assert {client.create().status for _ in range(300)} == {200}


@pytest.mark.fact("gately.limits.off")
def test_nothing_is_refused_by_default(opened: Open) -> None:
    client = opened()
    filled(client)
    assert client.create().status == 200


@pytest.mark.fact("gately.limits.documented", "gately.limits.body")
def test_the_301st_creation_in_a_minute_is_refused(opened: Open) -> None:
    client = opened(limits="documented")
    filled(client)
    refused = client.create()
    assert (refused.status, refused.message) == (429, "Rate limit exceeded")
    assert list(refused.json) == ["error"]
    assert refused.json["error"]["type"] == "new_api_error"
    assert not {name for name in refused.headers if name.startswith(("retry-after", "x-ratelimit"))}
    assert client.create({**PROMPT, "model": "T2V-01-Director"}).status == 200
    assert opened(name="other", limits="documented").create().status == 200
    client.sandbox.advance(59)
    assert client.create().status == 429
    client.sandbox.advance(1)
    assert client.create().status == 200


@pytest.mark.parametrize(
    ("word", "status", "body"),
    [
        pytest.param(
            "chinese", 429, "您已达到请求数限制：1分钟内最多请求300次", marks=pytest.mark.fact("gately.chinese.rate")
        ),
        pytest.param(
            "minimax", 200, {"base_resp": {"status_code": 1002, "status_msg": "rate limit exceeded(RPM)"}},
            marks=pytest.mark.fact("gately.minimax.rate"),
        ),
    ],
)  # fmt: skip
def test_other_profiles_say_it_in_their_words(opened: Open, word: str, status: int, body: Any) -> None:
    client = opened(word, limits="documented")
    filled(client)
    refused = client.create()
    assert refused.status == status
    assert (refused.message if word == "chinese" else refused.json) == body


@pytest.mark.fact("gately.limits.polls")
def test_polls_do_not_count(opened: Open) -> None:
    client = opened(limits="documented")
    task = client.create().json["task_id"]
    assert {client.query(task).status for _ in range(400)} == {200}
    assert {client.call("POST", "/v1/files", json.dumps(PROMPT).encode()).status for _ in range(301)} == {501}
    assert client.create().status == 200


def test_what_names_no_known_model_counts_for_none(opened: Open) -> None:
    client = opened(limits="documented")
    for _ in range(301):
        assert client.create({"model": "other", "prompt": "a cat"}).status == 400
    assert client.create().status == 200


@pytest.mark.fact("gately.chinese.rate")
@pytest.mark.parametrize(
    ("own", "text"),
    [((2, 120), "您已达到请求数限制：2分钟内最多请求2次"), ((1, 10), "您已达到请求数限制：1分钟内最多请求1次")],
)
def test_the_chinese_text_tells_the_limit_that_is_set(opened: Open, own: tuple[int, float], text: str) -> None:
    client = opened("chinese")
    client.sandbox.limits.set(createVideo=own)
    assert {client.create().status for _ in range(own[0])} == {200}
    refused = client.create()
    assert (refused.status, refused.message) == (429, text)
