"""Without a socket httpx meets each fault as it does over one: the same answer, or the same exception."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.faults.test_wire import HELD, WIRE

MORE: dict[str, dict[str, Any]] = {
    "status": {"status": 524},
    "redirect": {"status": 302},
}
ROWS = {**{word: members for word, (members, _, _) in WIRE.items()}, **MORE}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MockServer, MockServer]]:
    """A server with a socket, and one without."""
    settings = Settings(cache=tmp_path_factory.mktemp("clips"))
    with MockServer(settings) as over_http, MockServer.in_process(settings) as within:
        yield over_http, within


def met(server: MockServer, client: httpx.Client, word: str, patience: float | None) -> object:
    """What a client meets at the first poll under a fault: status, headers and content, or the type of an exception."""
    sandbox = server.sandbox(f"met {word}")
    sandbox.reset()
    sandbox.freeze()
    server.compose("meeting", faults=[{"at": "poll", "does": word, **ROWS[word]}])
    sandbox.configure(scenario="meeting", timing="instant")
    asked = {"model": "pixverse/v5/text-to-video", "prompt": "a cat"}
    made = client.post("/v2/video/generations", json=asked, headers=sandbox.headers)
    path = f"/v2/video/generations?generation_id={made.json()['id']}"
    headers = {**sandbox.headers, "Host": "mock", "Accept-Encoding": "identity"}
    try:
        answer = client.get(path, headers=headers, timeout=patience)
    except httpx.HTTPError as error:
        return type(error)
    return answer.status_code, sorted(answer.headers.raw), answer.content


@pytest.mark.parametrize("word", ROWS)
def test_a_fault_is_met_alike_with_and_without_a_socket(word: str, pair: tuple[MockServer, MockServer]) -> None:
    """Status, headers and content are equal, or the exceptions are of one type."""
    over_http, within = pair
    never_ends = WIRE.get(word, ({}, None, ""))[2] == HELD or word == "length-too-large"
    patience = 0.2 if never_ends else 60
    with httpx.Client(base_url=over_http.url) as client:
        wanted = met(over_http, client, word, patience)
    with httpx.Client(base_url=within.url, transport=within.transport()) as client:
        found = met(within, client, word, patience)
    assert found == wanted
    if never_ends:
        assert found is httpx.ReadTimeout
