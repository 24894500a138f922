"""Gately: a request as a value, with what the upstream understands of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from mockserver.domain.clip import frame_count, stated_size

FPS: Final = 25
SIZES: Final = {"512P": (910, 512), "720P": (1280, 720), "768P": (1366, 768), "1080P": (1920, 1080)}
HAILUO: Final = "MiniMax-Hailuo-02"
MODELS: Final = ("T2V-01-Director", "I2V-01-Director", "S2V-01", "I2V-01", "I2V-01-live", "T2V-01", HAILUO)

COMMANDS: Final = (
    "Truck left", "Truck right", "Pan left", "Pan right", "Push in", "Pull out", "Pedestal up", "Pedestal down",
    "Tilt up", "Tilt down", "Zoom in", "Zoom out", "Shake", "Tracking shot", "Static shot",
)  # fmt: skip
_COMMANDS: Final = {command.lower(): command for command in COMMANDS}
_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Video:
    """A request with every default filled in; sizes in pixels."""

    prompt: str
    model: str
    width: int
    height: int
    seconds: int
    image: str = ""
    """The digest of the picture from which the clip starts; empty: it starts from none."""
    moves: tuple[str, ...] = ()
    """The camera commands that were understood."""
    callback: str = ""
    """The URL for reports; empty: none are sent."""

    @property
    def frames(self) -> int:
        """The whole number of frames that the clip has."""
        return frame_count(self.seconds, FPS)

    @property
    def size(self) -> int:
        """The bytes of the finished file."""
        return _size(self.width, self.height, self.frames)


@cache
def _size(width: int, height: int, frames: int) -> int:
    return stated_size(width, height, frames, FPS)


def moves(prompt: str, model: str) -> tuple[str, ...]:
    """Return the camera commands in a prompt's square brackets, in their order and each once; other text there is
    ignored.

    Only the Director models know them.
    """
    if "[" not in prompt or not model.endswith("-Director"):
        return ()
    said = (one for inside in _BRACKETS.findall(prompt) for one in inside.split(","))
    known = (_COMMANDS.get(" ".join(one.lower().split())) for one in said)
    return tuple(dict.fromkeys(command for command in known if command))


def read_video(body: Mapping[str, Any], profile: frozenset[str], picture: str) -> Video:
    """Return the video of a body with its defaults; `picture` is the digest of the picture from which it starts.

    The upstream's wider fields count only under `pass-through`.
    """
    model = sys.intern(body["model"])
    prompt: str = body.get("prompt", "")
    resolution, seconds = "720P", 6
    if "pass-through" in profile:
        resolution = body.get("resolution", "768P" if model == HAILUO else "720P")
        seconds = int(body["duration"])
    width, height = SIZES["1080P" if "size-1080p" in profile else resolution]
    callback: str = body.get("callback_url", "") if "callbacks" in profile else ""
    return Video(prompt, model, width, height, seconds, picture, moves(prompt, model), callback)
