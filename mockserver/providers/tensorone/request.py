"""TensorOne: requests as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mockserver.domain.clip import frame_count


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
    """An upscale request: which video it enlarges, and to what. It holds all that the file depends on."""

    source: str
    """The id of the job whose video it enlarges."""
    model: str
    """The model that made the video."""
    prompt: str
    """The prompt of the video."""
    frames: int
    """The whole number of frames."""
    fps: int
    """Frames per second."""
    width: int
    """The enlarged width in pixels."""
    height: int
    """The enlarged height in pixels."""
    target: str
    """The resolution that was asked for: 1080p or 4K."""
    enhance: bool
    """Whether to enhance details."""
    stabilize: bool
    """Whether to stabilize motion."""


Made = Video | Upscale
"""What a job of TensorOne makes."""


def enlarged(video: Video, target: str) -> tuple[int, int]:
    """Return the width and height of an upscale: a short side of 1080 or 2160 pixels, in the ratio of the video."""
    short = {"1080p": 1080, "4K": 2160}[target]
    scale = Fraction(short, min(video.width, video.height))
    return round(video.width * scale), round(video.height * scale)


def billed(made: Made) -> Mapping[str, object]:
    """Return what the price of a video or an upscale depends on: its seconds, and the pixels of a frame."""
    seconds = made.duration if isinstance(made, Video) else round(made.frames / made.fps, 6)
    return {"seconds": seconds, "pixels": made.width * made.height}
