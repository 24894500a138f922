"""Clips on demand: rendered once, kept within bounds, refused clearly, nothing left behind."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import pytest

from mockserver.adapters.clips import Clip, Clips
from mockserver.domain.clip import ClipFailed, ClipSpec, ClipUnavailable
from tests.adapters.clip_files import ffmpeg

TINY = ClipSpec(64, 48, 2, Fraction(4), "mp4", 1, "title", "prompt")
ONLY_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in encoder is a shell script")


def opened(folder: Path, **options: Any) -> Clips:
    settings: dict[str, Any] = {"max_disk": 2**24, "max_memory": 2**20, "workers": 2, "ffmpeg": ffmpeg, **options}
    return Clips(folder, **settings)


Answer = TypeVar("Answer")


def using(clips: Clips, work: Callable[[Clips], Coroutine[None, None, Answer]]) -> Answer:
    """Run ``work`` in a loop of its own and close the clips in it."""

    async def run() -> Answer:
        try:
            return await work(clips)
        finally:
            await clips.aclose()

    return asyncio.run(run())


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def stand_in(folder: Path, encoding: str) -> str:
    """A script that says a version like ffmpeg, and does ``encoding`` when it is asked for a clip."""
    path = folder / "stand-in"
    path.write_text(f'#!/bin/sh\nif [ "$1" = "-version" ]; then echo stand-in 1; exit 0; fi\n{encoding}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_twenty_clients_one_encoder_and_the_first_goes_away(tmp_path: Path) -> None:
    async def work(clips: Clips) -> None:
        crowd = [asyncio.create_task(clips.get(TINY)) for _ in range(20)]
        await asyncio.sleep(0)
        crowd[0].cancel()
        answers = await asyncio.gather(*crowd, return_exceptions=True)
        assert isinstance(answers[0], asyncio.CancelledError)
        assert {type(answer) for answer in answers[1:]} == {Clip}
        assert len({id(answer) for answer in answers[1:]}) == 1
        assert clips.started == 1
        assert await clips.get(TINY) is clips.cached(TINY)
        assert clips.started == 1

    using(opened(tmp_path), work)


def test_everybody_goes_away_and_the_clip_is_made(tmp_path: Path) -> None:
    async def work(clips: Clips) -> None:
        client = asyncio.create_task(clips.get(TINY))
        await asyncio.sleep(0)
        client.cancel()
        with pytest.raises(asyncio.CancelledError):
            await client
        assert (await clips.get(TINY)).size > 0
        assert clips.started == 1

    using(opened(tmp_path), work)


def test_a_restart_keeps_the_etag_and_starts_no_encoder(tmp_path: Path) -> None:
    first = using(opened(tmp_path), lambda clips: clips.get(TINY))
    again = opened(tmp_path)
    assert using(again, lambda clips: clips.get(TINY)) == first
    assert again.started == 0


@pytest.mark.parametrize("damage", [b"", b"x" * 10, None])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes | None) -> None:
    first = using(opened(tmp_path), lambda clips: clips.get(TINY))
    (path,) = files(tmp_path)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    again = opened(tmp_path)
    assert using(again, lambda clips: clips.get(TINY)) == first
    assert again.started == 1
    assert [kept.read_bytes() for kept in files(tmp_path)] == [first.data]


def test_names_on_disk_are_digests_whatever_the_spec_says(tmp_path: Path) -> None:
    evil = replace(TINY, form="jpg", title="../../x", caption="/etc/passwd\x00", moves=("../y",))
    using(opened(tmp_path / "cache"), lambda clips: clips.get(evil))
    (path,) = files(tmp_path)
    assert path.parent == tmp_path / "cache" / "clips"
    assert set(path.name) <= set("0123456789abcdef-")
    with pytest.raises(ClipFailed, match="not stored"):
        using(opened(tmp_path / "cache"), lambda clips: clips.get(replace(TINY, image="../../../etc/passwd")))


def test_other_tools_other_clip(tmp_path: Path) -> None:
    clips = opened(tmp_path)
    lines = {clips._tools.line(form) for form in ("mp4", "webm", "gif")}
    (line,) = lines
    assert "ffmpeg version" in line
    assert "Pillow" in line
    assert "ffmpeg" not in clips._tools.line("jpg")


@ONLY_POSIX
@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        ("echo no such codec >&2; exit 1", "code 1: no such codec"),
        ('for last in "$@"; do :; done; echo part > "${last#file:}"; exit 3', "code 3: no message"),
        ("cat > /dev/null; exit 0", "cannot be written"),
        ("kill -9 $$", "code -9"),
    ],
)
def test_a_failing_encoder_leaves_nothing(tmp_path: Path, encoding: str, reason: str) -> None:
    program = stand_in(tmp_path, encoding)
    cache = tmp_path / "cache"

    async def work(clips: Clips) -> None:
        for attempt in (1, 2):
            with pytest.raises(ClipFailed, match=reason):
                await clips.get(TINY)
            assert clips.started == attempt
        assert files(cache) == []
        assert clips.cached(TINY) is None
        assert (await clips.get(replace(TINY, form="jpg"))).content_type == "image/jpeg"

    using(opened(cache, ffmpeg=program), work)


@ONLY_POSIX
def test_a_hung_encoder_is_killed(tmp_path: Path) -> None:
    program = stand_in(tmp_path, "exec tail -f /dev/null")
    with pytest.raises(ClipFailed, match="code -9"):
        using(opened(tmp_path / "cache", ffmpeg=program, patience=0.05), lambda clips: clips.get(TINY))


@ONLY_POSIX
def test_closing_kills_the_encoders_and_tells_who_waits(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    os.mkfifo(mark)
    program = stand_in(tmp_path, f"echo > {mark}; exec tail -f /dev/null")

    async def run() -> None:
        clips = opened(tmp_path / "cache", ffmpeg=program, workers=1)
        crowd = [asyncio.create_task(clips.get(replace(TINY, seed=seed))) for seed in range(3)]
        await asyncio.to_thread(mark.read_bytes)  # until the encoder runs
        await clips.aclose()
        for answer in await asyncio.gather(*crowd, return_exceptions=True):
            assert isinstance(answer, ClipFailed)
        with pytest.raises(ClipFailed, match="closing"):
            await clips.get(TINY)
        assert files(tmp_path / "cache") == []

    asyncio.run(run())


def missing() -> str:
    raise ClipUnavailable("no ffmpeg: none was found")


@pytest.mark.parametrize(
    ("finder", "reason"),
    [
        (missing, "no ffmpeg: none was found"),
        ("/nowhere/ffmpeg", "ffmpeg does not run: "),
        (sys.executable + "\x00", "ffmpeg does not run: "),
    ],
)
def test_without_an_encoder_only_clips_suffer(tmp_path: Path, finder: str | Callable[[], str], reason: str) -> None:
    clips = opened(tmp_path, ffmpeg=finder)
    line = clips.usable()
    assert line is not None
    assert line.startswith(reason)
    assert "\n" not in line

    async def work(clips: Clips) -> None:
        for _ in range(2):
            with pytest.raises(ClipUnavailable, match=reason):
                await clips.get(TINY)
        assert (await clips.get(replace(TINY, form="jpg"))).size > 0

    using(clips, work)


def test_an_encoder_is_usable(tmp_path: Path) -> None:
    assert opened(tmp_path).usable() is None
    assert files(tmp_path) == []


def test_memory_holds_small_clips_within_its_bound(tmp_path: Path) -> None:
    async def work(clips: Clips) -> None:
        specs = [replace(TINY, form="jpg", seed=seed) for seed in range(12)]
        sizes = [(await clips.get(spec)).size for spec in specs]
        kept = [spec for spec in specs if clips.cached(spec)]
        assert 0 < len(kept) < 12
        assert kept == specs[-len(kept) :]
        assert sum(sizes[-len(kept) :]) <= 16000
        big = replace(TINY, form="jpg", width=640, height=480)
        assert (await clips.get(big)).size > 4000
        assert clips.cached(big) is None

    using(opened(tmp_path, max_memory=16000), work)


def test_disk_is_bounded_too(tmp_path: Path) -> None:
    async def work(clips: Clips) -> None:
        for seed in range(12):
            await clips.get(replace(TINY, form="jpg", seed=seed))
            assert sum(path.stat().st_size for path in files(tmp_path)) <= 8000

    using(opened(tmp_path, max_disk=8000, max_memory=0), work)


def test_a_folder_that_cannot_be_written_still_gives_thumbnails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    async def work(clips: Clips) -> None:
        assert (await clips.get(replace(TINY, form="jpg"))).size > 0
        with pytest.raises(ClipFailed):
            await clips.get(TINY)

    using(opened(tmp_path / "file"), work)


def test_a_start_imports_neither_pillow_nor_imageio() -> None:
    code = (
        "import sys; from pathlib import Path; from mockserver.adapters.clips import Clips; "
        "Clips(Path('x'), max_disk=1, max_memory=1, workers=1); "
        "sys.exit(any(name in sys.modules for name in ('PIL', 'imageio_ffmpeg', 'numpy')))"
    )

    async def run() -> int:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        return await process.wait()

    assert asyncio.run(run()) == 0
