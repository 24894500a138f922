"""TensorOne: what was asked, as values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from mockserver.domain.clip import frame_count
from mockserver.domain.job import Job


@dataclass(frozen=True, slots=True)
class Video:
    """A text-to-video request with every default filled in; `duration` in seconds as asked."""

    prompt: str
    model: str
    duration: float
    fps: int
    width: int
    height: int
    steps: int
    guidance: float

    @property
    def frames(self) -> int:
        """The whole number of frames that the clip has."""
        return frame_count(self.duration, self.fps)


@dataclass(frozen=True, slots=True)
class Upscale:
    """An upscale request: the job whose video it enlarges, and to what."""

    source: Job
    target: str
    enhance: bool
    stabilize: bool


def enlarged(upscale: Upscale) -> tuple[int, int]:
    """Width and height of an upscaled video: the short side is 1080 or 2160, the ratio is kept."""
    source = cast("Video", upscale.source.request)
    short = {"1080p": 1080, "4K": 2160}[upscale.target]
    scale = Fraction(short, min(source.width, source.height))
    return round(source.width * scale), round(source.height * scale)
