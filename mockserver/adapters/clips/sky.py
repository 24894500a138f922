"""The sky above the land: a gradient with stars, the sun on its way, clouds, birds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFilter

from mockserver.adapters.clips.camera import UNIT, Camera
from mockserver.adapters.clips.draws import OVERRIDE, RandomDraws, sine
from mockserver.adapters.clips.looks import Colour, Look, mix

GRAIN = 16  # places of the sun and the clouds are kept in 1/16 pixel


def gradient(size: tuple[int, int], stops: Sequence[tuple[int, Colour]]) -> Image.Image:
    """Return a picture that runs from colour to colour downwards; stops are (1/4096 of the height, colour), rising."""
    height = size[1]
    column = Image.new("RGB", (1, height))
    for y in range(height):
        at = y * UNIT // height
        for (low, one), (high, other) in pairwise(stops):
            if low <= at < high:
                column.putpixel((0, y), mix(one, other, (at - low) * UNIT // (high - low)))
                break
    return column.resize(size, Image.Resampling.NEAREST)


class Sky:
    """The sky of a look in ``size`` (width, height) pixels."""

    def __init__(self, look: Look, size: tuple[int, int], seed: int) -> None:
        self._look, self._seed = look, seed
        width, height = self._width, self._height = size
        above, middle, low = look.sky
        stops = [(0, above), (look.horizon * 6 // 10, middle), (look.horizon + 200, low), (4096, low)]
        self._backdrop = gradient((width, height), stops)
        self._side = min(width, height)
        self._disc = self._sun_mask()
        self._glow = self._glow_mask()
        self._stars = self._scatter() if look.is_dark else []
        self._clouds = [self._cloud(n) for n in range(look.clouds)]

    def sun_at(self, at: Camera, through: int) -> tuple[int, int]:
        """Return the middle of the sun in 1/16 pixel, ``through`` (1/4096) the clip: it goes along an arc."""
        look = self._look
        x = look.sun_from + (look.sun_to - look.sun_from) * through // UNIT
        y = look.horizon - look.sun_height * (1300 + sine(x // 2) * 2796 // OVERRIDE) // UNIT
        scale = at.zoom
        x = 2048 + (x - 2048) * scale // UNIT - at.pan
        y = 2048 + (y - 2048) * scale // UNIT + at.tilt
        return x * self._width * GRAIN // UNIT, y * self._height * GRAIN // UNIT

    def draw(self, at: Camera, milliseconds: int, through: int) -> Image.Image:
        """Return a new picture with the sky at that moment."""
        picture = self._backdrop.copy()
        self._draw_stars(picture, at, milliseconds)
        x, y = self.sun_at(at, through)
        _stamp(picture, self._glow, mix(self._look.sun, self._look.sky[2], 1200), x, y)
        _stamp(picture, self._disc, self._look.sun, x, y)
        white = mix((255, 255, 255), self._look.sky[2], 1400)
        for n, cloud in enumerate(self._clouds):
            draws = RandomDraws(self._seed, f"cloud {n}")
            span = self._width + cloud.width
            speed = draws.between(60, 200) * self._width
            x = draws.below(span) * GRAIN + milliseconds * speed * GRAIN // (1000 * UNIT) - at.pan * self._width // 512
            y = draws.between(400, self._look.horizon * 6 // 10) * self._height * GRAIN // UNIT
            x = x % (span * GRAIN) - cloud.width * GRAIN // 2
            _stamp(picture, cloud, white, x, y + at.tilt * self._height * GRAIN // UNIT)
        return picture

    def draw_birds(self, picture: Image.Image, at: Camera, milliseconds: int) -> None:
        """Draw a few birds that beat their wings, in front of everything else."""
        colour = mix(self._look.near, (0, 0, 0), 1500)
        for n in range(self._look.birds):
            draws = RandomDraws(self._seed, f"bird {n}")
            span = max(3, self._side * draws.between(16, 28) // 1000)
            x = (draws.below(UNIT) + milliseconds * draws.between(120, 260) // 1000 - at.pan) % (UNIT + 400) - 200
            y = draws.between(500, 1900) + sine(milliseconds // 3 + n * 700) // 60 + at.tilt
            wing = sine(milliseconds * 5 + n * 900)
            place = (x * self._width * GRAIN // UNIT, y * self._height * GRAIN // UNIT)
            _stamp(picture, _bird(span, wing), colour, *place)

    def _sun_mask(self) -> Image.Image:
        radius = max(2, self._side * self._look.sun_size // (2 * UNIT))
        fine = Image.new("L", ((2 * radius + 4) * 4,) * 2)
        ImageDraw.Draw(fine).ellipse((8, 8, fine.width - 9, fine.height - 9), fill=255)
        return fine.reduce(4)

    def _glow_mask(self) -> Image.Image:
        """Return light that falls off with the square of the distance from the sun's middle."""
        side = self._disc.width * 9
        # Pillow's gradient reaches 180 at the middle of a side: zero there, or the square would be seen.
        falling = [max(0, 178 - n) ** 2 * 170 // 178**2 for n in range(256)]
        return Image.radial_gradient("L").point(falling).resize((side, side), Image.Resampling.BILINEAR)

    def _scatter(self) -> list[tuple[int, int, int]]:
        draws = RandomDraws(self._seed, "stars")
        count = 90 if self._side > 100 else 30
        below = self._look.horizon
        return [(draws.below(UNIT), draws.below(below), draws.between(30, 200)) for _ in range(count)]

    def _draw_stars(self, picture: Image.Image, at: Camera, milliseconds: int) -> None:
        above, _, low = self._look.sky
        for n, (x, y, bright) in enumerate(self._stars):
            faint = UNIT - y * UNIT // self._look.horizon
            twinkle = 3072 + sine(milliseconds + n * 997) // 4
            shine = bright * 16 * faint // UNIT * twinkle // UNIT
            place = ((x - at.pan) % UNIT * self._width // UNIT, (y + at.tilt) * self._height // UNIT)
            if 0 <= place[1] < self._height:
                picture.putpixel(place, mix(mix(above, low, UNIT - faint), (255, 255, 255), min(UNIT, shine)))

    def _cloud(self, n: int) -> Image.Image:
        draws = RandomDraws(self._seed, f"cloud shape {n}")
        wide = max(12, self._width * draws.between(18, 34) // 100)
        high = max(6, wide * draws.between(20, 30) // 100)
        mask = Image.new("L", (wide + high, high * 2))
        brush = ImageDraw.Draw(mask)
        for _ in range(9):
            across, tall = draws.between(wide // 6, wide // 3), draws.between(high // 3, high * 8 // 10)
            left = high // 2 + draws.below(max(1, wide - across))
            middle = high + (high // 4) - draws.below(max(1, high // 3))
            brush.ellipse((left, middle - tall // 2, left + across, middle + tall // 2), fill=draws.between(80, 150))
        return mask.filter(ImageFilter.BoxBlur(max(1, high // 8))).filter(ImageFilter.BoxBlur(max(1, high // 8)))


def _bird(span: int, wing: int) -> Image.Image:
    """Return a bird of ``2 * span`` pixels from tip to tip; ``wing`` is where its wings are, -4096 .. 4096 (down)."""
    fine = 4
    side, reach = (2 * span + 4) * fine, span * fine
    middle, tip = side // 2, wing * reach // (2 * OVERRIDE) - reach // 4
    offsets = ((-reach, tip), (-reach // 3, -reach // 6), (0, reach // 8), (reach // 3, -reach // 6), (reach, tip))
    mask = Image.new("L", (side, side))
    line = [(middle + x, middle + y) for x, y in offsets]
    ImageDraw.Draw(mask).line(line, fill=255, width=max(4, reach // 7), joint="curve")
    return mask.reduce(fine)


def _stamp(picture: Image.Image, mask: Image.Image, colour: Colour, x: int, y: int) -> None:
    """Draw ``mask`` in ``colour`` with its middle at (x, y) in 1/16 pixel; shifts below a pixel are smooth."""
    left, part_x = divmod(x - mask.width * GRAIN // 2, GRAIN)
    top, part_y = divmod(y - mask.height * GRAIN // 2, GRAIN)
    width, height = mask.size
    if left >= picture.width or top >= picture.height or left + width <= 0 or top + height <= 0:
        return
    # Sixteenths are exact in binary, so the resampling weights are the same on every machine.
    box = (1 - part_x / GRAIN, 1 - part_y / GRAIN, width - part_x / GRAIN, height - part_y / GRAIN)
    shifted = mask.resize((width - 1, height - 1), Image.Resampling.BILINEAR, box=box)
    picture.paste(colour, (left + 1, top + 1), shifted)
