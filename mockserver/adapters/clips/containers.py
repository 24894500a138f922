"""Edits the bytes of finished files: padding of an MP4, delays of a GIF."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.domain.clip import ClipFailed

SMALLEST_BOX = 8  # bytes: its length and its name


def padded(mp4: bytes, size: int) -> bytes:
    """Return the MP4 with a trailing ``free`` box so that it has exactly ``size`` bytes; raises ``ClipFailed`` if it
    does not fit.
    """
    room = size - len(mp4)
    if room == 0:
        return mp4
    if room < SMALLEST_BOX or room > 0xFFFFFFFF:
        raise ClipFailed(f"the clip has {len(mp4)} bytes and cannot be brought to {size}")
    return mp4 + room.to_bytes(4, "big") + b"free" + bytes(room - 8)


def delayed(gif: bytes, delays: Sequence[int]) -> bytes:
    """Return the GIF with these delays in 1/100 s, one per frame; raises ``ClipFailed`` if it has another number of
    frames.

    The encoder's own delays depend on how its version rounds instants; these do not.
    """
    out = bytearray(gif)
    frame = 0
    try:
        at = 13 + _table(gif[10])
        while gif[at] != 0x3B:
            if gif[at] == 0x2C:  # an image: descriptor, its own palette, the code size, then data
                frame += 1
                at = _after_blocks(gif, at + 11 + _table(gif[at + 9]))
            elif gif[at + 1] == 0xF9:  # a graphic control: it stands before its image
                out[at + 4 : at + 6] = delays[frame].to_bytes(2, "little")
                at += 8
            else:
                at = _after_blocks(gif, at + 2)
    except IndexError:
        frame = -1
    if frame != len(delays):
        raise ClipFailed(f"the GIF does not have {len(delays)} frames")
    return bytes(out)


def _table(flags: int) -> int:
    """Return the bytes of a colour table that a flag byte announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(gif: bytes, at: int) -> int:
    """Return where a chain of data blocks ends."""
    while gif[at]:
        at += gif[at] + 1
    return at + 1
