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


def geometry(job: Job) -> tuple[Video, int, int]:
    """The video that a job makes or enlarges, and its width and height.

    An upscale has a short side of 1080 or 2160 and keeps the ratio, the frame rate and the number of frames.
    """
    if not isinstance(job.request, Upscale):
        video = cast("Video", job.request)
        return video, video.width, video.height
    video = cast("Video", job.request.source.request)
    short = {"1080p": 1080, "4K": 2160}[job.request.target]
    scale = Fraction(short, min(video.width, video.height))
    return video, round(video.width * scale), round(video.height * scale)
