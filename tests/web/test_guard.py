"""Who may use the control API."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from mockserver.web.guard import admit
from mockserver.web.problems import Refused


def request(host: str, peer: str = "127.0.0.1", **headers: str) -> Request:
    pairs = [(b"host", host.encode())] + [
        (name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()
    ]
    return Request(
        {"type": "http", "method": "GET", "path": "/", "headers": pairs, "client": (peer, 5), "query_string": b""}
    )


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "127.9.9.9", "a.localhost", "mock:8000"]
)
def test_programs_on_this_machine_come_in(host: str) -> None:
    """Every name of loopback, and the names that --allow-host admits."""
    admit(request(host), frozenset({"mock"}), None)
    admit(request(host, origin=f"http://{host}"), frozenset({"mock"}), None)


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        (request("evil.example"), 403, "--allow-host evil.example admits it"),
        (request("127.0.0.1:8000", origin="http://evil.example"), 403, "is not the control API's own"),
        (request("127.0.0.1:8000", origin="http://127.0.0.1:9000"), 403, "is not the control API's own"),
        (request("127.0.0.1:8000", origin="null"), 403, "is not the control API's own"),
        (request("127.0.0.1:8000", peer="10.0.0.5"), 401, "wants the header x-mock-token"),
        (request("127.0.0.1:8000", peer="10.0.0.5", x_mock_token="wrong"), 401, "wants the header x-mock-token"),
    ],
)
def test_others_are_refused_and_told_why(asked: Request, status: int, told: str) -> None:
    """A rebound name, a page of another origin, another machine without the token."""
    with pytest.raises(Refused, match=told) as refused:
        admit(asked, frozenset(), "secret")
    assert refused.value.status == status


def test_other_machines_need_a_token_and_without_one_it_is_off() -> None:
    """With the token another machine comes in; where none is set, none does."""
    admit(request("127.0.0.1", peer="10.0.0.5", x_mock_token="secret"), frozenset(), "secret")
    with pytest.raises(Refused, match="off for other machines"):
        admit(request("127.0.0.1", peer="10.0.0.5", x_mock_token=""), frozenset(), None)
