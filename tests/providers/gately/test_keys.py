"""Keys, and refusals on demand, in both styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.providers.gately.client import CREATE, QUERY, GatelyClient
from tests.providers.gately.conftest import Open

ID = re.compile(r" \(request id: ([0-9]{15,23}[0-9A-Za-z]{8})\)$")
FAULT = "Internal Server Error - Contact support"


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    """A server with a list of keys."""
    keys = {"plain": "", "sk-prefixed": "", "reader": "read", "sk-billing": "service:billing"}
    with MockServer(Settings(keys=keys, cache=tmp_path_factory.mktemp("clips"))) as server:
        yield server


@pytest.mark.fact("gately.auth.key-list")
@pytest.mark.parametrize(
    ("key", "status"),
    [("plain", 200), ("sk-plain", 200), ("prefixed", 200), ("sk-prefixed", 200), ("other", 401), ("sk-other", 401)],
)
def test_a_key_outside_of_the_list_is_refused(listed: MockServer, key: str, status: int) -> None:
    assert GatelyClient(listed, "plain").create(key=key).status == status


def test_a_listed_key_owns_one_sandbox_with_and_without_its_prefix(listed: MockServer) -> None:
    client = GatelyClient(listed, "prefixed")
    task = client.create(key="sk-prefixed").json["task_id"]
    assert client.query(task).json["task_id"] == task


@pytest.mark.fact("gately.auth.forbidden")
@pytest.mark.parametrize("key", ["reader", "billing", "sk-billing"])
def test_a_key_without_the_right_may_not_use_the_model(listed: MockServer, key: str) -> None:
    client = GatelyClient(listed, key.removeprefix("sk-"))
    refused = client.create(key=key)
    assert (refused.status, refused.message) == (403, "This API key may not use the model T2V-01")
    assert client.query("1").status == 200


@pytest.mark.fact("gately.minimax.forbidden")
def test_the_upstream_calls_that_not_authorized(listed: MockServer, opened: Open) -> None:
    for client in (GatelyClient(listed, "reader", "minimax"), opened("minimax", scenario="model-forbidden")):
        refused = client.create()
        assert (refused.status, refused.json) == (
            200, {"base_resp": {"status_code": 1004, "status_msg": "not authorized"}},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "status", "english", "chinese"),
    [
        pytest.param(
            "key-quota-used-up", 401, "API key quota used up", "该令牌额度已用尽",
            marks=pytest.mark.fact("gately.auth.quota", "gately.chinese.more"),
        ),
        pytest.param(
            "model-forbidden", 403, "This API key may not use the model T2V-01", "该令牌无权访问模型 T2V-01",
            marks=pytest.mark.fact("gately.auth.forbidden", "gately.chinese.more"),
        ),
        pytest.param(
            "overloaded", 503, "No available channel for model T2V-01 under group default",
            "当前分组 default 下对于模型 T2V-01 无可用渠道",
            marks=pytest.mark.fact("gately.create.no-channel", "gately.chinese.more"),
        ),
    ],
)  # fmt: skip
def test_the_gateway_refuses_on_demand(opened: Open, scenario: str, status: int, english: str, chinese: str) -> None:
    for words, text in (((), english), (("chinese",), chinese)):
        refused = opened(*words, scenario=scenario).create()
        assert (refused.status, refused.message) == (status, text)
        assert list(refused.json["error"]) == ["message", "type"]
        assert refused.json["error"]["type"] == "new_api_error"


@pytest.mark.parametrize(("scenario", "code"), [("key-quota-used-up", 1008), ("overloaded", 1024)])
def test_the_upstream_has_codes_for_them(opened: Open, scenario: str, code: int) -> None:
    refused = opened("minimax", scenario=scenario).create()
    assert (refused.status, refused.code) == (200, code)


@contextmanager
def broken(client: GatelyClient) -> Iterator[None]:
    """A sandbox with a fault: it has lost its jobs."""
    context: Any = client.server._served._server.config.app
    sandbox = next(one for one in context.state.context.engine.store if one.digest in client.sandbox._path)
    jobs, sandbox.jobs = sandbox.jobs, None
    try:
        yield
    finally:
        sandbox.jobs = jobs


@pytest.mark.fact("gately.create.fault")
def test_a_fault_is_told_to_contact_support(opened: Open) -> None:
    client = opened(scenario="server-error")
    refused = [client.create()]
    with broken(client):
        refused.append(client.query("1"))
    for one in refused:
        assert (one.status, one.message, one.json["error"]["type"]) == (500, FAULT, "new_api_error")


@pytest.mark.fact("gately.minimax.fault")
def test_the_upstream_calls_a_fault_internal(opened: Open) -> None:
    client = opened("minimax", scenario="server-error")
    refused = [client.create()]
    with broken(client):
        refused.append(client.query("1"))
    for one in refused:
        assert (one.status, one.json) == (200, {"base_resp": {"status_code": 1024, "status_msg": "internal error"}})


@pytest.mark.fact("gately.headers.request-id.same")
def test_the_id_in_a_message_is_the_one_in_the_header(opened: Open) -> None:
    client = opened()
    seen = []
    for refused in (client.create({}), client.create(key="invalid"), client.create({}), client.call("GET", QUERY)):
        found = ID.search(refused.json["error"]["message"])
        assert found is not None
        assert found[1] == refused.headers["x-oneapi-request-id"]
        seen.append(found[1])
    assert len(set(seen)) == len(seen)


def test_every_kind_of_answer_carries_an_id(opened: Open) -> None:
    for words in ((), ("minimax",)):
        client = opened(*words, name=str(words))
        url = client.retrieve(client.made())["download_url"]
        whole = client.fetch(url)
        answers = {
            "json": client.query("1"), "404": client.call("GET", "/v1/x"),
            "501": client.call("POST", "/v1/files", b"x"), "clip": whole, "head": client.fetch(url, method="HEAD"),
            "304": client.fetch(url, headers={"If-None-Match": whole.headers["etag"]}),
            "416": client.fetch(url, headers={"Range": "bytes=999999999-"}),
        }  # fmt: skip
        assert [one.status for one in answers.values()] == [200, 404, 501, 200, 200, 304, 416]
        assert len({one.headers["x-oneapi-request-id"] for one in answers.values()}) == len(answers)
        traced = {name for name, one in answers.items() if "trace-id" in one.headers}
        assert traced == ({"json", "404", "501"} if words else set())


def test_what_is_not_implemented_needs_no_key_and_takes_any_body(opened: Open) -> None:
    client = opened()
    for body in (b"", b"x", b"x" * 2_000_000):
        assert client.call("POST", "/v1/files", body, key=None).status == 501
    assert client.call("GET", "/v1/files/retrieve_content", key=None).status == 501
    assert client.call("GET", "/v1/files/retrieve_content", key="invalid").status == 501


def test_ids_repeat_under_the_same_seed_and_key(opened: Open, tmp_path: Path) -> None:
    client = opened()
    first = [client.create().json["task_id"] for _ in range(3)]
    assert len(set(first)) == 3
    with MockServer(Settings(cache=tmp_path)) as other:
        again = GatelyClient(other, client.key)
        assert [again.create().json["task_id"] for _ in range(3)] == first


@pytest.mark.parametrize("words", [(), ("minimax",)])
def test_the_order_is_route_key_body_schema_upstream(opened: Open, words: tuple[str, ...]) -> None:
    client = opened(*words)
    nobody = {"X-Mock-Sandbox": client.key}
    assert client.call("POST", f"{CREATE}x", b"{", key=None, headers=nobody).status == 404
    seen = [
        client.call("POST", CREATE, b"{", key=None, headers=nobody),
        client.call("POST", CREATE, b"{"),
        client.create({"model": "I2V-01"}),
        client.create({"model": "I2V-01", "prompt": "a cat"}),
    ]
    if words:
        assert [one.code for one in seen] == [1004, 2013, 2013, 2013]
    else:
        assert [one.status for one in seen] == [401, 400, 400, 200]
        assert seen[1].message.startswith("Invalid request, ")
        assert seen[2].message == "Check your request parameters: prompt is required"
    assert "Text-to-Video" in seen[3].json["base_resp"]["status_msg"]
