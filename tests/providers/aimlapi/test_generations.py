"""Creating and polling, where a check cannot say it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.providers.aimlapi.client import CAT, LEGACY, UNIVERSAL, Client


@pytest.mark.fact("aimlapi.poll.encoded-id")
@pytest.mark.parametrize("path", [UNIVERSAL, LEGACY])
def test_an_id_may_come_percent_encoded(client: Client, path: str) -> None:
    identifier = client.create()
    encoded = identifier.replace(":", "%3A").replace("/", "%2F")
    assert encoded.count("%") == 3
    answer = client.call("GET", f"{path}?generation_id={encoded}")
    assert (answer.status, answer.json()["id"]) == (200, identifier)


def test_a_file_token_is_no_generation_id(client_of: Callable[..., Client]) -> None:
    client = client_of("2026")
    name = client.finished()["video"]["url"].rpartition("%2F")[2]
    assert client.call("GET", f"{UNIVERSAL}?generation_id={name[:21]}").status == 404


@pytest.mark.parametrize("query", ["x=1&generation_id={}", "generation_id={}&", "generation_id={}&&x"])
def test_other_parameters_do_not_matter(client: Client, query: str) -> None:
    identifier = client.create()
    assert client.call("GET", f"{UNIVERSAL}?{query.format(identifier)}").json()["id"] == identifier


@pytest.mark.fact("aimlapi.created.no-idempotency-key")
def test_there_is_no_idempotency_key(client: Client) -> None:
    headers = {"Idempotency-Key": "once"}
    ids = [client.call("POST", UNIVERSAL, CAT, headers).json()["id"] for _ in range(2)]
    assert ids[0] != ids[1]


@pytest.mark.fact("aimlapi.create.too-large")
def test_a_body_may_be_too_large(client: Client) -> None:
    answer = client.call("POST", UNIVERSAL, {**CAT, "prompt": "a" * 2_000_000})
    assert answer.status == 413
    body = answer.json()
    assert list(body) == ["requestId", "statusCode", "timestamp", "path", "message"]
    assert (body["statusCode"], body["message"]) == (413, "request entity too large")


@pytest.mark.fact("aimlapi.limits.none", "aimlapi.billing.enough")
def test_nothing_is_refused_for_its_rate_or_its_price(client: Client) -> None:
    assert len({client.create() for _ in range(200)}) == 200
    assert client.call("GET", "/v2/billing").json()["current_balance"] > 0


@pytest.mark.fact("aimlapi.errors.overload")
def test_a_full_store_is_an_overload() -> None:
    with MockServer(Settings(max_jobs=1)) as server:
        client = Client(server, "key")
        client.create()
        answer = client.call("POST", UNIVERSAL, CAT)
        assert answer.status == 503
        assert (answer.json()["statusCode"], answer.json()["message"]) == (503, "Service unavailable")


def test_the_same_seed_and_key_have_the_same_ids() -> None:
    runs = []
    for _ in range(2):
        with MockServer(Settings(seed=7)) as server:
            clients = [Client(server, key, words) for key in ("one", "two") for words in ([], ["2026"])]
            runs.append([client.create() for client in clients])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([], {"name": "GenerationError", "message": "The prompt was rejected by content moderation."}),
        (
            ["old-failure"],
            {
                "detail": [
                    {
                        "loc": ["body", "prompt"],
                        "msg": "The prompt was rejected by content moderation.",
                        "type": "content_policy_violation",
                        "input": "a cat",
                    }
                ]
            },
        ),
    ],
)
def test_moderation_has_words_of_its_own(
    client_of: Callable[..., Client], words: list[str], error: dict[str, object]
) -> None:
    client = client_of(*words, scenario="moderated")
    identifier = client.create()
    client.sandbox.advance(10)
    assert client.poll(identifier)["error"] == error


def test_a_pair_that_fails_late_has_no_file(client_of: Callable[..., Client]) -> None:
    client = client_of("late-1080p")
    identifier = client.create(resolution="1080p", duration="8")
    client.sandbox.advance(10)
    assert client.poll(identifier)["error"]["message"].startswith("The 1080p quality option")
