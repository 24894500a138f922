"""One POST over a connection of its own: no redirect is followed, no proxy is used, no connection is kept."""

from __future__ import annotations

import asyncio
import re
import ssl
from functools import cache
from typing import Final

from mockserver import MockServerError
from mockserver.adapters.webhooks.address import Address
from mockserver.domain.delivery import AnswerHead
from mockserver.ports import OWN_USER_AGENT

Headers = tuple[tuple[str, str], ...]

MOST_READ: Final = 1_000_000
MOST_HEADERS: Final = 100
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})[ \r]")
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked", re.IGNORECASE)


class Unanswered(MockServerError):
    """There was no whole HTTP answer; the text says what there was."""


def headers_for(
    address: Address, body: bytes, content_type: str = "application/json", signature: Headers = ()
) -> Headers:
    """Return the headers of a webhook. None of them is a provider's, since none documents a signature or an id there:
    those of a `signature` are there where a tester asked for them.
    """
    return (
        ("host", address.authority),
        ("content-type", content_type),
        ("content-length", str(len(body))),
        *signature,
        ("user-agent", OWN_USER_AGENT),
        ("accept", "*/*"),
        ("connection", "close"),
    )


async def exchange(address: Address, headers: Headers, body: bytes, within_seconds: float) -> tuple[AnswerHead, bytes]:
    """Return the head of the answer and its body, of which at most a megabyte is read, all in all within this real
    time. Raises Unanswered.
    """
    try:
        async with asyncio.timeout(within_seconds):
            return await _exchanged(address, headers, body)
    except TimeoutError:
        raise Unanswered(f"no answer within {within_seconds:g} s") from None
    except EOFError:
        raise Unanswered("the target closed the connection before its answer was whole") from None
    except Exception as error:
        raise Unanswered(f"{type(error).__name__}: {error}") from error


async def _exchanged(address: Address, headers: Headers, body: bytes) -> tuple[AnswerHead, bytes]:
    scheme, host, port = address.target
    secure = _context(address.is_loopback) if scheme == "https" else None
    reader, writer = await asyncio.open_connection(host, port, ssl=secure)
    try:
        head = [f"POST {address.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        writer.write("\r\n".join(head).encode("ascii") + body)
        return await _answered(reader)
    finally:
        # Not close(): that would wait for a target which no longer reads.
        writer.transport.abort()


async def _answered(reader: asyncio.StreamReader) -> tuple[AnswerHead, bytes]:
    status = 100
    while status < 200:
        head = await reader.readuntil(b"\r\n\r\n")
        found = _STATUS.match(head)
        if found is None:
            raise ValueError(f"no HTTP/1 answer: {head[:60]!r}")
        status = int(found[1])
    came = await _read_body(reader, head) if status not in {204, 304} else b""
    return AnswerHead(status, _headers(head)), came


def _headers(head: bytes) -> Headers:
    """The header lines of an answer's head, as they came."""
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    pairs = (line.partition(":") for line in lines[:MOST_HEADERS])
    return tuple((name, value.strip()) for name, _, value in pairs)


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """Read the answer's body, wanted or not: a receiver that is still writing shall meet no broken pipe."""
    length = _LENGTH.search(head)
    if length is not None and not _CHUNKED.search(head):
        return await reader.readexactly(min(int(length[1]), MOST_READ))
    body = bytearray()
    if _CHUNKED.search(head):
        while len(body) < MOST_READ and (size := int((await reader.readline()).split(b";")[0], 16)):
            body += (await reader.readexactly(min(size + 2, MOST_READ)))[:size]
        while len(body) < MOST_READ and (await reader.readline()).strip():
            continue
    else:
        while len(body) < MOST_READ and (some := await reader.read(MOST_READ - len(body))):
            body += some
    return bytes(body)


@cache
def _context(is_loopback: bool) -> ssl.SSLContext:
    """Certificates are checked but on loopback, where a receiver in a test has made its own."""
    if not is_loopback:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
