"""Files over HTTP: ETag, If-None-Match, Range and If-Range (RFC 9110, sections 13 and 14), from memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mockserver.domain.alteration import FileChange
from mockserver.ports import Clip
from mockserver.web.wire import RawHeaders, Send, send_bytes

_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*")
_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')


def wanted_range(value: str, size: int) -> tuple[int, int] | bool | None:
    """The first and last byte that a Range header asks for.

    None: to be ignored (another unit, malformed, or several ranges, which we answer whole). False: unsatisfiable.
    """
    found = _RANGE.fullmatch(value.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) and size else False
    start = int(first)
    if last and int(last) < start:
        return None
    return (start, min(int(last), size - 1) if last else size - 1) if start < size else False


def is_unchanged(if_none_match: str, tag: str) -> bool:
    """Whether the client already has the bytes under this tag; weak comparison."""
    if if_none_match.strip() == "*":
        return True
    return tag in (found.removeprefix("W/") for found in _TAG.findall(if_none_match))


async def send_clip(
    send: Send,
    clip: Clip,
    method: str,
    headers: Mapping[bytes, bytes],
    extra: RawHeaders,
    change: FileChange | None = None,
) -> tuple[int, int]:
    """Answer with a clip, or the part of it that was asked for; the status and the number of body bytes.

    `change` is what a scenario does to the file: fewer bytes, another media type.
    """
    data, tag, content_type = clip.data, f'"{clip.digest}"', clip.content_type
    if change is not None:
        data = data[: int(len(data) * change.share)]
        content_type = change.content_type or content_type
    raw_tag, size = tag.encode(), len(data)
    shared: RawHeaders = [(b"etag", raw_tag), (b"accept-ranges", b"bytes"), *extra]
    if clip.note:
        shared.append((b"x-mock-clip", clip.note.encode("ascii", "replace")))
    none_match = headers.get(b"if-none-match")
    if none_match is not None and is_unchanged(none_match.decode("latin-1"), tag):
        await send_bytes(send, 304, shared, b"")
        return 304, 0
    shared.append((b"content-type", content_type.encode()))
    asked = headers.get(b"range") if method == "GET" else None
    if asked is not None and headers.get(b"if-range", raw_tag) == raw_tag:
        part = wanted_range(asked.decode("latin-1"), size)
        if part is False:
            refusal = [*shared[:-1], (b"content-range", b"bytes */%d" % size), (b"content-length", b"0")]
            await send_bytes(send, 416, refusal, b"")
            return 416, 0
        if isinstance(part, tuple):
            first, last = part
            shared.append((b"content-range", b"bytes %d-%d/%d" % (first, last, size)))
            shared.append((b"content-length", b"%d" % (last - first + 1)))
            await send_bytes(send, 206, shared, data[first : last + 1])
            return 206, last - first + 1
    shared.append((b"content-length", b"%d" % size))
    await send_bytes(send, 200, shared, b"" if method == "HEAD" else data)
    return 200, 0 if method == "HEAD" else size
