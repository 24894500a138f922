"""Bodies that cannot be read, at every provider: its own error, never a traceback, never an empty 200."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from mockserver.kit.promise import schema
from mockserver.kit.promise.conformance import components
from mockserver.kit.promise.validation import complaints
from mockserver.kit.target import Response
from mockserver.testing import MockServer
from tests.web.direct import Direct
from tests.web.tables import Row, document, keyed, rows

POSTS = [row for row in rows("POST") if row.operation.has_body]
KEY = "tpo_live_bodies"
UNREADABLE = {
    "empty": b"",
    "cut": b'{"prompt": "a c',
    "no object": b'["prompt"]',
    "text": b'"prompt"',
    "null": b"null",
    "latin-1": '{"prompt": "é"}'.encode("latin-1"),
    "utf-16": '{"prompt": "a"}'.encode("utf-16"),
    "nan": b'{"prompt": NaN}',
    "surrogate": b'{"prompt": "\\ud800"}',
    "deep": b'{"prompt": ' + b"[" * 500 + b"]" * 500 + b"}",
    "two": b'{"prompt": "a"} {}',
    "nul": b"\x00",
}


def is_a_refusal(row: Row, answer: Response) -> None:
    """The answer is an error of the provider's document, or of no document where it has none for it."""
    assert answer.body
    assert b"Traceback" not in answer.body
    assert answer.header("x-mock-problem")
    promise = document(row.provider.name, tuple(row.words))
    broken = {name: complaints(answer.json(), schema(promise, name)) for name in components(promise, "error")}
    assert [] in broken.values(), (answer, broken)


@pytest.mark.parametrize("row", POSTS, ids=str)
def test_a_body_that_is_no_json_object(direct: Direct, row: Row) -> None:
    key = f"{KEY} {row}"
    direct.sandbox(key, profiles={row.provider.name: row.words})
    headers = {"content-type": "application/json", "x-mock-sandbox": key, **keyed(row.provider.name, key)[0]}
    for name, body in UNREADABLE.items():
        answer = direct.call("POST", row.path(), headers, body)
        try:
            is_a_refusal(row, answer)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@pytest.mark.parametrize("row", POSTS, ids=str)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "\xe9", "a" * 5000])
def test_a_body_of_another_type_is_an_error_or_read_as_json(direct: Direct, row: Row, content_type: str) -> None:
    key = f"{KEY} {row}"
    direct.sandbox(key, profiles={row.provider.name: row.words})
    headers, members = keyed(row.provider.name, key)
    sent = {**headers, "x-mock-sandbox": key, "content-type": content_type}
    answer = direct.call("POST", row.path(), sent, json.dumps({**members, "prompt": 5}).encode())
    assert answer.body
    assert isinstance(answer.json(), dict)
    if answer.header("x-mock-problem"):
        is_a_refusal(row, answer)


@pytest.mark.parametrize("row", POSTS, ids=str)
def test_a_body_over_the_cap(direct: Direct, row: Row) -> None:
    key = f"{KEY} {row}"
    direct.sandbox(key, profiles={row.provider.name: row.words})
    headers, members = keyed(row.provider.name, key)
    sent = {**headers, "x-mock-sandbox": key, "content-type": "application/json"}
    cap = row.operation.body_cap
    rest = len(json.dumps({**members, "prompt": ""}))
    over = json.dumps({**members, "prompt": "a" * (cap - rest + 1)}).encode()
    assert len(over) == cap + 1
    whole = direct.call("POST", row.path(), sent, over)
    chunked = direct.call("POST", row.path(), sent, [over[at : at + 65536] for at in range(0, len(over), 65536)])
    assert whole.status == chunked.status
    for answer in (whole, chunked):
        is_a_refusal(row, answer)
    if not members:  # where the key comes in the body, nobody can say whose an unread body is
        assert f"longer than {cap} bytes" in (whole.header("x-mock-problem") or "")


@pytest.mark.parametrize("row", [*rows("GET"), *POSTS], ids=str)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_is_not_served(direct: Direct, row: Row, method: str) -> None:
    key = f"{KEY} {row}"
    direct.sandbox(key, profiles={row.provider.name: row.words})
    answer = direct.call(method, row.path(), {**keyed(row.provider.name, key)[0], "x-mock-sandbox": key})
    assert answer.status >= 400
    assert answer.header("x-mock-problem")
    assert "Traceback" not in answer.body.decode()


@pytest.fixture
def connection(server: MockServer) -> Iterator[HTTPConnection]:
    address = urlsplit(server.url)
    opened = HTTPConnection(address.hostname or "", address.port, timeout=30)
    yield opened
    opened.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_giant_body_over_a_socket(connection: HTTPConnection, chunked: bool) -> None:
    """Five megabytes are read to their end, and the connection serves the next call."""
    parts = [b"a" * 500_000] * 10
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    if not chunked:
        headers["content-length"] = "5000000"
    connection.request("POST", "/v2/ai/text-to-video", iter(parts), headers, encode_chunked=chunked)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    assert (answer.status, body["details"]["field"]) == (400, "body")
    connection.request("GET", "/_mock/health")
    assert connection.getresponse().status == 200


def test_a_client_that_goes_away_in_the_middle_of_its_body(server: MockServer) -> None:
    sandbox = server.sandbox("gone")
    sandbox.reset()
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as leaving:
        leaving.sendall(
            b"POST /v2/ai/text-to-video HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer gone\r\n"
            b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"prompt": "a cat"}'
        )
    assert server.request("GET", "/_mock/health")[0] == 200
    assert sandbox.jobs() == []
