"""What can go wrong with files: ranges, tags, lengths, links that end, origins; by the table `file` and by faults."""

from __future__ import annotations

from contextlib import suppress
from http.client import HTTPException
from typing import Any

import pytest

from mockserver.testing import MockServer
from tests.faults.wire import Caller, Connection

ORIGIN = "Origin: http://localhost:3000"


def fetcher(server: MockServer, key: str, **scenario: Any) -> Caller:
    """A caller with a finished job whose file is small."""
    caller = Caller(server, key, scenario)
    caller.create_file()
    return caller


def fetched(connection: Connection, caller: Caller, *headers: str) -> tuple[int, dict[str, str], bytes]:
    """The file, or the part of it that is asked for."""
    connection.ask(caller.file_path, *headers)
    head, body = connection.answer()
    status, *lines = head.decode().strip().split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in lines), body


def under(server: MockServer, key: str, member: str, fault: str) -> list[Caller]:
    """Two callers that meet the same: one by a member of `file`, one by a fault."""
    value = member not in ("ranges", "accept_ranges", "content_length", "cors")
    return [
        fetcher(server, f"{key} member", file={member: value}),
        fetcher(server, f"{key} fault", faults=[{"at": "file", "does": fault}]),
    ]


@pytest.fixture
def whole(server: MockServer) -> bytes:
    caller = fetcher(server, "whole")
    with caller.connect() as connection:
        return fetched(connection, caller)[2]


def test_a_range_is_ignored(whole: bytes, server: MockServer) -> None:
    """The answer is 200 with the whole file, and no Accept-Ranges."""
    for caller in under(server, "ignored", "ranges", "range-ignored"):
        with caller.connect() as connection:
            status, headers, body = fetched(connection, caller, "Range: bytes=10-19")
        assert (status, body, "accept-ranges" in headers) == (200, whole, False)


def test_a_range_is_answered_with_another_part(whole: bytes, server: MockServer) -> None:
    """206, and Content-Range tells the part that comes, which is not the one that was asked for."""
    for caller in under(server, "wrong", "wrong_part", "range-wrong"):
        with caller.connect() as connection:
            status, headers, body = fetched(connection, caller, "Range: bytes=10-19")
            assert (status, headers["content-range"], body) == (206, f"bytes 11-20/{len(whole)}", whole[11:21])
            last = len(whole) - 1
            _, headers, body = fetched(connection, caller, f"Range: bytes={last}-")
            assert (headers["content-range"], body) == (f"bytes {last - 1}-{last - 1}/{len(whole)}", whole[-2:-1])
            assert fetched(connection, caller)[2] == whole


def test_a_range_is_refused(whole: bytes, server: MockServer) -> None:
    """Every Range gets 416, the whole file 200."""
    for caller in under(server, "refused", "range_refused", "range-refused"):
        with caller.connect() as connection:
            status, headers, _ = fetched(connection, caller, "Range: bytes=10-19")
            assert (status, headers["content-range"]) == (416, f"bytes */{len(whole)}")
            assert fetched(connection, caller)[::2] == (200, whole)


def test_a_tag_changes_between_parts(server: MockServer) -> None:
    """ETag is another at each fetch; If-Range with the earlier one gets the whole file."""
    for caller in under(server, "tags", "etag_changes", "etag-changed"):
        with caller.connect() as connection:
            _, first, _ = fetched(connection, caller, "Range: bytes=0-9")
            status, second, body = fetched(connection, caller, "Range: bytes=10-19", f"If-Range: {first['etag']}")
            assert first["etag"] != second["etag"]
            assert (status, len(body) > 10) == (200, True)
            assert fetched(connection, caller, f"If-None-Match: {second['etag']}")[0] == 200


