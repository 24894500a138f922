"""The caption below the scene: the request, and the number of the frame. Pillow's bundled font, full resolution."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache

from PIL import Image, ImageDraw, ImageFont

from mockserver.adapters.clips.looks import look, mix
from mockserver.domain.clip import ClipSpec, Fitted

READ = 2000  # characters of a prompt that are looked at: no caption holds more
NARROWEST, LOWEST = 96, 64  # below it no text can be read, so there is no caption


@lru_cache(maxsize=16)
def typeface(size: int) -> ImageFont.FreeTypeFont:
    """Return Pillow's own font at ``size`` pixels."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was built without FreeType")
    # Raqm is found on some machines and not on others; the basic layout is everywhere.
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)


@cache
def _missing() -> bytes:
    return bytes(typeface(16).getmask("\uffff"))


@lru_cache(maxsize=4096)
def _drawable(character: str) -> str:
    """Return the character if the font draws it, else its code as " U+4E2D ", which is squeezed later."""
    if character == " ":
        return character
    drawable = character.isprintable() and bytes(typeface(16).getmask(character)) not in (_missing(), b"")
    return character if drawable else f" U+{ord(character):04X} "


def readable(text: str) -> str:
    """Return ``text`` on one line in characters that the font has; others as their codes, such as U+4E2D."""
    words = " ".join(text[:READ].split())
    return " ".join("".join(map(_drawable, words)).split())


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """Return ``text`` in at most ``most`` lines no wider than ``width`` pixels; an ellipsis stands for the rest."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        is_last = len(lines) == most - 1
        if font.getlength(rest) <= width:
            lines.append(rest)
            break
        end = _fitting(rest, font, width, "\u2026" if is_last else "")
        if is_last:
            lines.append(rest[:end].rstrip() + "\u2026")
            break
        space = rest.rfind(" ", 0, end + 1)
        end = space if space > 0 else max(1, end)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return lines


def _fitting(text: str, font: ImageFont.FreeTypeFont, width: int, tail: str) -> int:
    """Return how many leading characters fit together with ``tail``."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle] + tail) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _size(width: int, height: int) -> int:
    """The size of the letters in pixels: small pictures get what is still legible, large ones 1/36 of the height."""
    return max(9, min(14, height // 24, width // 22), min(width // 32, height // 36, 64))


def _leading(size: int) -> int:
    return size * 13 // 10


def _lines(height: int, size: int) -> int:
    """Return the lines of the prompt: as many as fit into a sixth of a tall picture; elsewhere two, or one where it is
    low.
    """
    most = (height // 6 - 2 * size) // _leading(size) - 2
    return max(2 if 2 * size + 4 * _leading(size) <= height // 4 else 1, min(4, most))


class Caption:
    """The caption of one clip. ``frame(n)`` is an RGB image of the clip's width and ``height`` pixels.

    ``height`` is even, and 0 where a picture has no room for text.
    """

    def __init__(self, spec: ClipSpec, real: Fitted) -> None:
        self._width, self._frames = real.width, real.frames
        self._margin = _size(real.width, real.height)
        self._font = typeface(self._margin)
        self._prompt = wrapped(
            readable(spec.caption), self._font, real.width - 2 * self._margin, _lines(real.height, self._margin)
        )
        wanted = 2 * self._margin + (len(self._prompt) + 2) * _leading(self._margin)
        self.height = wanted - wanted % 2 if real.width >= NARROWEST and real.height >= LOWEST else 0
        seen = look(spec.seed)
        self._ground = mix(seen.near, (8, 10, 14), 3000)
        self._bright = mix(seen.sky[2], (255, 255, 255), 1200)
        self._counter = self._font.getlength(f"frame {real.frames}/{real.frames}")
        self._picture = self._draw(spec, real) if self.height else Image.new("RGB", (real.width, 1))

    def frame(self, n: int) -> Image.Image:
        """Return the caption of frame ``n``, from 0. The same image is changed and returned each time."""
        brush = ImageDraw.Draw(self._picture)
        right, top = self._width - self._margin, self._margin * 3 // 4
        brush.rectangle((right - self._counter - 2, top, self._width, top + _leading(self._margin)), fill=self._ground)
        brush.text((right, top), f"frame {n + 1}/{self._frames}", self._bright, self._font, anchor="ra")
        thick = max(2, self._margin // 5)
        brush.rectangle((0, 0, self._width, thick - 1), fill=mix(self._ground, self._bright, 1000))
        brush.rectangle((0, 0, self._width * (n + 1) // self._frames, thick - 1), fill=self._bright)
        return self._picture

    def _draw(self, spec: ClipSpec, real: Fitted) -> Image.Image:
        picture = Image.new("RGB", (self._width, self.height), self._ground)
        brush = ImageDraw.Draw(picture)
        size, room = self._margin, self._width - 2 * self._margin
        top = size * 3 // 4
        title = wrapped(readable(spec.title), self._font, int(room - self._counter) - size, 1)
        brush.text((size, top), "".join(title), self._bright, self._font)
        for line in self._prompt:
            top += _leading(size)
            brush.text((size, top), line, (244, 244, 246), self._font)
        top += _leading(size)
        status = wrapped(_status(spec, real), self._font, room, 1)
        brush.text((size, top), "".join(status), mix(self._ground, (255, 255, 255), 2300), self._font)
        return picture


def _status(spec: ClipSpec, real: Fitted) -> str:
    facts = [f"{real.width}x{real.height}", f"{_plain(real.fps)} fps", f"seed {spec.seed}", *spec.moves]
    # What differs comes first: it may be all that fits.
    return readable(" \u00b7 ".join([real.note, *facts] if real.note else facts))


def _plain(number: Fraction) -> str:
    return f"{float(number):.5g}"
