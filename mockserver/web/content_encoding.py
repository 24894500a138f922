"""A body that comes compressed: read where the provider's software reads it, elsewhere refused by a sentence."""

from __future__ import annotations

import zlib
from typing import Final

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.call import Call
from mockserver.provider.table import Provider

_GZIP: Final = ("gzip", "x-gzip")
_WINDOW: Final = 16 + zlib.MAX_WBITS
"""Tells zlib that a stream has gzip's head and end."""


def unpack(call: Call, provider: Provider, cap: int) -> Problem | None:
    """Inflate the body of a call whose Content-Encoding says so, at most to `cap` bytes; the problem that it is longer.

    A call to a provider that does not read it is inflated too, so that its record can be read and shows no key. Its
    own reader then finds the sentence in the place of a JSON object.
    """
    coding = call.header("content-encoding").strip().lower()
    if coding in ("", "identity") or not call.body:
        return None
    reads = provider.reads_gzip
    if coding in _GZIP:
        inflated = _inflated(call.body, cap)
        if inflated is not None and len(inflated) > cap:
            call.body = b""
            text = f"the body is longer than {cap} bytes once its Content-Encoding {coding} is undone"
            return Problem(ProblemKind.OVERSIZED, text, detail={"cap": cap})
        if inflated is not None:
            call.body = inflated
            if reads:
                return None
    elif call.body.lstrip()[:1] == b"{":
        return None  # the header is wrong, and nobody but us would look at it
    if reads and coding in _GZIP:
        text = f"the body is no gzip stream, as its Content-Encoding {coding} says"
    else:
        takes = "plain JSON and gzip" if reads else "plain JSON"
        text = f"the body came with Content-Encoding {coding[:40]!r}, and {provider.title} reads {takes} only"
    call.spoil(Problem(ProblemKind.MALFORMED, text))
    return None


def _inflated(body: bytes, cap: int) -> bytes | None:
    """Return what a gzip stream holds, at most one byte more than `cap`; None: it is no such stream, or not all of it.

    Several streams one after the other are one body (RFC 1952, 2.2).
    """
    whole = bytearray()
    while body:
        stream = zlib.decompressobj(_WINDOW)
        try:
            whole += stream.decompress(body, cap + 1 - len(whole))
        except zlib.error:
            return None
        if len(whole) > cap:
            return bytes(whole)
        if not stream.eof:
            return None
        body = stream.unused_data
    return bytes(whole)
