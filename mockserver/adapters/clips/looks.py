"""The looks that a seed can have: colours, land, position of the sun. People see the difference at once."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.adapters.clips.draws import RandomDraws

Colour = tuple[int, int, int]


def _hex(text: str) -> Colour:
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


# sky above, sky middle, sky at the horizon, sun, far land, near land
PALETTES = (
    "2b3a67 c9738a ffd9a0 fff1c9 8f7596 241c38",  # dawn
    "2a7bc4 86c3ee e8f6fb fffbe0 7ea9c4 17483f",  # noon
    "2a1a5e b5446e ff9e5e ffd98a 7a4080 170d2c",  # dusk
    "060b22 13235a 3f5f9e f4f4ff 29457a 050916",  # night
    "3d7ea6 f0c48a fbe6b8 fff6d8 dba76a 6e341c",  # desert
    "04142a 0d4858 62d6ac eafff5 2f7683 041c26",  # arctic
    "0b7a8f 4fd0c0 fff0b8 fffdf0 35a89f 053f44",  # tropics
    "1d1147 7a3fa0 ff8fb8 ffe3ee 70449d 12082c",  # violet
    "5a7d9a f2b56b f9e6bb fffaf0 bd7246 43130f",  # autumn
    "4f9296 b8e0cd fff6e3 ffffff 7cb0a3 17382f",  # mint
    "1a0a0f 7a1620 ff7a32 fff0b0 742830 100406",  # ember
    "7fa6d8 f4c4d4 fff2ec ffffff b593ba 3c2a58",  # rose
)
# A touch of one of these is mixed into every colour, so that two clips with one palette still differ.
TINTS = ("ff3b30", "ff9500", "ffd60a", "34c759", "00c7be", "0a84ff", "5e5ce6", "bf5af2", "ff2d55")
LANDS = ("hills", "peaks", "dunes", "pines", "sea", "city")


@dataclass(frozen=True, slots=True)
class Look:
    """Everything about a scene that does not move. Places are in 1/4096 of the picture's side."""

    sky: tuple[Colour, Colour, Colour]
    sun: Colour
    far: Colour
    near: Colour
    land: str
    horizon: int
    sun_size: int
    sun_from: int
    sun_to: int
    sun_height: int
    is_dark: bool
    clouds: int
    birds: int


def mix(one: Colour, other: Colour, share: int) -> Colour:
    """Return the colour at ``share`` (in 1/4096) of the way from one colour to the other."""
    red, green, blue = (a + (b - a) * share // 4096 for a, b in zip(one, other, strict=True))
    return red, green, blue


def look(seed: int) -> Look:
    """Return the look of a seed (any integer)."""
    draws = RandomDraws(seed, "look")
    palette = map(_hex, PALETTES[draws.below(len(PALETTES))].split())
    tint = _hex(TINTS[draws.below(len(TINTS))])
    share = draws.between(0, 700)
    above, middle, low, sun, far, near = (mix(colour, tint, share) for colour in palette)
    start = draws.between(500, 3600)
    stride = draws.between(500, 1000) * (1 if start < 2048 else -1)
    is_dark = sum(above) < 230
    return Look(
        sky=(above, middle, low),
        sun=sun,
        far=far,
        near=near,
        land=LANDS[draws.below(len(LANDS))],
        horizon=draws.between(2250, 2700),
        sun_size=draws.between(190, 420),
        sun_from=start,
        sun_to=start + stride,
        sun_height=draws.between(700, 1500),
        is_dark=is_dark,
        clouds=0 if is_dark else draws.between(2, 5),
        birds=0 if is_dark else draws.below(6),
    )
