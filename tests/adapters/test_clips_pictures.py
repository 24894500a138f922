"""What is drawn, and the pictures that a client sends."""

from __future__ import annotations

import zlib
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mockserver.adapters.clips import Clips
from mockserver.adapters.clips.camera import MOVES, UNIT, Camera, Course
from mockserver.adapters.clips.caption import readable, typeface, wrapped
from mockserver.adapters.clips.containers import delayed, padded
from mockserver.adapters.clips.frames import Frames
from mockserver.adapters.clips.pictures import Still, made, packed, pixels
from mockserver.adapters.clips.scene import Scene
from mockserver.domain.clip import BadImage, ClipFailed, ClipSpec, fitted

GOLDEN = 935888302
COMMANDS = st.lists(st.sampled_from([*sorted(MOVES), "Pan  LEFT", "unknown [x]"]), max_size=3).map(tuple)


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    frames=st.sampled_from([1, 2, 600]),
    fps=st.sampled_from([Fraction(1, 100), Fraction(8), Fraction(240)]),
    seed=st.integers(-5, 2**64),
    moves=COMMANDS,
    text=st.text(st.characters(codec=None), max_size=60),
    form=st.sampled_from(["mp4", "gif"]),
)
def test_anything_can_be_drawn(
    width: int, height: int, frames: int, fps: Fraction, seed: int, moves: tuple[str, ...], text: str, form: str
) -> None:
    spec = ClipSpec(width, height, frames, fps, form, seed, text, text, "", moves)
    drawn = Frames(spec, fitted(spec), None)
    raw = drawn.raw()
    for _ in range(min(frames, 2)):
        assert len(next(raw)) == drawn.layout.width * drawn.layout.height * 4
    assert drawn.whole(frames - 1).size == (fitted(spec).width, fitted(spec).height)


@given(COMMANDS, st.integers(1, 600))
def test_the_camera_starts_at_rest_and_never_turns_inside_out(moves: tuple[str, ...], frames: int) -> None:
    course = Course(1, frames, Fraction(25), moves)
    assert course.at(0) == Camera()
    for frame in (frames // 2, frames - 1):
        at = course.at(frame)
        assert all(at.scale(near) > UNIT // 8 for near in (0, UNIT // 2, UNIT))


def test_a_static_shot_stands_still_and_a_pan_does_not() -> None:
    assert Course(1, 9, Fraction(8), ("Static shot",)).at(8) == Camera()
    assert Course(1, 9, Fraction(8), ("pan LEFT",)).at(8).pan < 0 < Course(1, 9, Fraction(8), ("Pan right",)).at(8).pan
    assert Course(1, 9, Fraction(8), ("Shake",)).at(3) != Course(2, 9, Fraction(8), ("Shake",)).at(3)


def test_seeds_are_told_apart() -> None:
    course = [Course(seed, 8, Fraction(8)) for seed in range(40)]
    seen = {Scene((64, 48), one).frame(0).tobytes() for one in course}
    assert len(seen) == 40


def test_the_picture_of_a_seed_is_the_same_on_every_machine() -> None:
    # A change of this number is a change of every clip: raise tools.RECIPE with it.
    sums = [zlib.crc32(Scene((96, 64), Course(seed, 8, Fraction(8))).frame(5).tobytes()) for seed in range(12)]
    assert zlib.crc32(repr(sums).encode()) == GOLDEN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain %{n}: 'a' \"b\" \\", "plain %{n}: 'a' \"b\" \\"),
        ("a\n b\t\tc\r\n", "a b c"),
        ("\u4e2d\u56fd", "U+4E2D U+56FD"),
        ("go \U0001f600!", "go U+1F600 !"),
        ("\ud800\x00", "U+D800 U+0000"),
        ("", ""),
    ],
)
def test_characters_outside_the_font_show_as_their_codes(text: str, shown: str) -> None:
    assert readable(text) == shown


@given(st.text("ab cdeWi.", max_size=200), st.integers(60, 300), st.integers(1, 4))
def test_lines_fit_and_lose_nothing_without_an_ellipsis(text: str, width: int, most: int) -> None:
    font = typeface(12)
    text = " ".join(text.split())
    lines = wrapped(text, font, width, most)
    assert len(lines) <= most
    assert all(font.getlength(line) <= width for line in lines)
    if not (lines and lines[-1].endswith("\u2026")):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


