"""AI/ML API: a request as a value: its look, its price and its pace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final

from mockserver.domain.chance import Draw
from mockserver.domain.clip import stated_size
from mockserver.domain.order import Lengths

FPS: Final = 24
CREDITS_PER_DOLLAR: Final = 2_000_000
WITH_SPEECH: Final = 2_000_000
FAST, FASTER = 84_000, 500_000  # credits per second of v5 and v5.5; twice as many at 1080p

TEXT: Final = "pixverse/v5/text-to-video"
IMAGE: Final = "pixverse/v5/image-to-video"
TRANSITION: Final = "pixverse/v5/transition"
TEXT_5_5: Final = "pixverse/v5.5/text-to-video"
IMAGE_5_5: Final = "pixverse/v5.5/image-to-video"
LIP_SYNC: Final = "pixverse/lip-sync"

ALIASES: Final = {"pixverse/v5-5-text-to-video": TEXT_5_5, "pixverse/v5-5-image-to-video": IMAGE_5_5}
RATES: Final = {TEXT: FAST, IMAGE: FAST, TRANSITION: FAST, TEXT_5_5: FASTER, IMAGE_5_5: FASTER}
FROM_PICTURE: Final = frozenset({IMAGE, TRANSITION, IMAGE_5_5})
SPEAKING: Final = frozenset({TEXT, IMAGE, TRANSITION})
"""The models that take speech in 2026, besides lip-sync."""

RATIOS: Final = {"16:9": (16, 9), "4:3": (4, 3), "1:1": (1, 1), "3:4": (3, 4), "9:16": (9, 16)}


@dataclass(frozen=True, slots=True)
class Video:
    """A generation with every default filled in."""

    model: str
    """The canonical id of the model."""
    prompt: str
    size: tuple[int, int]
    """Width and height in pixels."""
    seconds: int
    style: str
    picture: str
    """The digest of the picture from which it starts; empty: it starts from none."""
    credits: int
    """The price."""

    @property
    def frames(self) -> int:
        """The whole number of frames that the clip has."""
        return self.seconds * FPS

    @property
    def file_size(self) -> int:
        """The bytes of the clip, known before it is made."""
        return _stated(*self.size, self.frames)


@lru_cache(maxsize=256)
def _stated(width: int, height: int, frames: int) -> int:
    """Cached, because nearly all videos share a few geometries."""
    return stated_size(width, height, frames, FPS)


def size_of(resolution: str, ratio: str) -> tuple[int, int]:
    """Return the width and height: the short side is the resolution, the long side follows the ratio, rounded to an
    even number.
    """
    short, (across, down) = int(resolution[:-1]), RATIOS[ratio]
    unit = min(across, down)
    return _even(short * across, unit), _even(short * down, unit)


def size_from(picture: tuple[int, int], resolution: str) -> tuple[int, int]:
    """Return the width and height of a clip that keeps the ratio of its picture: the long side is that of 16:9.

    One answer is recorded, 864x1280 at 720p; the rule that follows from it is decided.
    """
    long, _ = size_of(resolution, "16:9")
    width, height = picture
    longer = max(width, height)
    return max(16, _even(long * width, longer)), max(16, _even(long * height, longer))


def _even(sides: int, unit: int) -> int:
    """Return the even number that is nearest to sides / unit."""
    return (sides + unit) // (2 * unit) * 2


def price(model: str, resolution: str, seconds: int, *, speaks: bool) -> int:
    """Return the credits of a generation (sheet 5; below 720p and v5.5 below 1080p are decided)."""
    if speaks or model == LIP_SYNC:
        return WITH_SPEECH
    return RATES[model] * seconds * (2 if resolution == "1080p" else 1)


def minute_and_a_quarter(chance: Draw) -> Lengths:
    """Return the lengths of 75 s, as documented for 1080p."""
    return _parts(75.0, chance)


def half_a_minute(chance: Draw) -> Lengths:
    """Return the lengths of 30 to 40 s, as documented for 720p."""
    return _parts(30 + 10 * chance.share(44), chance)


def _parts(total: float, chance: Draw) -> Lengths:
    """Split a length: 2 to 8 s of it are waiting (decided)."""
    waiting = timedelta(milliseconds=int(2000 + 6000 * chance.share(40)))
    return waiting, timedelta(milliseconds=int(1000 * total)) - waiting


def billed(video: Video) -> Mapping[str, object]:
    """Return what the price of a generation depends on: its credits."""
    return {"credits": video.credits}
