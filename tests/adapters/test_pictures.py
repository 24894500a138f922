"""The port `Pictures`: what is looked at, and what is known of it afterwards."""

from __future__ import annotations

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from mockserver.adapters.pictures import LoopbackPictures
from mockserver.domain.clip import Picture


class Store:
    """Keeps nothing, and gives away where a picture came from."""

    def adopt_image(self, data: bytes) -> str:
        return f"{len(data)} bytes"

    def image_from_digest(self, text: str) -> str:
        return f"made from {text}"


def _file(orientation: int) -> bytes:
    file, exif = BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (30, 20)).save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize(("orientation", "size"), [(1, (30, 20)), (3, (30, 20)), (5, (20, 30)), (8, (20, 30))])
def test_a_picture_has_the_size_in_which_it_is_seen(orientation: int, size: tuple[int, int]) -> None:
    data = _file(orientation)
    assert asyncio.run(LoopbackPictures(Store()).take(data)) == Picture(f"{len(data)} bytes", size)


def test_a_picture_nobody_has_seen_has_no_size() -> None:
    link = "https://example.com/a.png"
    assert asyncio.run(LoopbackPictures(Store()).take(link)) == Picture(f"made from {link}")
