"""Files over HTTP: ETag, If-None-Match, Range and If-Range (RFC 9110, sections 13 and 14), from memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from mockserver.domain.file_change import FileChange
from mockserver.ports import Clip
from mockserver.web.wire import RawHeaders, Sent

_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]{0,999})-([0-9]{0,999})[ \t]*", re.IGNORECASE)
_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')


def wanted_range(value: str, size: int) -> tuple[int, int] | bool | None:
    """Return the first and last byte that a Range header asks for.

    None: to be ignored (another unit, malformed, numbers of a thousand digits, or several ranges, which we answer
    whole). False: unsatisfiable.
    """
    found = _RANGE.fullmatch(value.strip(" \t"))
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
    """Return whether the client already has the bytes under this tag; weak comparison."""
    if if_none_match.strip() == "*":
        return True
    return tag in (found.removeprefix("W/") for found in _TAG.findall(if_none_match))


def _other_digest(digest: str, fetch: int) -> str:
    """Return what looks like the digest of a file, and is another at every fetch."""
    return blake2b(f"{digest} {fetch}".encode(), digest_size=20).hexdigest()


def _changed_part(part: tuple[int, int] | bool | None, size: int, change: FileChange) -> tuple[int, int] | bool | None:
    """Return the part that a scenario answers a Range with: none, or one of the same length beside it."""
    if change.range_refused:
        return False
    if not change.wrong_part or not isinstance(part, tuple):
        return part
    first, last = part
    moved = 1 if last + 1 < size else -1 if first else 0
    return first + moved, last + moved


def clip_answer(
    clip: Clip,
    headers: Mapping[bytes, bytes],
    extra: RawHeaders,
    change: FileChange | None = None,
    *,
    is_head: bool = False,
) -> Sent:
    """Return the answer with a clip, or the part of it that was asked for.

    `change` is what a scenario does to the file: fewer bytes, another media type.
    """
    data, tag, content_type = clip.data, f'"{clip.digest}"', clip.content_type
    asked = None if is_head else headers.get(b"range")
    ranges: RawHeaders = [(b"accept-ranges", b"bytes")]
    if change is not None:
        data = data[: int(len(data) * change.share)]
        content_type = change.content_type or content_type
        tag = f'"{_other_digest(clip.digest, change.fetch)}"' if change.etag_changes else tag
        ranges = ranges if change.accept_ranges and change.ranges else []
        asked = asked if change.ranges else None
    raw_tag, size = tag.encode(), len(data)
    shared: RawHeaders = [(b"etag", raw_tag), *ranges, *extra]
    if clip.note:
        shared.append((b"x-mock-clip", clip.note.encode("ascii", "replace")))
    none_match = headers.get(b"if-none-match")
    if none_match is not None and is_unchanged(none_match.decode("latin-1"), tag):
        return 304, shared, b""
    typed = (b"content-type", content_type.encode())
    if asked is not None and headers.get(b"if-range", raw_tag) == raw_tag:
        part = wanted_range(asked.decode("latin-1"), size)
        if change is not None:
            part = _changed_part(part, size, change)
        if part is False:
            return 416, [*shared, (b"content-range", b"bytes */%d" % size), (b"content-length", b"0")], b""
        if isinstance(part, tuple):
            first, last = part
            place = (b"content-range", b"bytes %d-%d/%d" % (first, last, size))
            return 206, [*shared, typed, place, (b"content-length", b"%d" % (last - first + 1))], data[first : last + 1]
    return 200, [*shared, typed, (b"content-length", b"%d" % size)], b"" if is_head else data