GREEN = Image.new("RGB", (30, 20), (10, 200, 30))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_three_forms_are_taken_and_only_pixels_are_kept(form: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret words"
    clips = Clips(tmp_path, max_disk=2**20, max_memory=0, workers=1)
    digest = clips.adopt_image(saved(GREEN, form, exif=exif))
    assert clips.adopt_image(saved(GREEN, form)) == digest
    (path,) = (tmp_path / "pictures").iterdir()
    assert path.name.startswith(digest)
    assert b"secret" not in path.read_bytes()
    with Image.open(path) as kept:
        assert kept.size == (30, 20)


def test_a_picture_is_turned_upright_and_laid_on_white() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert pixels(saved(GREEN, "JPEG", exif=exif)).size == (20, 30)
    assert pixels(saved(Image.new("RGBA", (2, 2), (0, 0, 0, 0)), "PNG")).getpixel((0, 0)) == (255, 255, 255)
    assert pixels(saved(Image.new("P", (2, 2)), "PNG")).mode == "RGB"
    assert pixels(saved(Image.new("L", (4000, 10)), "PNG")).size == (1920, 5)


def header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""
    chunk = b"IHDR" + pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + pack(">I", 13) + chunk + pack(">I", zlib.crc32(chunk)) + b"\x00\x00\x00\x09IDAT"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a PNG, JPEG or WEBP"),
        (b"<svg/>", "not a PNG, JPEG or WEBP"),
        (saved(GREEN, "GIF"), "not a PNG, JPEG or WEBP"),
        (saved(GREEN, "BMP"), "not a PNG, JPEG or WEBP"),
        (saved(GREEN, "TIFF"), "not a PNG, JPEG or WEBP"),
        (saved(GREEN, "PNG")[:60], "cannot be decoded"),
        (saved(Image.effect_noise((90, 90), 50), "JPEG")[:900], "cannot be decoded"),
        (saved(Image.new("L", (4097, 1)), "PNG"), "4097x1 pixels, 4096 on a side"),
        (header(12_000, 12_000), "too large|4096 on a side"),
        (header(60_000, 60_000), "too large"),
    ],
)
def test_bad_pictures_are_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadImage, match=reason):
        pixels(data)


def test_a_picture_is_made_from_a_digest(tmp_path: Path) -> None:
    clips = Clips(tmp_path, max_disk=2**22, max_memory=0, workers=1)
    one, two = clips.image_from_digest("http://a/1.png"), clips.image_from_digest("http://a/2.png\ud800")
    assert one != two
    assert one == clips.image_from_digest("http://a/1.png") == packed(made("http://a/1.png"))[0]
    assert len(list((tmp_path / "pictures").iterdir())) == 2


def test_a_still_begins_as_its_picture() -> None:
    picture = made("x").resize((80, 60))
    for moves in ((), ("Zoom out", "Pan left"), ("Shake",)):
        still = Still(picture, (80, 60), Course(1, 8, Fraction(8), moves))
        assert still.frame(0).tobytes() == picture.tobytes()
        assert still.frame(7).tobytes() != picture.tobytes()


def test_padding_needs_room_for_a_box() -> None:
    assert padded(b"1234", 4) == b"1234"
    assert padded(b"1234", 12) == b"1234\x00\x00\x00\x08free"
    for size in (3, 5, 11):
        with pytest.raises(ClipFailed, match="cannot be brought"):
            padded(b"1234", size)


def test_delays_fit_the_frames_or_fail() -> None:
    gif = saved(GREEN, "GIF", save_all=True, append_images=[Image.new("RGB", (30, 20))], duration=100)
    again = Image.open(BytesIO(delayed(gif, [7, 9])))
    assert again.info["duration"] == 70
    for data, delays in ((gif, [1]), (gif, [1, 2, 3]), (gif[:-20], [1, 2]), (b"GIF89a", [1])):
        with pytest.raises(ClipFailed, match="does not have"):
            delayed(data, delays)
