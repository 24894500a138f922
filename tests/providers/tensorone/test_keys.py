"""A server that was given a list of keys, with kinds and scopes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.kit.target import Response
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.providers.tensorone.client import CREATE, TINY, UPSCALE, Client

KEYS = {
    "all": "", "reader": "read", "biller": "read-write:billing", "narrow": "read:ai,billing",
    "writer": "read-write", "ai-service": "service:ai", "billing-service": "service:billing",
}  # fmt: skip


@pytest.fixture(scope="module")
def listing() -> Iterator[MockServer]:
    with MockServer(Settings(keys=KEYS)) as started:
        yield started


def call(listing: MockServer, key: str, method: str, path: str, value: object = None) -> Response:
    client = Client(listing, key)
    try:
        return client.call(method, path, value)
    finally:
        client.close()


def refused(answer: Response) -> tuple[str, list[str]]:
    body = answer.json()
    assert (answer.status, body["error"], body["code"]) == (403, "FORBIDDEN", 403)
    return body["details"]["required_permission"], body["details"]["current_permissions"]


@pytest.mark.fact("tensorone.auth.read-key")
def test_a_read_key_polls_and_neither_creates_nor_upscales(listing: MockServer) -> None:
    for path, body in ((CREATE, TINY), (UPSCALE, {"videoId": "vid_abc123_def456", "targetResolution": "4K"})):
        needed, has = refused(call(listing, "reader", "POST", path, body))
        assert needed == "ai:write"
        assert has == [f"{scope}:read" for scope in ("accounts", "clusters", "endpoints", "training", "billing", "ai")]
        assert refused(call(listing, "narrow", "POST", path, body)) == ("ai:write", ["ai:read", "billing:read"])
    for key in ("reader", "narrow"):
        # 404 and not 403: the poll itself is allowed, the video belongs to nobody.
        assert call(listing, key, "GET", "/v2/ai/videos/vid_abc123_def456/status").status == 404


@pytest.mark.fact("tensorone.auth.scope")
def test_a_key_without_the_scope_ai_reads_and_writes_nothing(listing: MockServer) -> None:
    rights = ["billing:read", "billing:write"]
    for path in ("status", "download"):
        answer = call(listing, "biller", "GET", f"/v2/ai/videos/vid_abc123_def456/{path}")
        assert refused(answer) == ("ai:read", rights)
    assert refused(call(listing, "biller", "POST", CREATE, TINY)) == ("ai:write", rights)


@pytest.mark.fact("tensorone.auth.key-kinds")
@pytest.mark.parametrize(
    ("key", "status"), [("reader", 403), ("writer", 200), ("ai-service", 200), ("billing-service", 403)]
)
def test_what_a_key_may_create_depends_on_its_kind_and_scopes(listing: MockServer, key: str, status: int) -> None:
    """A Read key creates nothing, a Read & Write key does, a Service key where its scopes name the service."""
    assert call(listing, key, "POST", CREATE, TINY).status == status
    polled = call(listing, key, "GET", "/v2/ai/videos/vid_abc123_def456/status").status
    assert polled == (403 if key == "billing-service" else 404)


@pytest.mark.fact("tensorone.auth.forbidden-body")
def test_the_body_of_a_403(listing: MockServer) -> None:
    body = call(listing, "reader", "POST", CREATE, TINY).json()
    assert list(body) == ["error", "message", "code", "details", "request_id", "timestamp"]
    assert (body["error"], body["message"], body["code"]) == ("FORBIDDEN", "Insufficient permissions", 403)
    assert list(body["details"]) == ["required_permission", "current_permissions"]
    assert isinstance(body["details"]["required_permission"], str)
    assert all(isinstance(one, str) for one in body["details"]["current_permissions"])


@pytest.mark.fact("tensorone.auth.key-list")
def test_a_key_outside_the_list_is_wrong(listing: MockServer) -> None:
    answer = call(listing, "another", "POST", CREATE, TINY)
    body = answer.json()
    assert (answer.status, body["error"], body["message"]) == (401, "UNAUTHORIZED", "Invalid or missing API key")
    assert list(body) == ["error", "message", "code", "request_id", "timestamp"]
    assert call(listing, "all", "POST", CREATE, TINY).status == 200
