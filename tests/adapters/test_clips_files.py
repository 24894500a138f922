"""Real encodes: what comes out has exactly the size, the rate, the frames and the bytes that it should have."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from mockserver.adapters.clips import Clip, Clips
from mockserver.domain.clip import ClipFailed, ClipSpec, fitted, gif_delays, stated_size
from tests.adapters.clip_files import decoded, ffmpeg, gif_facts, read_mp4

EVIL = "%{n} : 'quoted' \"double\" \\ [in] ;,=\nnew\tline \u4e2d\u56fd \U0001f600 \ud800 caf\u00e9 \x00 " + "x" * 3000
PLAIN = ClipSpec(512, 512, 16, Fraction(8), "mp4", 7, "TensorOne zeroscope-v2", "A majestic eagle")


def make(folder: Path, *specs: ClipSpec, image: bytes | None = None) -> list[Clip]:
    """Render in a fresh cache under ``folder``."""

    async def run() -> list[Clip]:
        clips = Clips(folder, max_disk=2**28, max_memory=2**24, workers=2, ffmpeg=ffmpeg)
        try:
            digest = clips.adopt_image(image) if image else ""
            return list(await asyncio.gather(*(clips.get(replace(spec, image=digest)) for spec in specs)))
        finally:
            await clips.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("width", "height", "frames", "fps"),
    [
        (512, 512, 16, Fraction(8)),
        (1024, 576, 5, Fraction(4)),
        (320, 180, 7, Fraction(2997, 100)),
        (511, 301, 3, Fraction(25)),
        (1, 1, 1, Fraction(1)),
        (64, 2000, 2, Fraction(24)),
        (2000, 64, 2, Fraction(15, 2)),
        (97, 65, 620, Fraction(60)),
    ],
)
def test_mp4_is_what_was_asked(tmp_path: Path, width: int, height: int, frames: int, fps: Fraction) -> None:
    spec = replace(PLAIN, width=width, height=height, frames=frames, fps=fps)
    real = fitted(spec)
    (clip,) = make(tmp_path, spec)
    facts = read_mp4(clip.data)
    assert (facts.width, facts.height, facts.frames) == (real.width, real.height, real.frames)
    assert facts.seconds == real.frames / real.fps
    assert abs(facts.movie_seconds - facts.seconds) <= Fraction(1, 1000)
    assert facts.names.index("moov") < facts.names.index("mdat")
    seen = decoded(clip.data, tmp_path)
    assert re.search(rf"h264.*yuv420p\(tv, bt709, progressive\), {real.width}x{real.height}\b", seen.stream)
    assert len(seen.frames) == real.frames
    assert clip.note == real.note
    assert (clip.size, clip.content_type) == (len(clip.data), "video/mp4")
    assert b"majestic" not in clip.data


@pytest.mark.parametrize(("width", "height", "fps"), [(512, 512, 8), (129, 97, 12), (1, 1, 1)])
def test_webm_is_what_was_asked(tmp_path: Path, width: int, height: int, fps: int) -> None:
    spec = replace(PLAIN, width=width, height=height, fps=Fraction(fps), form="webm")
    (clip,) = make(tmp_path, spec)
    real = fitted(spec)
    seen = decoded(clip.data, tmp_path)
    assert re.search(rf"Video: vp[89].*yuv420p.* {real.width}x{real.height}\b.* {fps} fps", seen.stream)
    assert len(seen.frames) == 16
    assert clip.content_type == "video/webm"


@pytest.mark.parametrize(("width", "height", "fps"), [(256, 256, 8), (129, 97, 12), (1, 1, 3), (64, 64, 120)])
def test_gif_has_the_nearest_delays(tmp_path: Path, width: int, height: int, fps: int) -> None:
    spec = replace(PLAIN, width=width, height=height, fps=Fraction(fps), form="gif")
    (clip,) = make(tmp_path, spec)
    real = fitted(spec)
    assert gif_facts(clip.data) == (real.width, real.height, list(gif_delays(16, fps)))
    assert b"NETSCAPE2.0" in clip.data
    assert getattr(Image.open(BytesIO(clip.data)), "n_frames", 1) == 16


def test_thumbnail_is_the_frame_a_third_in(tmp_path: Path) -> None:
    (clip,) = make(tmp_path, replace(PLAIN, form="jpg", width=301))
    picture = Image.open(BytesIO(clip.data))
    assert (picture.format, picture.size) == ("JPEG", (302, 512))
    assert clip.content_type == "image/jpeg"


def test_the_picture_moves(tmp_path: Path) -> None:
    for seed in range(6):
        (clip,) = make(tmp_path, replace(PLAIN, width=64, height=64, frames=8, fps=Fraction(4), seed=seed))
        assert len(set(decoded(clip.data, tmp_path).frames)) == 8


def test_same_spec_same_bytes(tmp_path: Path) -> None:
    specs = [replace(PLAIN, width=320, height=256, form=form, caption=EVIL) for form in ("mp4", "webm", "gif", "jpg")]
    first, second = make(tmp_path / "one", *specs), make(tmp_path / "two", *reversed(specs))
    assert first == second[::-1]
    assert len({clip.digest for clip in first}) == 4
    other = make(tmp_path / "one", replace(specs[0], seed=8), replace(specs[0], caption="b"))
    assert len({clip.digest for clip in (first[0], *other)}) == 3


@pytest.mark.parametrize("caption", [EVIL, "", "\n", "\U0001f600" * 50, "a" * 100_000, "-i /etc/passwd"])
def test_any_prompt_is_drawn(tmp_path: Path, caption: str) -> None:
    (clip,) = make(tmp_path, replace(PLAIN, width=128, height=96, frames=2, caption=caption, title=caption))
    assert read_mp4(clip.data).frames == 2


def test_mp4_is_brought_to_a_size_and_still_plays(tmp_path: Path) -> None:
    bare, padded = make(tmp_path, PLAIN, replace(PLAIN, pad_to=200_001))
    assert bare.size < 100_000
    assert padded.size == 200_001
    assert padded.data.startswith(bare.data)
    assert read_mp4(padded.data).names[-1] == "free"
    assert decoded(padded.data, tmp_path) == decoded(bare.data, tmp_path)
    with pytest.raises(ClipFailed, match="cannot be brought to 900"):
        make(tmp_path / "small", replace(PLAIN, pad_to=900))


def noise(width: int, height: int) -> bytes:
    """A PNG that no encoder can make small."""
    file = BytesIO()
    Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height)).save(file, "PNG")
    return file.getvalue()


# The least room per frame and the most detail: low resolutions, the shortest and the longest clips, city lights (seed 0
# to 7 hold every land), and a first-frame picture of noise, which is only held by the lower qualities.
@pytest.mark.parametrize(
    ("width", "height", "frames", "fps", "image"),
    [
        (640, 360, 120, 24, None),
        (360, 360, 120, 24, None),
        (1280, 720, 50, 25, None),
        (1920, 1080, 24, 24, None),
        (1280, 720, 48, 24, noise(960, 540)),
        (1080, 1920, 12, 24, noise(540, 960)),
    ],
)
def test_stated_size_holds_the_clip(
    tmp_path: Path, width: int, height: int, frames: int, fps: int, image: bytes | None
) -> None:
    size = stated_size(width, height, frames, fps)
    moves = ("Truck left", "Push in", "Shake") if image is None else ("Shake",)
    spec = replace(PLAIN, width=width, height=height, frames=frames, fps=Fraction(fps), caption=EVIL, moves=moves)
    seeds = (1, 3) if image is None and width < 1000 else (3,)
    for clip in make(tmp_path, *(replace(spec, seed=seed, pad_to=size) for seed in seeds), image=image):
        assert clip.size == size
        assert read_mp4(clip.data).frames == frames


def test_a_clip_starts_from_its_picture(tmp_path: Path) -> None:
    file = BytesIO()
    halves = Image.new("RGB", (400, 400), (250, 20, 20))
    halves.paste((20, 20, 250), (200, 0, 400, 400))
    halves.save(file, "WEBP", lossless=True)
    (clip,) = make(tmp_path, replace(PLAIN, form="gif", frames=3, moves=("Pan right",)), image=file.getvalue())
    picture = Image.open(BytesIO(clip.data))
    first = picture.convert("RGB")
    assert first.getpixel((20, 20))[0] > 200  # type: ignore[index]
    assert first.getpixel((490, 20))[2] > 200  # type: ignore[index]
    picture.seek(2)
    # The camera went to the right: the blue half begins further left.
    assert picture.convert("RGB").getpixel((230, 20))[2] > 200  # type: ignore[index]
