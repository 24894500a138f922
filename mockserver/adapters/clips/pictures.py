"""Pictures from which clips start: loaded from a client, made from a digest, and moved over by the camera.

Everything here is synchronous and belongs in a worker thread.
"""

from __future__ import annotations

from fractions import Fraction
from hashlib import blake2b
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from mockserver.adapters.clips.camera import UNIT, Course, known
from mockserver.adapters.clips.scene import Scene
from mockserver.domain.clip import BadImage

FORMATS = ("PNG", "JPEG", "WEBP")
LARGEST = 4096  # pixels on a side
KEPT = 1920  # pixels on a side of what is stored: no scene is drawn larger


def pixels(data: bytes) -> Image.Image:
    """Return the client's picture as plain RGB pixels, upright, at most 1920 on a side; raises ``BadImage``."""
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
        if max(picture.size) > LARGEST:
            raise BadImage(f"the picture has {picture.width}x{picture.height} pixels, {LARGEST} on a side are allowed")
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except BadImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise BadImage(f"the picture is too large: {problem}") from problem
    except UnidentifiedImageError as problem:
        raise BadImage(f"not a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} picture") from problem
    except Exception as problem:  # decoders of damaged files raise nearly anything: OSError, SyntaxError, struct.error
        raise BadImage(f"the picture cannot be decoded: {problem}") from problem
    plain = Image.new("RGB", upright.size, (255, 255, 255))
    plain.paste(upright, mask=upright.getchannel("A"))
    if max(plain.size) > KEPT:
        plain.thumbnail((KEPT, KEPT), Image.Resampling.BICUBIC)
    return plain


def made(text: str) -> Image.Image:
    """Return a picture from the digest of ``text``, for a URL that must not be fetched: the same for the same text."""
    seed = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
    return Scene((768, 768), Course(seed, 1, Fraction(1))).frame(0)


def packed(picture: Image.Image) -> tuple[str, bytes]:
    """Return the digest of the pixels and the PNG file that keeps them."""
    digest = blake2b(b"%dx%d " % picture.size + picture.tobytes(), digest_size=20).hexdigest()
    file = BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return digest, file.getvalue()


class Still:
    """A scene made of a picture: frame 0 is the picture filling it, then the camera moves over it."""

    def __init__(self, picture: Image.Image, size: tuple[int, int], course: Course) -> None:
        self._size, self._course = size, course
        filling = ImageOps.fit(picture, size, Image.Resampling.BICUBIC)
        width, height = size
        # Mirrored copies on all sides, so that a camera that leaves the picture still has something to see.
        self._ground = Image.new("RGB", (3 * width, 3 * height))
        for column in range(3):
            for row in range(3):
                tile = ImageOps.mirror(filling) if column != 1 else filling
                tile = ImageOps.flip(tile) if row != 1 else tile
                self._ground.paste(tile, (column * width, row * height))

    def frame(self, n: int) -> Image.Image:
        """Return the picture at frame ``n``, from 0."""
        at = self._course.at(n)
        scale, x, y = at.scale(UNIT), at.x(UNIT), at.y(UNIT)
        if not known(self._course.moves):
            # No command: a slow push in, a seventh over the clip, instead of the walk of a drawn scene.
            x, scale = 0, UNIT + 585 * self._course.through(n) // UNIT
        left, right = _span(self._size[0], scale, x)
        top, bottom = _span(self._size[1], scale, -y)
        return self._ground.resize(self._size, Image.Resampling.BILINEAR, box=(left, top, right, bottom))


def _span(side: int, scale: int, shift: int) -> tuple[float, float]:
    """Return the visible part of three mirrored copies of a ``side``: from and to, in pixels.

    A third of a shift moves a picture. Places in 1/64 pixel are exact in binary, so the resampling is the same on every
    machine.
    """
    wide = 64 * side * UNIT // scale
    left = (64 * 3 * side - wide) // 2 + 64 * side * shift // (3 * UNIT)
    left = max(0, min(64 * 3 * side - wide, left))
    return left / 64, (left + wide) / 64
