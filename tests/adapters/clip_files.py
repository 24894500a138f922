"""Reads finished clips: enough of MP4 and GIF to hold what they promise, and ffmpeg's own view for the rest."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from mockserver.adapters.clips.tools import bundled


@cache
def ffmpeg() -> str:
    """The path of the bundled binary."""
    return bundled()


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int]]:
    """Name, begin and end of the content of each box."""
    end = len(data) if end is None else end
    while start < end:
        size, name = struct.unpack_from(">I4s", data, start)
        yield name.decode(), start + 8, start + size
        start += size
    assert start == end


def box(data: bytes, path: str) -> bytes:
    """The content of the first box at a path such as moov/trak."""
    start, end = 0, len(data)
    for name in path.split("/"):
        start, end = next((low, high) for found, low, high in boxes(data, start, end) if found == name)
    return data[start:end]


@dataclass(frozen=True)
class Mp4:
    """What an MP4 says about itself. Lengths in seconds."""

    width: int
    height: int
    frames: int
    seconds: Fraction
    movie_seconds: Fraction
    names: tuple[str, ...]


def read_mp4(data: bytes) -> Mp4:
    """The facts of the one track."""
    media = "moov/trak/mdia"
    mvhd, mdhd, tkhd = box(data, "moov/mvhd"), box(data, f"{media}/mdhd"), box(data, "moov/trak/tkhd")
    stts = box(data, f"{media}/minf/stbl/stts")
    runs = [struct.unpack_from(">II", stts, 8 + 8 * n) for n in range(struct.unpack_from(">I", stts, 4)[0])]
    scale = struct.unpack_from(">I", mdhd, 12)[0]
    return Mp4(
        width=struct.unpack_from(">I", tkhd, 76)[0] >> 16,
        height=struct.unpack_from(">I", tkhd, 80)[0] >> 16,
        frames=sum(count for count, _ in runs),
        seconds=Fraction(sum(count * length for count, length in runs), scale),
        movie_seconds=Fraction(*reversed(struct.unpack_from(">II", mvhd, 12))),
        names=tuple(name for name, _, _ in boxes(data)),
    )


def gif_facts(data: bytes) -> tuple[int, int, list[int]]:
    """Width, height, and the delay of every frame in 1/100 s."""
    assert data[:6] == b"GIF89a"
    width, height = struct.unpack_from("<HH", data, 6)
    delays, images = [], 0
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while data[at] != 0x3B:
        if data[at] == 0x21:
            if data[at + 1] == 0xF9:
                delays.append(struct.unpack_from("<H", data, at + 4)[0])
            at += 2
        else:
            images += 1
            flags = data[at + 9]
            at += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
        while data[at]:
            at += data[at] + 1
        at += 1
    assert images == len(delays)
    return width, height, delays


@dataclass(frozen=True)
class Seen:
    """What ffmpeg sees when it decodes a file: the line about its stream and the digests of its frames."""

    stream: str
    frames: tuple[str, ...]


def decoded(data: bytes, folder: Path) -> Seen:
    """Decode every frame."""
    path = folder / "decoded"
    path.write_bytes(data)
    command = [ffmpeg(), "-hide_banner", "-nostdin", "-i", str(path), "-fps_mode", "passthrough", "-f", "framemd5", "-"]
    answer = subprocess.run(command, capture_output=True, check=True)
    stream = re.search(r"Stream #0:0.*", answer.stderr.decode())
    assert stream is not None
    lines = [line for line in answer.stdout.decode().splitlines() if not line.startswith("#")]
    return Seen(stream[0], tuple(line.rpartition(",")[2].strip() for line in lines))
