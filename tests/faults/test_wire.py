"""Each transport fault as a client reads it from the socket, byte for byte, on asyncio and uvloop, over keep-alive."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from mockserver.domain.fault import TransportFault
from mockserver.domain.fault_kinds import FILES, KINDS, WEBHOOKS
from mockserver.testing import MockServer
from tests.faults.wire import Caller

PAGE = (
    b"<!DOCTYPE html>\n<html>\n<head><title>One moment, please</title></head>\n"
    b"<body><h1>One moment, please</h1><p>A proxy answered in the server's place.</p></body>\n</html>\n"
)


@dataclass
class Plain:
    """The answer without a fault."""

    head: bytes
    body: bytes

    def without(self, *names: bytes) -> bytes:
        """The head without some headers, and without the empty line at its end."""
        lines = self.head[:-4].split(b"\r\n")
        return b"\r\n".join(line for line in lines if line.partition(b":")[0] not in names)

    def with_length(self, body: bytes, length: bytes | None = None) -> bytes:
        """The answer with another body, whose length comes last in the head."""
        told = b"%d" % len(body) if length is None else length
        return self.without(b"content-length") + b"\r\ncontent-length: " + told + b"\r\n\r\n" + body

    def with_headers(self, *lines: bytes) -> bytes:
        """The answer with more headers at the end of its head."""
        return self.head[:-2] + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + self.body

    def chunks(self) -> bytes:
        """The answer in two chunks, without the last one."""
        half = len(self.body) // 2
        parts = [self.body[:half], self.body[half:]]
        framed = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in parts)
        return self.without(b"content-length") + b"\r\ntransfer-encoding: chunked\r\n\r\n" + framed

    @property
    def half(self) -> bytes:
        """The first half of the body."""
        return self.body[: len(self.body) // 2]


KEPT, CLOSED, RESET, HELD = "kept", "closed", "reset", "held"
"""What the client sees of the connection after the bytes."""

Expected = tuple[dict[str, Any], Callable[[Plain], bytes], str]

WIRE: dict[str, Expected] = {
    "answered": ({"headers": {"x-more": "1"}}, lambda plain: plain.with_headers(b"x-more: 1"), KEPT),
    "delayed": ({}, lambda plain: plain.head + plain.body, KEPT),
    "silent": ({}, lambda _: b"", HELD),
    "stalled": ({"share": 0.5}, lambda plain: plain.head + plain.half, HELD),
    "dripped": ({"bytes": 40}, lambda plain: plain.head + plain.body, KEPT),
    "sliced": ({"bytes": 100}, lambda plain: plain.head + plain.body, KEPT),
    "dropped": ({}, lambda _: b"", CLOSED),
    "reset": ({}, lambda _: b"", RESET),
    "cut-head": ({}, lambda plain: plain.head[: len(plain.head) // 2], CLOSED),
    "cut-after-head": ({}, lambda plain: plain.head, CLOSED),
    "cut": ({}, lambda plain: plain.head + plain.half, CLOSED),
    "cut-reset": ({}, lambda plain: plain.head + plain.half, RESET),
    "closing": ({}, lambda plain: plain.with_headers(b"connection: close"), CLOSED),
    "informational": (
        {"status": 103}, lambda plain: b"HTTP/1.1 103 Early Hints\r\n\r\n" + plain.head + plain.body, KEPT,
    ),
    "html": ({}, lambda plain: plain.without(b"content-length", b"content-type")
             + b"\r\ncontent-length: %d\r\ncontent-type: text/html\r\n\r\n" % len(PAGE) + PAGE, KEPT),
    "empty": ({}, lambda plain: plain.without(b"content-length", b"content-type")
              + b"\r\ncontent-length: 0\r\ncontent-type: text/html\r\n\r\n", KEPT),
    "truncated": ({}, lambda plain: plain.with_length(plain.half), KEPT),
    "malformed": ({}, lambda plain: plain.with_length(plain.body.replace(b'"', b"'")), KEPT),
    "double-encoded": ({}, lambda plain: plain.with_length(json.dumps(plain.body.decode()).encode()), KEPT),
    "bom": ({}, lambda plain: plain.with_length(b"\xef\xbb\xbf" + plain.body), KEPT),
    "list": ({}, lambda plain: plain.with_length(b"[" + plain.body + b"]"), KEPT),
    "string": ({}, lambda plain: plain.with_length(b'"ok"'), KEPT),
    "null": ({}, lambda plain: plain.with_length(b"null"), KEPT),
    "length-missing": ({}, lambda plain: plain.without(b"content-length") + b"\r\nconnection: close\r\n\r\n"
                       + plain.body, CLOSED),
    "length-wrong": ({}, lambda plain: plain.with_length(plain.body, b"many"), KEPT),
    "length-too-large": ({}, lambda plain: plain.with_length(plain.body, b"%d" % (len(plain.body) + 16)), KEPT),
    "length-too-small": ({}, lambda plain: plain.with_length(plain.body, b"%d" % (len(plain.body) // 2)), KEPT),
    "chunked": ({}, lambda plain: plain.chunks() + b"0\r\n\r\n", KEPT),
    "chunked-unended": ({}, lambda plain: plain.chunks(), CLOSED),
    "gzip": ({}, lambda plain: plain.with_length(gzip.compress(plain.body, mtime=0)).replace(
        b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n", 1), KEPT),
    "gzip-unannounced": ({}, lambda plain: plain.with_length(gzip.compress(plain.body, mtime=0)), KEPT),
    "gzip-false": ({}, lambda plain: plain.with_headers(b"content-encoding: gzip"), KEPT),
}  # fmt: skip
"""What a poll that meets a fault reads; the redirect, the status, and what happens to files only stand below."""

ELSEWHERE = {"status", "redirect"}


def test_every_transport_fault_is_tested() -> None:
    """Each row of the table has a test of what stands on the wire."""
    others = {word for word, kind in KINDS.items() if kind.points in (FILES, WEBHOOKS)}
    assert set(WIRE) | ELSEWHERE | others == {one.value for one in TransportFault}


@pytest.mark.parametrize("word", WIRE)
def test_a_fault_as_it_stands_on_the_wire(word: str, server: MockServer) -> None:
    """The second of three polls of one connection meets the fault; the others are as ever, if the connection is kept.

    The journal tells the fault of that poll, and of no other call.
    """
    members, expected, ending = WIRE[word]
    row = {"at": "poll", "does": word, "from": 2, "to": 2, **members}
    caller = Caller(server, f"wire {word}", {"faults": [row]})
    caller.create()
    connection = caller.connect()
    connection.ask(caller.poll_path, caller.auth)
    plain = Plain(*connection.answer())
    connection.ask(caller.poll_path, caller.auth)
    wanted = expected(plain)
    assert connection.read(len(wanted)) == wanted
    polls = 2
    if ending == KEPT:
        connection.ask(caller.poll_path, caller.auth)
        assert connection.answer() == (plain.head, plain.body)
        polls = 3
    elif ending == CLOSED:
        assert connection.end() == b""
    elif ending == RESET:
        with pytest.raises(ConnectionResetError):
            connection.end()
    connection.close()
    caller.sandbox.journal.wait(count=1 + polls, timeout=30)
    assert caller.faults() == [None, None, word, None][: 1 + polls]


@pytest.mark.parametrize("ending", ["closed", "reset"])
def test_a_file_is_cut_where_it_is_told_to_be(ending: str, server: MockServer) -> None:
    """A file is cut after its share, by FIN and by RST; the next connection works."""
    does = "cut" if ending == CLOSED else "cut-reset"
    caller = Caller(
        server, f"long {ending}", {"faults": [{"at": "file", "does": does, "share": 0.5, "from": 2, "to": 2}]}
    )
    caller.create_file()
    with caller.connect() as connection:
        connection.ask(caller.file_path)
        head, body = connection.answer()
        connection.ask(caller.file_path)
        assert connection.read(len(head) + len(body) // 2) == head + body[: len(body) // 2]
        if ending == CLOSED:
            assert connection.end() == b""
        else:
            with pytest.raises(ConnectionResetError):
                connection.end()
    with caller.connect() as again:
        again.ask(caller.file_path)
        assert again.answer() == (head, body)
