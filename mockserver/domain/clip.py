"""What a clip is: a value that says everything its bytes depend on, and the arithmetic around it.

Nothing here draws or encodes. A provider builds a :class:`ClipSpec` from a request; the adapter renders exactly that.
Lengths are seconds, sizes are pixels or bytes, frame rates are frames per second; all arithmetic is exact.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from mockserver import MockServerError

Number = int | float | str | Decimal | Fraction

LONGEST_SIDE, SHORTEST_SIDE = 3840, 2160  # in either orientation: a portrait 2160x3840 is as good as 3840x2160
SMALLEST_SIDE = 16  # below it the VP9 and H.264 encoders have less than one macroblock
MOST_FRAMES = 600
SLOWEST, FASTEST = Fraction(1, 100), Fraction(240)  # frames per second that every container can state

CONTENT_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "gif": "image/gif", "jpg": "image/jpeg"}


class ClipError(MockServerError):
    """A clip that cannot be had; its text is one line for people."""


class ClipFailed(ClipError):
    """The encoder began and did not finish, or what it made does not fit."""


class ClipUnavailable(ClipError):
    """There is no usable encoder on this machine: only clips suffer, thumbnails are still made."""


class BadImage(ClipError):
    """The client's picture is none, is damaged, or is too large."""


@dataclass(frozen=True, slots=True)
class PictureRules:
    """What a provider demands of a client's picture: at most `most_bytes`, a shorter side of at least `shortest` pixels
    and a longer one of at most `most_ratio` times as many.
    """

    most_bytes: int
    shortest: int
    most_ratio: Fraction

    def broken(self, size: int, width: int, height: int) -> str:
        """The rule that a picture of `size` bytes breaks, in a sentence; empty when it keeps them all."""
        short, long = sorted((width, height))
        if size > self.most_bytes:
            return f"the picture has {size} bytes, at most {self.most_bytes} are allowed"
        if short < self.shortest:
            return f"the picture is {width}x{height}, its shorter side must have at least {self.shortest} pixels"
        if long > short * self.most_ratio:
            return f"the picture is {width}x{height}, its longer side may have {float(self.most_ratio):g} times as many"
        return ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was taken in: the digest under which it is stored, and width and height in pixels as it is seen;
    None for one that we made, because the client's could not be looked at.
    """

    digest: str
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """One clip as it was asked for; two equal specs have the same bytes under the same tools.

    ``width``, ``height`` and ``frames`` are at least 1, ``fps`` is above 0, ``form`` is a key of ``CONTENT_TYPES``;
    anything else is a ``ValueError``. ``pad_to`` counts for MP4 only: the exact number of bytes of the finished file.
    """

    width: int
    height: int
    frames: int
    fps: Fraction
    form: str
    seed: int
    title: str
    caption: str
    image: str = ""
    moves: tuple[str, ...] = ()
    pad_to: int | None = None

    def __post_init__(self) -> None:
        if self.form not in CONTENT_TYPES:
            raise ValueError(f"form must be one of {', '.join(CONTENT_TYPES)}, not {self.form!r}")
        if min(self.width, self.height, self.frames) < 1 or self.fps <= 0:
            raise ValueError(f"no such clip: {self.width}x{self.height}, {self.frames} frames, {self.fps} fps")

    @property
    def seconds(self) -> Fraction:
        """The real length in seconds: frames / fps."""
        return self.frames / self.fps


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is really rendered: even sides, at least 16, within the limits. ``note`` is "" or one ASCII line."""

    width: int
    height: int
    frames: int
    fps: Fraction
    note: str


def exact(number: Number) -> Fraction:
    """The number as its shortest decimal writing means it: 1.3 is 13/10, not the binary neighbour of it."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


@lru_cache(maxsize=1024)
def frame_count(seconds: Number, fps: Number) -> int:
    """max(1, round(seconds * fps)), a half going to the even neighbour as Python's ``round`` does; 1.3 s at 4 -> 5."""
    return max(1, round(exact(seconds) * exact(fps)))


def _even(side: Fraction) -> int:
    whole = -(-side.numerator // side.denominator)
    return max(SMALLEST_SIDE, whole + whole % 2)


def _speed(fps: Fraction) -> str:
    """A frame rate for people: 24, 7.5, 29.97; never more than five significant digits, never a fraction bar."""
    return f"{float(fps):.5g}"


def fitted(spec: ClipSpec) -> Fitted:
    """The size, frame count and rate that are rendered for ``spec``.

    Too large a picture is scaled down in its own ratio; too many frames become 600 at a lower rate, so that the clip
    lasts as long as before. A changed size, count or rate is told in ``note``, an even side above an odd one too.
    """
    long, short = max(spec.width, spec.height), min(spec.width, spec.height)
    scale = min(Fraction(1), Fraction(LONGEST_SIDE, long), Fraction(SHORTEST_SIDE, short))
    width, height = _even(spec.width * scale), _even(spec.height * scale)
    frames = min(spec.frames, MOST_FRAMES)
    # A rate beyond 1/1001 grain does not fit the time bases of the containers.
    fps = min(FASTEST, max(SLOWEST, (spec.fps * frames / spec.frames).limit_denominator(1001)))
    if (width, height, frames, fps) == (spec.width, spec.height, spec.frames, spec.fps):
        return Fitted(width, height, frames, fps, "")
    asked = f"{spec.width}x{spec.height}, {spec.frames} frames, {_speed(min(spec.fps, Fraction(10**9)))} fps"
    note = f"asked {asked}; rendered {width}x{height}, {frames} frames, {_speed(fps)} fps"
    return Fitted(width, height, frames, fps, note)


def gif_delays(frames: int, fps: Number) -> tuple[int, ...]:
    """The delay after each frame in 1/100 s. Each *instant* is rounded, a half up: the total is off by 5 ms at most."""
    grain = Fraction(100) / exact(fps)
    instants = [(2 * n * grain + 1) // 2 for n in range(frames + 1)]
    return tuple(int(later - sooner) for sooner, later in pairwise(instants))


def stated_size(width: int, height: int, frames: int, fps: Number) -> int:
    """The bytes that an answer states for an MP4 before it exists; give it to the clip as ``pad_to``.

    A fifth of a bit per pixel, as recorded answers have it (6.3 MB for 5 s of 1080p) and more than ours ever needs,
    plus something per frame, plus a remainder from the digest of the geometry, because no real size is round.
    """
    real = fitted(ClipSpec(width, height, frames, exact(fps), "mp4", 0, "", ""))
    geometry = f"{width}x{height} {frames} {exact(fps)}".encode()
    odd = int.from_bytes(hashlib.blake2b(geometry, digest_size=2).digest(), "big")
    return 48_000 + real.width * real.height * real.frames // 40 + real.frames * 600 + odd


def content_type(form: str) -> str:
    """The media type of a form; ``KeyError`` for an unknown one."""
    return CONTENT_TYPES[form]


def identity(spec: ClipSpec, tools: str) -> str:
    """The key of the finished bytes: 40 hex digits of everything that they depend on, the ``tools`` line included."""
    digest = hashlib.blake2b(digest_size=20)
    padding = spec.pad_to if spec.form == "mp4" else None
    numbers = (spec.width, spec.height, spec.frames, spec.fps, spec.form, spec.seed, padding)
    for part in (tools, *map(str, numbers), spec.title, spec.caption, spec.image, *spec.moves):
        # A prompt may hold lone surrogates (JSON allows them); the length before each part keeps parts apart.
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(raw) + raw)
    return digest.hexdigest()
