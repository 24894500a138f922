"""An answer on its way to a socket, as a value: what of it is sent, how it is framed, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Final

from mockserver.web.wire import RawHeaders, Sent


class Framing(Enum):
    """How a client finds the end of the body."""

    LENGTH = "length"
    CHUNKED = "chunked"
    UNENDED = "unended"  # chunks without the last one
    CLOSE = "close"  # by the end of the connection


class Finish(Enum):
    """What becomes of the connection after the answer."""

    KEPT = "kept"  # as the client and HTTP have it
    CLOSED = "closed"  # FIN
    RESET = "reset"  # RST
    HELD = "held"  # nothing more comes, and nobody ends it


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer as a fault has it."""

    status: int
    headers: RawHeaders
    body: bytes
    """What is sent of it; empty for a HEAD."""
    framing: Framing = Framing.LENGTH
    finish: Finish = Finish.KEPT
    sent_share: float | None = None
    """How much of the body is sent; None: all. 0 of it is the head alone."""
    head_share: float = 1.0
    """How much of the head is sent; with less than all of it, there is no body."""
    first: int | None = None
    """The status of an informational answer that comes before it."""
    slice_bytes: int | None = None
    """The body is sent in slices of so many bytes."""
    pause_seconds: float = 0.0
    """Sandbox seconds before each slice."""
    is_raw: bool = False
    """Whether the bytes of the head must be as they stand here: a server would change or refuse them."""

    @property
    def sent(self) -> Sent:
        """Its status, headers and body."""
        return self.status, self.headers, self.body

    @property
    def needs_raw(self) -> bool:
        """Whether no ASGI server would send it."""
        return (
            self.is_raw
            or self.framing is not Framing.LENGTH
            or self.finish is not Finish.KEPT
            or self.first is not None
            or self.slice_bytes is not None
        )

    @property
    def sent_body(self) -> bytes:
        """The part of the body that is sent."""
        if self.head_share < 1:
            return b""
        return self.body if self.sent_share is None else self.body[: int(len(self.body) * self.sent_share)]

    def pieces(self) -> list[bytes]:
        """Return the body as it is sent, framed: one piece for each slice."""
        body = self.sent_body
        size = self.slice_bytes or len(body) or 1
        slices = [body[at : at + size] for at in range(0, len(body), size)]
        if self.framing in (Framing.CHUNKED, Framing.UNENDED):
            if len(slices) == 1 and len(body) > 1:  # one chunk alone would not show that there may be several
                slices = [body[: len(body) // 2], body[len(body) // 2 :]]
            slices = [b"%x\r\n%b\r\n" % (len(one), one) for one in slices]
            if self.framing is Framing.CHUNKED and self.finish is Finish.KEPT:
                slices.append(b"0\r\n\r\n")
        return slices

    def head(self, *, is_last: bool) -> bytes:
        """Return the bytes of the head; `is_last` says that the connection is not kept for another request."""
        lines = [b"HTTP/1.1 %d %b\r\n" % (self.status, phrase(self.status))]
        lines += [b"%b: %b\r\n" % pair for pair in self.headers]
        if is_last and not any(name.lower() == b"connection" for name, _ in self.headers):
            lines.append(b"connection: close\r\n")
        head = b"".join((*lines, b"\r\n"))
        before = b"" if self.first is None else b"HTTP/1.1 %d %b\r\n\r\n" % (self.first, phrase(self.first))
        return before + (head if self.head_share >= 1 else head[: int(len(head) * self.head_share)])


_PHRASES: Final = {status.value: status.phrase.encode("ascii") for status in HTTPStatus}


def phrase(status: int) -> bytes:
    """Return the reason phrase of a status; empty where there is none."""
    return _PHRASES.get(status, b"")
