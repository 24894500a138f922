"""Ten public reports about clients of asynchronous media APIs, each provoked by a scenario of a few lines of TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest

from mockserver.testing import MockServer
from tests.faults.wire import Caller, Connection

REPORTS = {
    "the first poll after the creation finds no job": """
        [scenarios.eventual]
        faults = [{ at = "poll", does = "not-found", to = 1 }]
    """,
    "Retry-After is a date": """
        [scenarios.dated]
        faults = [{ at = "poll", does = "limited", to = 1, retry_after = "Wed, 21 Oct 2026 07:28:00 GMT" }]
    """,
    "a gateway answers a poll with 524": """
        [scenarios.gateway]
        faults = [{ at = "poll", does = "status", status = 524, to = 1 }]
    """,
    "a download stops in the middle, and its connection stays open": """
        [scenarios.stalling]
        faults = [{ at = "file", does = "stalled", share = 0.5, to = 1 }]
    """,
    "a host ignores Range": """
        [scenarios.whole]
        file = { ranges = false }
    """,
    "a file comes in chunks, without a length": """
        [scenarios.chunks]
        file = { chunked = true }
    """,
    "a page may not read the file": """
        [scenarios.closed]
        file = { cors = false }
    """,
    "a link redirects to another host": """
        [scenarios.moved]
        file = { redirect = 302 }
    """,
    "the output is told one poll after the end": """
        [scenarios.lagging]
        timeline = { output_lag_polls = 1 }
    """,
    "a download that stalled is resumed at a host that ignores Range": """
        [scenarios.resumed]
        faults = [{ at = "file", does = "stalled", share = 0.5, to = 1 }]
        file = { ranges = false }
    """,
}


def head_of(connection: Connection) -> bytes:
    """The head of an answer, byte by byte."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.read(1)
    return head


def polls(*wanted: bytes, line: bytes = b"") -> Callable[[Caller, Connection], None]:
    """The statuses of the first polls, and a header of the first of them."""

    def check(caller: Caller, connection: Connection) -> None:
        caller.create()
        found = []
        for _ in wanted:
            connection.ask(caller.poll_path, caller.auth)
            found.append(connection.answer()[0])
        assert [head.split()[1] for head in found] == list(wanted)
        assert line in found[0]

    return check


def stalls(caller: Caller, connection: Connection) -> None:
    caller.create_file()
    connection.ask(caller.file_path)
    head = head_of(connection)
    (length,) = [int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: ")]
    half = connection.read(length // 2)
    with caller.connect() as again:
        again.ask(caller.file_path, f"Range: bytes={len(half)}-")
        head, rest = again.answer()
    if head.startswith(b"HTTP/1.1 206 "):
        assert len(half + rest) == length
    else:
        assert (head.split()[1], rest[: len(half)], len(rest)) == (b"200", half, length)


def fetches(status: bytes, *, with_line: bytes = b"", without: bytes = b"\0") -> Callable[[Caller, Connection], None]:
    """The status of a fetch with Range from another origin, and what its head has and has not."""

    def check(caller: Caller, connection: Connection) -> None:
        caller.create_file()
        connection.ask(caller.file_path, "Range: bytes=0-9", "Origin: http://localhost:3000")
        head = head_of(connection)
        assert head.split()[1] == status
        assert with_line in head
        assert without not in head

    return check


def lags(caller: Caller, connection: Connection) -> None:
    caller.create()
    told = []
    for _ in range(2):
        connection.ask(caller.poll_path, caller.auth)
        told.append(b'"url"' in connection.answer()[1])
    assert told == [False, True]


CHECKS: dict[str, Callable[[Caller, Connection], None]] = dict(
    zip(
        REPORTS,
        [
            polls(b"404", b"200"),
            polls(b"429", b"200", line=b"\r\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n"),
            polls(b"524", b"200"),
            stalls,
            fetches(b"200", without=b"accept-ranges"),
            fetches(b"206", with_line=b"transfer-encoding: chunked", without=b"content-length"),
            fetches(b"206", without=b"access-control"),
            fetches(b"302", with_line=b"\r\nlocation: http://"),
            lags,
            stalls,
        ],
        strict=True,
    )
)


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_provoked_by_a_scenario(report: str, server: MockServer) -> None:
    """What the report tells happens, at the calls where it happened."""
    lines = REPORTS[report].strip().splitlines()
    assert len(lines) <= 10
    (scenario,) = tomllib.loads("\n".join(lines))["scenarios"].values()
    caller = Caller(server, report, scenario)
    with caller.connect() as connection:
        CHECKS[report](caller, connection)
