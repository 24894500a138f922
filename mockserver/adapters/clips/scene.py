"""Draws the moving picture of a seed, small: ffmpeg scales it up. Integers only, so it is the same everywhere.

Land is drawn as masks at three times the size and reduced, which gives smooth edges and movements below a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from mockserver.adapters.clips import sky
from mockserver.adapters.clips.camera import UNIT, Camera, Course
from mockserver.adapters.clips.city import PERIOD as STREET
from mockserver.adapters.clips.city import House, street
from mockserver.adapters.clips.draws import OVERRIDE, RandomDraws, sine
from mockserver.adapters.clips.looks import Colour, look, mix
from mockserver.adapters.clips.terrain import PERIOD, Outline, outline

LAYERS = 4
FINE = 3
# Per land: how high the far and the near layers stand (1/4096 of the height).
TALL = {
    "hills": (620, 900),
    "peaks": (1500, 900),
    "dunes": (520, 1000),
    "pines": (700, 1250),
    "sea": (70, 330),
    "city": (1250, 1500),
}


class Scene:
    """The scene of one clip in ``size`` (width, height) pixels; ``frame(n)`` is an RGB image of that size."""

    def __init__(self, size: tuple[int, int], course: Course) -> None:
        self._size = self._width, self._height = size
        self._course, self._seed = course, course.seed
        seed = course.seed
        self._look = look(seed)
        self._sky = sky.Sky(self._look, size, seed)
        self._outlines: list[Outline] = []
        self._streets: list[list[House]] = []
        if self._look.land == "city":
            self._streets = [street(seed, layer) for layer in range(LAYERS)]
        else:
            self._outlines = [outline(self._look.land, seed, layer) for layer in range(LAYERS)]
        self._fills = [self._fill(layer) for layer in range(LAYERS)]
        self._reach = self._half_width()

    def frame(self, n: int) -> Image.Image:
        """Return the picture of frame ``n``, from 0."""
        at, milliseconds, through = self._course.at(n), self._course.milliseconds(n), self._course.through(n)
        picture = self._sky.draw(at, milliseconds, through)
        for layer in range(LAYERS):
            if self._look.land == "city":
                self._draw_street(picture, at, layer, milliseconds)
            else:
                self._draw_outline(picture, at, layer, milliseconds)
                if self._look.land == "sea":
                    self._draw_glitter(picture, at, layer, milliseconds, through)
        self._sky.draw_birds(picture, at, milliseconds)
        return picture

    def _half_width(self) -> int:
        """Return the half width in which land is measured (mask pixels): a tall picture shows a part of it, not all
        squeezed.
        """
        return max(self._width, self._height * 4 // 3) * FINE

    def _nearness(self, layer: int) -> int:
        return (600, 1400, 2500, 4096)[layer]

    def _colour(self, layer: int) -> Colour:
        return mix(self._look.far, self._look.near, layer * UNIT // (LAYERS - 1))

    def _fill(self, layer: int) -> Image.Image:
        """Return the colours of a layer: its own at the top, mist towards the foot of all but the nearest."""
        colour = self._colour(layer)
        mist = (2600, 2000, 1200, 0)[layer]
        foot = mix(colour, self._look.sky[2], mist) if layer < LAYERS - 1 else mix(colour, (0, 0, 0), 1400)
        if self._look.land == "sea":
            colour = mix(mix(colour, self._look.sky[1], 1500), self._look.sky[2], mist // 3)
            foot = mix(self._colour(layer), self._look.sky[1], 700)
        top = self._base(layer) - TALL[self._look.land][layer == LAYERS - 1] // 2
        return sky.gradient(self._size, [(0, colour), (top, colour), (min(top + 1500, 4095), foot), (4096, foot)])

    def _base(self, layer: int) -> int:
        """Return the height of the foot of a layer, 1/4096 from the top."""
        low = 4096 - self._look.horizon
        return self._look.horizon + low * (0, 22, 48, 78)[layer] // 100

    def _line(self, at: Camera, layer: int, up: int) -> int:
        """Return the mask row of what is ``up`` above the foot of a layer."""
        near = self._nearness(layer)
        y = 2048 + (self._base(layer) - up - 2048) * at.scale(near) // UNIT + at.y(near)
        return y * self._height * FINE // UNIT

    def _draw_outline(self, picture: Image.Image, at: Camera, layer: int, milliseconds: int) -> None:
        near = self._nearness(layer)
        tall = TALL[self._look.land][0] + (TALL[self._look.land][1] - TALL[self._look.land][0]) * layer // (LAYERS - 1)
        drift = at.x(near)
        if self._look.land == "sea":
            drift += milliseconds * (60 + 50 * layer) // 1000 * (1 if layer % 2 else -1)
        heights, points = self._outlines[layer], []
        scale, middle = at.scale(near), self._width * FINE // 2
        # One picture's width is 200 samples; everything below is in 1/4096 of a sample.
        step = 200 * UNIT * UNIT // (self._reach * scale // UNIT + 1) // UNIT
        sway = sine(milliseconds * (3 + layer) // 4) * tall // (3 * UNIT) if self._look.land == "sea" else 0
        for x in range(0, self._width * FINE + 6, 6):
            whole, part = divmod((x - middle) * step + drift * 200 + layer * 77 * UNIT, UNIT)
            left, right = heights[whole % PERIOD], heights[(whole + 1) % PERIOD]
            height = left + (right - left) * part // UNIT
            points.append((x, self._line(at, layer, height * tall // UNIT + sway)))
        self._paste(picture, layer, points)

    def _paste(self, picture: Image.Image, layer: int, points: Sequence[tuple[int, int]]) -> None:
        """Fill below a line of mask points with the colours of a layer."""
        rows = [y for _, y in points]
        top = min(max(min(rows) // FINE, 0), self._height)
        bottom = min(max(max(rows) // FINE + 1, 0), self._height)
        if top < bottom:
            mask = Image.new("L", (self._width * FINE, (bottom - top) * FINE))
            shifted = [(x, y - top * FINE) for x, y in points]
            foot = (bottom - top) * FINE + FINE
            ImageDraw.Draw(mask).polygon([(0, foot), *shifted, (self._width * FINE + 6, foot)], fill=255)
            box = (0, top, self._width, bottom)
            picture.paste(self._fills[layer].crop(box), box, mask.reduce(FINE))
        if bottom < self._height:
            box = (0, bottom, self._width, self._height)
            picture.paste(self._fills[layer].crop(box), box)

    def _draw_street(self, picture: Image.Image, at: Camera, layer: int, milliseconds: int) -> None:
        near = self._nearness(layer)
        tall = TALL["city"][layer == LAYERS - 1] * (100, 80, 62, 48)[layer] // 100
        scale, middle, foot = at.scale(near), self._width * FINE // 2, self._line(at, layer, 0)
        mask = Image.new("L", (self._width * FINE, self._height * FINE))
        brush = ImageDraw.Draw(mask)
        brush.rectangle((0, min(foot, mask.height), mask.width, mask.height), fill=255)
        windows = Image.new("L", mask.size) if layer else None
        for house, left in self._houses(layer, at.x(near), scale):
            x = middle + left * scale * self._reach // (UNIT * UNIT)
            wide = max(FINE, house.width * scale * self._reach // (UNIT * UNIT))
            top = self._line(at, layer, house.height * tall // UNIT)
            brush.rectangle((x, min(top, foot), x + wide - 2, foot), fill=255)
            if windows is not None:
                _light(ImageDraw.Draw(windows), house, (x, top, wide, max(1, foot - top)), milliseconds)
        picture.paste(self._fills[layer], (0, 0), mask.reduce(FINE))
        if windows is not None:
            warm = mix((255, 214, 130), self._look.sky[2], 1000)
            picture.paste(warm, (0, 0), windows.reduce(FINE))

    def _houses(self, layer: int, drift: int, scale: int) -> list[tuple[House, int]]:
        """Yield the houses in view, each with its left side from the middle of the picture (1/4096 widths)."""
        half = self._width * FINE * UNIT // (2 * self._reach) * UNIT // scale + 400
        centre = drift + layer * 1234
        seen = []
        for turn in range((centre - half) // STREET, (centre + half) // STREET + 1):
            for house in self._streets[layer]:
                left = house.left + turn * STREET - centre
                if -half - house.width < left < half:
                    seen.append((house, left))
        return seen

    def _draw_glitter(self, picture: Image.Image, at: Camera, layer: int, milliseconds: int, through: int) -> None:
        """Draw the sun on the water: short lines below it that come and go."""
        x, _ = self._sky.sun_at(at, through)
        draws = RandomDraws(self._seed, f"glitter {layer} {milliseconds // 160}")
        foot = self._line(at, layer, 0) // FINE
        reach = self._height - foot if layer == LAYERS - 1 else (self._line(at, layer + 1, 0) // FINE - foot)
        brush = ImageDraw.Draw(picture, "RGBA")
        for _ in range(10):
            y = foot + draws.below(max(1, reach))
            spread = max(2, self._width * (12 + 20 * (layer + 1)) // 1000)
            left = x // 16 + draws.between(-spread, spread)
            wide = draws.between(2, max(3, spread))
            brush.line((left - wide // 2, y, left + wide // 2, y), fill=(*self._look.sun, draws.between(60, 190)))


def _light(brush: ImageDraw.ImageDraw, house: House, box: tuple[int, int, int, int], milliseconds: int) -> None:
    """Draw the lit windows of a house in ``box`` (left, top, width, height in mask pixels); some go on and off."""
    left, top, wide, high = box
    columns, rows = house.columns, max(2, house.height // 190)
    broad, tall = max(2, wide * 45 // (100 * columns)), max(2, high * 40 // (100 * rows))
    for column, row in house.lit:
        blink = (column * 7 + row * 13 + house.left) % 9
        if blink == 0 and sine(milliseconds // 2 + row * 500) > OVERRIDE // 3:
            continue
        x = left + (2 * column + 1) * wide // (2 * columns) - broad // 2
        y = top + row * high // rows
        brush.rectangle((x, y, x + broad - 1, y + tall - 1), fill=150 + 12 * blink)
