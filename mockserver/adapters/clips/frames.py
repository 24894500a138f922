"""The packed frames for the encoder: the caption above, the small scene below it, a palette at the foot for GIF.

One raw picture per frame on one pipe: no temporary pictures, and no text ever reaches an argument of ffmpeg.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from mockserver.adapters.clips.camera import Course
from mockserver.adapters.clips.caption import Caption
from mockserver.adapters.clips.pictures import Still
from mockserver.adapters.clips.scene import Scene
from mockserver.domain.clip import ClipSpec, Fitted

SCENE_SIDE, STILL_SIDE = 420, 960  # the longer side of a drawn scene, of a photograph; more is scaled up to
PALETTE_SIDE = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """The places in a packed frame of ``width`` x ``height`` pixels (four bytes each: red, green, blue, none).

    The caption is the top ``caption`` rows, the scene the ``scene`` (width, height) box under it at the left, the
    palette of a GIF the 16x16 box under that. The clip has ``real.height`` rows: first the scene, then the caption.
    """

    real: Fitted
    caption: int
    scene: tuple[int, int]
    has_palette: bool

    @property
    def width(self) -> int:
        """Pixels."""
        return self.real.width

    @property
    def height(self) -> int:
        """Pixels."""
        return self.caption + self.scene[1] + PALETTE_SIDE * self.has_palette


def layout(spec: ClipSpec, real: Fitted, caption: int) -> Layout:
    """Return the layout for a clip whose caption has ``caption`` rows."""
    width, height = real.width, real.height - caption
    longest = STILL_SIDE if spec.image else SCENE_SIDE
    parts = -(-max(width, height) // longest)
    return Layout(real, caption, (-(-width // parts), -(-height // parts)), spec.form == "gif")


class Frames:
    """The frames of a clip. ``picture`` is the first-frame picture as an image file, None for a drawn scene."""

    def __init__(self, spec: ClipSpec, real: Fitted, picture: bytes | None) -> None:
        self._real = real
        self._caption = Caption(spec, real)
        self.layout = layout(spec, real, self._caption.height)
        size, course = self.layout.scene, Course(spec.seed, real.frames, real.fps, spec.moves)
        self._scene: Scene | Still
        if picture is None:
            self._scene = Scene(size, course)
        else:
            decoded = Image.open(BytesIO(picture), formats=("PNG",))
            self._scene = Still(decoded, size, course)

    def raw(self) -> Iterator[bytes]:
        """Yield the packed frames in order, each ``layout.width * layout.height * 4`` bytes."""
        packed = Image.new("RGB", (self.layout.width, self.layout.height))
        top = self.layout.caption
        if self.layout.has_palette:
            packed.paste(self._palette(), (0, self.layout.height - PALETTE_SIDE))
        for n in range(self._real.frames):
            if top:
                packed.paste(self._caption.frame(n), (0, 0))
            packed.paste(self._scene.frame(n), (0, top))
            # Pillow keeps four bytes per pixel: asking for all four spares it a conversion.
            yield packed.tobytes("raw", "RGBX")

    def whole(self, n: int) -> Image.Image:
        """Return frame ``n`` as it will look, in full size."""
        above = self._real.height - self.layout.caption
        picture = Image.new("RGB", (self._real.width, self._real.height))
        picture.paste(self._scene.frame(n).resize((self._real.width, above), Image.Resampling.BICUBIC), (0, 0))
        if self.layout.caption:
            picture.paste(self._caption.frame(n), (0, above))
        return picture

    def _palette(self) -> Image.Image:
        """Return 256 colours that suit first, middle and last frame, as 16x16 pixels: one pass is then enough for a
        GIF.
        """
        last = self._real.frames - 1
        samples = [self._scene.frame(n) for n in sorted({0, last // 2, last})]
        caption = self._caption.frame(0)
        width, height = samples[0].size
        sample = Image.new("RGB", (max(width, caption.width), len(samples) * height + caption.height))
        for n, picture in enumerate(samples):
            sample.paste(picture, (0, n * height))
        sample.paste(caption, (0, len(samples) * height))
        colours = sample.quantize(256, Image.Quantize.MEDIANCUT).getpalette() or []
        # A short palette is filled up with its last colour: the encoder wants exactly 256.
        colours += (colours[-3:] or [0, 0, 0]) * ((768 - len(colours)) // 3)
        return Image.frombytes("RGB", (PALETTE_SIDE, PALETTE_SIDE), bytes(colours[:768]))


def thumbnail(spec: ClipSpec, real: Fitted, picture: bytes | None) -> bytes:
    """Return the frame a third into the clip as a JPEG file, by Pillow alone."""
    file = BytesIO()
    Frames(spec, real, picture).whole(real.frames // 3).save(file, "JPEG", quality=88, subsampling=0)
    return file.getvalue()
