"""The position of the camera at a frame. Integers only: the unit of shifts is 1/4096 of the picture's side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from mockserver.adapters.clips.draws import RandomDraws, sine

UNIT = 4096


@dataclass(frozen=True, slots=True)
class Camera:
    """Shifts of the view to the right (pan, truck) and up (tilt, pedestal), and magnifications (zoom, push).

    Turning moves everything alike; walking (truck, pedestal, push) moves what is near more than what is far.
    """

    pan: int = 0
    truck: int = 0
    tilt: int = 0
    pedestal: int = 0
    zoom: int = UNIT
    push: int = UNIT

    def scale(self, nearness: int) -> int:
        """Return the magnification, in 1/4096, of what lies at ``nearness`` (0 far .. 4096 near)."""
        return self.zoom * (UNIT + (self.push - UNIT) * nearness // UNIT) // UNIT

    def x(self, nearness: int) -> int:
        """Return how far the view has gone to the right for what lies at ``nearness``."""
        return self.pan + self.truck * nearness // UNIT

    def y(self, nearness: int) -> int:
        """Return how far the view has gone up for what lies at ``nearness``."""
        return self.tilt + self.pedestal * nearness // UNIT


# What each command adds over a whole clip. Zooms that shrink go to 2/3, those that magnify to 3/2.
MOVES: dict[str, dict[str, int]] = {
    "pan left": {"pan": -1600},
    "pan right": {"pan": 1600},
    "truck left": {"truck": -4096},
    "truck right": {"truck": 4096},
    "tilt up": {"tilt": 1000},
    "tilt down": {"tilt": -700},
    "pedestal up": {"pedestal": 1100},
    "pedestal down": {"pedestal": -800},
    "zoom in": {"zoom": 2048},
    "zoom out": {"zoom": -1365},
    "push in": {"push": 3000},
    "pull out": {"push": -1800},
    "tracking shot": {"truck": 6000},
    "shake": {},
    "static shot": {},
}


def known(moves: tuple[str, ...]) -> frozenset[str]:
    """Return the known commands of ``moves``, in lower case; other words are ignored."""
    return frozenset(" ".join(move.lower().split()) for move in moves) & MOVES.keys()


@dataclass(frozen=True, slots=True)
class Course:
    """A clip as the camera sees it: ``frames`` at ``fps`` per second, moved by ``moves``, shaken by ``seed``."""

    seed: int
    frames: int
    fps: Fraction
    moves: tuple[str, ...] = ()

    def milliseconds(self, frame: int) -> int:
        """Return when the frame is shown."""
        return int(frame * 1000 / self.fps)

    def through(self, frame: int) -> int:
        """Return how much of the clip is over, 0 .. 4096 (at the last frame)."""
        return frame * UNIT // max(1, self.frames - 1)

    def at(self, frame: int) -> Camera:
        """Return the camera at a frame. It starts at rest in the middle; without commands it walks slowly."""
        commands = known(self.moves)
        if not commands:
            return Camera(truck=int(frame * 160 / self.fps))
        # Half a cosine: starts and stops gently, and frame 0 is exactly the unmoved view.
        eased = (UNIT - sine(self.through(frame) // 2 + 1024)) // 2
        at = Camera()
        for command in sorted(commands):
            shifts = {axis: getattr(at, axis) + whole * eased // UNIT for axis, whole in MOVES[command].items()}
            at = replace(at, **shifts)
        if "shake" in commands and frame:
            jolt = RandomDraws(self.seed, f"shake {frame}")
            at = replace(at, pan=at.pan + jolt.between(-70, 70), tilt=at.tilt + jolt.between(-70, 70))
        return at
