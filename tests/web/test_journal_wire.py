"""The journal over sockets: connections, bytes on the wire, and clients that leave."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.kit import transcript
from mockserver.settings import Settings
from mockserver.testing import MockServer
from tests.local_http import local_http

KEY = "wire-key-1"
BEARER = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
CREATE = "/v2/ai/text-to-video"
BODY = b'{"prompt":"a cat","width":512,"height":512}'
HELD = {"key": KEY, "model_id": "cogvideox", "prompt": "a cat", "instant_response": False}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    with MockServer(Settings(cache=tmp_path_factory.mktemp("clips"), timing="instant")) as started:
        yield started


@pytest.fixture
def path(served: MockServer) -> str:
    path = f"/sandboxes/{served.control('POST', '/sandboxes', {'key': KEY})['sandbox']}"
    served.control("DELETE", path)
    served.control("PATCH", path, {"timing": "instant", "hold_seconds": None})
    return path


def waited(served: MockServer, path: str, query: str = "") -> list[transcript.Exchange]:
    """The exchanges, once the first of them has ended."""
    return transcript.read(served.control("GET", f"{path}/journal/wait?timeout=30{query}")).exchanges


def raw(served: MockServer, *pieces: bytes) -> bytes:
    """Send the pieces over one connection, each once the one before is answered; all that came until it was closed."""
    parts = urlsplit(served.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as opened:
        came = b""
        for piece in pieces:
            opened.sendall(piece)
            came += opened.recv(65536)  # an answer, or its beginning
        return came + b"".join(iter(lambda: opened.recv(65536), b""))


def head(method: str, target: str, *lines: str) -> bytes:
    return "\r\n".join(
        [f"{method} {target} HTTP/1.1", "Host: x", f"Authorization: Bearer {KEY}", *lines, "", ""]
    ).encode()


def test_exchanges_of_a_connection_share_its_number(served: MockServer, path: str) -> None:
    parts = urlsplit(served.url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    for _ in range(2):
        connection.request("GET", "/v2/ai/videos/none/status", headers=BEARER)
        connection.getresponse().read()
    connection.close()
    served.request("GET", "/v2/ai/videos/none/status", BEARER)
    one, two, other = waited(served, path, "&count=3")
    assert one.connection == two.connection != other.connection
    assert one.connection > 0


def test_bytes_are_counted_as_they_came_and_went(served: MockServer, path: str) -> None:
    """Chunks, odd spacing and the header that the server adds included."""
    first = head("POST", CREATE, "content-type:   application/json", "Transfer-Encoding: chunked")
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    second = head("GET", "/v2/ai/videos/none/status", "Connection: close")
    came = raw(served, first + chunks, second)
    made, polled = waited(served, path, "&count=2")
    assert (made.received_bytes, polled.received_bytes) == (len(first + chunks), len(second))
    assert made.sent_bytes + polled.sent_bytes == len(came)
    assert made.request.body is not None
    assert made.request.body.data == BODY


def test_requests_that_come_in_one_piece_are_two_exchanges(served: MockServer, path: str) -> None:
    one = head("GET", "/v2/ai/videos/none/status")
    raw(served, one + head("GET", "/v2/ai/videos/none/status", "Connection: close"))
    assert [one.answer is not None and one.answer.status for one in waited(served, path, "&count=2")] == [404, 404]


def test_a_client_that_leaves_amid_its_request_is_told(served: MockServer, path: str) -> None:
    parts = urlsplit(served.url)
    sent = head("POST", CREATE, "Content-Type: application/json", "Content-Length: 1000") + BODY
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as opened:
        opened.sendall(sent)
    (one,) = waited(served, path)
    assert (one.ending, one.answer, one.sent_bytes, one.operation) == ("left", None, 0, "createVideo")
    assert (one.received_bytes, one.credential) == (len(sent), path.rpartition("/")[2])


def held(served: MockServer, path: str) -> HTTPConnection:
    """A connection whose request is held for as long as the clock is not moved."""
    served.control("PATCH", path, {"timing": "documented", "hold_seconds": 20})
    parts = urlsplit(served.url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    connection.request("POST", "/api/v6/video/text2video", json.dumps(HELD), {"Content-Type": "application/json"})
    while served.control("GET", f"{path}/journal.json")["last"] == 0:
        continue
    return connection


def test_what_is_under_way_is_told_as_such(served: MockServer, path: str) -> None:
    connection = held(served, path)
    (open_,) = transcript.read(served.control("GET", f"{path}/journal.json")).exchanges
    assert (open_.n, open_.ending, open_.answer, open_.last_byte) == (1, None, None, None)
    assert (open_.operation, open_.verdict.valid) == ("text2video", True)
    assert KEY not in json.dumps(served.control("GET", f"{path}/journal.har"))
    served.control("PATCH", f"{path}/clock", {"advance_seconds": 21})
    connection.getresponse().read()
    connection.close()
    (one,) = waited(served, path)
    assert (one.n, one.ending, one.arrived) == (1, "complete", open_.arrived)
    assert one.last_byte is not None
    assert 20 < (one.last_byte.at - one.arrived.at).total_seconds() < 60


def test_a_client_that_leaves_before_its_answer_is_told(served: MockServer, path: str) -> None:
    """The answer is told too, with no byte sent of it."""
    held(served, path).close()
    raw(served, head("GET", "/", "X-Mock-Sandbox: another", "Connection: close"))  # the server has heard of it by then
    served.control("PATCH", f"{path}/clock", {"advance_seconds": 21})
    (one,) = waited(served, path)
    assert (one.ending, one.sent_bytes) == ("left", 0)
    assert one.answer is not None
    assert one.answer.status == 200


def test_waiting_ends_with_what_is_waited_for(served: MockServer, path: str) -> None:
    found: list[Any] = []
    waiting = threading.Thread(
        target=lambda: found.append(served.control("GET", f"{path}/journal/wait?operation=createVideo&timeout=30"))
    )
    waiting.start()
    served.request("GET", "/v2/ai/videos/none/status", BEARER)
    served.request("POST", CREATE, BEARER, BODY)
    waiting.join(30)
    assert [one["operation"] for one in found[0]["records"]] == ["createVideo"]


def test_attempts_at_webhooks_stand_among_the_exchanges(served: MockServer, path: str) -> None:
    with local_http() as receiver:
        url = receiver.url
        asked = {**HELD, "instant_response": True, "webhook": f"{url}/hook"}
        served.control("PATCH", path, {"timing": "quick"})
        _, _, content = served.request("POST", "/api/v6/video/text2video", {}, json.dumps(asked).encode())
        job = str(json.loads(content)["id"])
        (delivery,) = served.control("PATCH", f"{path}/clock", {"advance_seconds": 60})["deliveries"]
        served.request("GET", "/v2/ai/videos/none/status", BEARER)
    found = transcript.read(served.control("GET", f"{path}/journal.json"))
    assert [one.n for one in found.records] == [1, 2, 3]
    (one,) = found.attempts
    assert (one.n, one.delivery, one.attempt, one.job, one.status, one.error) == (2, delivery, 1, job, 200, None)
    assert (one.request.url, one.request.header("content-type")) == (f"{url}/hook", "application/json")
    assert one.request.body is not None
    assert str(one.request.body.json()["id"]) == job
    assert one.ended is not None
    assert one.started.monotonic <= one.ended.monotonic
    assert served.control("GET", f"{path}/journal.json?kind=attempt&status=2xx&job={job}")["records"]
