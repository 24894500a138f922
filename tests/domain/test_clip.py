"""The arithmetic of clips, for every size, length and rate."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.clip import (
    CONTENT_TYPES,
    LONGEST_SIDE,
    MOST_FRAMES,
    SHORTEST_SIDE,
    SMALLEST_SIDE,
    ClipSpec,
    content_type,
    exact,
    fitted,
    frame_count,
    gif_delays,
    identity,
    stated_size,
)

sides = st.one_of(st.integers(1, 5000), st.integers(1, 2**53))
counts = st.one_of(st.integers(1, 2000), st.integers(1, 2**53))
rates = st.one_of(st.integers(1, 60).map(Fraction), st.fractions(Fraction(1, 1000), 10**6))
specs = st.builds(
    ClipSpec,
    width=sides,
    height=sides,
    frames=counts,
    fps=rates,
    form=st.sampled_from(sorted(CONTENT_TYPES)),
    seed=st.integers(-(2**63), 2**64),
    title=st.text(max_size=20),
    caption=st.text(st.characters(codec=None), max_size=40),
)
PLAIN = ClipSpec(512, 512, 16, Fraction(8), "mp4", 7, "title", "caption")


@pytest.mark.parametrize(
    ("seconds", "fps", "frames"),
    [
        (1.3, 4, 5),
        (2, 8, 16),
        (0.01, 4, 1),
        (0.5, 5, 2),
        (1.5, 5, 8),
        ("2.5", 24, 60),
        (Decimal("0.1"), 25, 2),
        (5, 24, 120),
    ],
)
def test_frame_count_rounds_exactly(seconds: float | str | Decimal, fps: int, frames: int) -> None:
    assert frame_count(seconds, fps) == frames


@given(st.floats(0.001, 1000), st.integers(1, 120))
def test_frame_count_is_the_nearest(seconds: float, fps: int) -> None:
    frames = frame_count(seconds, fps)
    assert frames >= 1
    assert frames == 1 or abs(frames - exact(seconds) * fps) <= Fraction(1, 2)


def test_a_float_means_what_is_written() -> None:
    assert exact(1.3) == Fraction(13, 10)
    assert PLAIN.seconds == 2


@given(specs)
def test_fitted_is_even_within_the_limits_and_as_long(spec: ClipSpec) -> None:
    real = fitted(spec)
    for side in (real.width, real.height):
        assert side % 2 == 0
        assert side >= SMALLEST_SIDE
    assert max(real.width, real.height) <= LONGEST_SIDE
    assert min(real.width, real.height) <= SHORTEST_SIDE
    assert 1 <= real.frames <= min(spec.frames, MOST_FRAMES)
    assert real.note.isascii()
    assert real.note.isprintable()
    assert len(real.note) < 200
    unchanged = (real.width, real.height, real.frames, real.fps) == (spec.width, spec.height, spec.frames, spec.fps)
    assert (real.note == "") == unchanged


@given(st.integers(16, 2160), st.integers(16, 2160), st.integers(1, 600))
def test_fitted_keeps_what_can_be_kept(width: int, height: int, frames: int) -> None:
    real = fitted(ClipSpec(width, height, frames, Fraction(24), "mp4", 0, "", ""))
    assert (real.width - width, real.height - height) == (width % 2, height % 2)
    assert (real.frames, real.fps) == (frames, Fraction(24))


@pytest.mark.parametrize(
    ("asked", "rendered"),
    [
        ((1, 1), (16, 16)),
        ((511, 513), (512, 514)),
        ((3840, 2160), (3840, 2160)),
        ((2160, 3840), (2160, 3840)),
        ((7680, 4320), (3840, 2160)),
        ((4096, 4096), (2160, 2160)),
        ((5000, 300), (3840, 232)),
        ((2**53, 1), (3840, 16)),
    ],
)
def test_fitted_sizes(asked: tuple[int, int], rendered: tuple[int, int]) -> None:
    real = fitted(replace(PLAIN, width=asked[0], height=asked[1]))
    assert (real.width, real.height) == rendered


def test_too_many_frames_keep_the_length_and_the_note_says_so() -> None:
    real = fitted(replace(PLAIN, frames=1200, fps=Fraction(12)))
    assert (real.frames, real.fps) == (600, Fraction(6))
    assert real.note == "asked 512x512, 1200 frames, 12 fps; rendered 512x512, 600 frames, 6 fps"


@given(st.integers(1, 700), st.fractions(Fraction(1, 10), 100))
def test_gif_delays_keep_the_instants(frames: int, fps: Fraction) -> None:
    delays = gif_delays(frames, fps)
    assert len(delays) == frames
    total = 0
    for n, delay in enumerate(delays, 1):
        assert delay >= 0
        total += delay
        assert abs(total - 100 * n / fps) <= Fraction(1, 2)


def test_gif_delays_of_8_fps_take_turns() -> None:
    assert gif_delays(4, 8) == (13, 12, 13, 12)


@given(st.integers(16, 3840), st.integers(16, 2160), st.integers(1, 600), st.sampled_from([8, 24, 25, 7.5]))
def test_stated_size_grows_with_the_clip(width: int, height: int, frames: int, fps: float) -> None:
    size = stated_size(width, height, frames, fps)
    assert size == stated_size(width, height, frames, fps)
    assert size * 8 > width * height * frames // 5
    assert stated_size(width, min(2160, height + 400), frames, fps) + 65536 > size


@given(specs, specs)
def test_identity_tells_specs_apart(one: ClipSpec, other: ClipSpec) -> None:
    assert (identity(one, "t") == identity(other, "t")) == (one == other)
    assert identity(one, "t") != identity(one, "u")
    assert len(identity(one, "t")) == 40


def test_identity_sees_every_field_that_counts() -> None:
    variants = [
        PLAIN,
        replace(PLAIN, title="titlec", caption="aption"),
        replace(PLAIN, image="ab"),
        replace(PLAIN, moves=("ab",)),
        replace(PLAIN, moves=("a", "b")),
        replace(PLAIN, pad_to=1),
        replace(PLAIN, caption="\ud800"),
    ]
    assert len({identity(spec, "t") for spec in variants}) == len(variants)
    gif = replace(PLAIN, form="gif")
    assert identity(gif, "t") == identity(replace(gif, pad_to=1), "t")


@pytest.mark.parametrize("wrong", [{"form": "avi"}, {"width": 0}, {"height": -1}, {"frames": 0}, {"fps": Fraction(0)}])
def test_there_is_no_such_clip(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"form must be|no such clip"):
        replace(PLAIN, **wrong)  # type: ignore[arg-type]


def test_content_types() -> None:
    assert [content_type(form) for form in ("mp4", "webm", "gif", "jpg")] == [
        "video/mp4",
        "video/webm",
        "image/gif",
        "image/jpeg",
    ]
    with pytest.raises(KeyError):
        content_type("avi")