def test_no_accept_ranges_and_no_length(whole: bytes, server: MockServer) -> None:
    """Accept-Ranges is left out; a file without a length ends with the connection, or with its last chunk."""
    caller = fetcher(server, "no accept", file={"accept_ranges": False})
    with caller.connect() as connection:
        status, headers, body = fetched(connection, caller, "Range: bytes=10-19")
        assert (status, "accept-ranges" in headers, body) == (206, False, whole[10:20])
    for caller in under(server, "no length", "content_length", "length-missing"):
        with caller.connect() as connection:
            connection.ask(caller.file_path)
            head, _, body = connection.end().partition(b"\r\n\r\n")
            assert (b"content-length" in head, b"connection: close" in head, body) == (False, True, whole)
    for caller in under(server, "chunks", "chunked", "chunked"):
        with caller.connect() as connection:
            connection.ask(caller.file_path)
            half = len(whole) // 2
            parts = [b"%x\r\n%b\r\n" % (len(one), one) for one in (whole[:half], whole[half:], b"")]
            wanted = b"transfer-encoding: chunked\r\n\r\n" + b"".join(parts)
            found = b""
            while not found.endswith(wanted):
                found += connection.read(1)
            assert b"content-length" not in found.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_link_ends_after_fetches_or_seconds(status: int, server: MockServer) -> None:
    """The third fetch, and one a minute after the job's completion, get the status that was asked for."""
    caller = fetcher(server, f"fetches {status}", file={"expires_fetches": 2, "gone_status": status})
    with caller.connect() as connection:
        assert [fetched(connection, caller)[0] for _ in range(3)] == [200, 200, status]
    caller = fetcher(server, f"seconds {status}", file={"expires_seconds": 60, "gone_status": status})
    with caller.connect() as connection:
        assert fetched(connection, caller)[0] == 200
        caller.sandbox.clock.advance(60)
        assert fetched(connection, caller)[0] == status
    assert caller.faults()[-2:] == [None, "status"]


def test_the_output_is_told_later_than_the_end(server: MockServer) -> None:
    """Two polls say that the job is done and tell no link; the third does."""
    caller = Caller(server, "lag", {"timeline": {"output_lag_polls": 2}})
    caller.create()
    found = []
    with caller.connect() as connection:
        for _ in range(3):
            connection.ask(caller.poll_path, caller.auth)
            _, body = connection.answer()
            found.append((b'"completed"' in body, b'"url"' in body))
    assert found == [(True, False), (True, False), (True, True)]


def test_other_origins_may_not_read_a_file(server: MockServer) -> None:
    """No CORS header is sent with the file, with and without its length; with other answers it is."""
    for key, file in (("cors", {"cors": False}), ("cors chunked", {"cors": False, "chunked": True})):
        caller = fetcher(server, key, file=file)
        with caller.connect() as connection:
            connection.ask(caller.file_path, ORIGIN)
            found = b""
            while b"\r\n\r\n" not in found:
                found += connection.read(1)
            assert b"access-control" not in found
    usual = fetcher(server, "cors usual", faults=[{"at": "file", "does": "chunked"}])
    with usual.connect() as connection:
        connection.ask(usual.file_path, ORIGIN)
        found = b""
        while b"\r\n\r\n" not in found:
            found += connection.read(1)
        assert b"access-control-allow-origin: http://localhost:3000" in found


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_file_is_found_by_a_redirect(status: int, whole: bytes, server: MockServer) -> None:
    """The link leads to another origin, where the file is served, with its other changes too."""
    caller = fetcher(server, f"moved {status}", file={"redirect": status, "ranges": False})
    port = server.url.rpartition(":")[2]
    with caller.connect() as connection:
        connection.ask(caller.file_path, host=f"127.0.0.1:{port}")
        head, _ = connection.answer()
        assert head.split()[1] == b"%d" % status
        where = f"http://localhost:{port}/~redirected{caller.file_path}"
        assert b"\r\nlocation: %b\r\n" % where.encode() in head
        connection.ask(f"/~redirected{caller.file_path}", "Range: bytes=0-9")
        head, body = connection.answer()
        assert (head.split()[1], body) == (b"200", whole)


def test_a_client_that_asks_again_gets_the_file_under_hostile_faults(whole: bytes, server: MockServer) -> None:
    """Every fetch that looks whole is whole, and most are, whatever happens to the others."""
    caller = Caller(server, "hostile file", {"faults": ["hostile=2"]})
    while not caller.sandbox.jobs():
        with suppress(AssertionError):
            caller.create_file()
    found = []
    for _ in range(60):
        with suppress(OSError, HTTPException):
            status, _, body = server.request("GET", caller.file_path, {}, b"")
            found += [body] if status == 200 and len(body) == len(whole) else []
    assert set(found) == {whole}
    assert len(found) > 30
    assert len(set(caller.faults())) > 5


@pytest.mark.parametrize(
    "row", [{"case": "title"}, {"remove": ["etag"]}, {"repeat": ["etag"]}, {"does": "etag-changed"}]
)
def test_the_journal_reads_whatever_the_head_says(row: dict[str, Any], server: MockServer) -> None:
    """A file whose head a fault changed is told in the journal, and the transcript keeps its schema."""
    caller = fetcher(server, f"journal {row}", faults=[{"at": "file", "does": "answered", **row}])
    with caller.connect() as connection:
        connection.ask(caller.file_path)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.read(1)
    assert caller.faults()[-1] == row.get("does", "answered")
