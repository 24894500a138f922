"""Runs ffmpeg: raw frames into its pipe, one finished file out. Synchronous; call it in a worker thread."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock, Timer
from typing import TYPE_CHECKING, Final

from mockserver.domain.clip import ClipFailed

if TYPE_CHECKING:
    from mockserver.adapters.clips.frames import Layout

# Never a window of its own on Windows.
QUIET: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0)
# Frames after which an encode is a long one.
SHORT: Final = 32
# The first quality is what a clip gets; the others are for pictures of pure noise that must fit a stated size.
QUALITIES: Final = (24, 32, 40, 51)
CODECS: Final[Mapping[str, tuple[str, ...]]] = {
    "mp4": ("-c:v", "libx264", "-preset", "superfast", "-profile:v", "high", "-movflags", "+faststart", "-f", "mp4"),
    # A speed above 0 is fixed for VP9 (VP8 would follow the time that encoding takes, and differ from run to run).
    "webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "0", "-f", "webm"),
    "gif": ("-c:v", "gif", "-f", "gif"),
}
COLOURS: Final = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")


def arguments(layout: Layout, form: str, target: Path, quality: int) -> list[str]:
    """Return the arguments of ffmpeg for a form and a quality (a CRF: lower is better). They contain no text of a
    client.
    """
    # A GIF is written at 10 frames per second; its delays are set afterwards.
    rate = "10" if form == "gif" else f"{layout.real.fps.numerator}/{layout.real.fps.denominator}"
    given = ["-f", "rawvideo", "-pixel_format", "rgb0", "-video_size", f"{layout.width}x{layout.height}"]
    once = ["-threads", "1", "-filter_complex_threads", "1"]
    picture = ["-filter_complex", _graph(layout, form), "-map", "[out]"]
    exact = ["-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1", "-an"]
    kind: list[str] = []
    if form == "mp4":
        kind = ["-crf", str(quality)]
    elif form == "webm":
        kind = ["-crf", str(min(63, quality + 12)), "-b:v", "0"]
    kind += [] if form == "gif" else [*COLOURS, "-g", "48"]
    return [
        *("-hide_banner", "-nostdin", "-v", "error", "-y"),
        *(*given, "-framerate", rate, "-i", "pipe:0"),
        *(*picture, *once, *exact, *CODECS[form], *kind, f"file:{target}"),
    ]


def _graph(layout: Layout, form: str) -> str:
    """Return the filter graph: cut the packed frame apart, scale the scene, put it above the caption."""
    width, above, caption = layout.real.width, layout.real.height - layout.caption, layout.caption
    flags = "flags=bicubic+accurate_rnd+bitexact+full_chroma_int"
    if form == "gif":
        turned, finish = f"{flags},format=rgb24", "setsar=1"
    else:
        turned = f"{flags}:out_color_matrix=bt709:out_range=tv,format=yuv420p"
        # Last, because stacking forgets these two.
        finish = "setsar=1,setparams=color_primaries=bt709:color_trc=bt709"
    parts = 1 + bool(caption) + layout.has_palette
    steps = [f"[0:v]split={parts}[a]" + "[b]" * bool(caption) + "[c]" * layout.has_palette]
    whole = "[whole]" if layout.has_palette else "[out]"
    scene = f"[a]crop={layout.scene[0]}:{layout.scene[1]}:0:{caption},scale={width}:{above}:{turned}"
    if caption:
        steps.append(f"{scene}[scene]")
        steps.append(f"[b]crop={width}:{caption}:0:0,scale={width}:{caption}:{turned}[caption]")
        steps.append(f"[scene][caption]vstack,{finish}{whole}")
    else:
        steps.append(f"{scene},{finish}{whole}")
    if layout.has_palette:
        steps.append(f"[c]crop=16:16:0:{layout.height - 16},trim=end_frame=1[palette]")
        steps.append("[whole][palette]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle[out]")
    return ";".join(steps)


@dataclass
class Encoders:
    """The running ffmpeg processes: counted, and killed when the server closes. Safe to use from many threads.

    After ``patience`` seconds a process counts as hung. ``started`` counts every process begun.
    """

    patience: float
    started: int = 0
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _is_closed: bool = False

    def run(self, command: list[str], frames: Iterable[bytes]) -> None:
        """Feed ``frames`` to ``command``; ``ClipFailed`` with its last words if it fails, hangs or was killed."""
        # A file and not a pipe for what it says: nobody reads a pipe while frames are written.
        with TemporaryFile() as words:
            process = self._start(command, words.fileno())
            timer = Timer(self.patience, process.kill)
            timer.daemon = True
            timer.start()
            try:
                _feed(process, frames)
                code = process.wait()
            finally:
                timer.cancel()
                process.kill()
                _close(process)
                process.wait()
                with self._lock:
                    self._running.discard(process)
            if code:
                words.seek(0)
                said = words.read(4000).decode("utf-8", "replace").strip().splitlines()
                raise ClipFailed(f"the encoder ended with code {code}: {said[-1] if said else 'no message'}")

    def close(self) -> None:
        """Kill what runs and start nothing more."""
        with self._lock:
            self._is_closed = True
            for process in self._running:
                process.kill()

    def _start(self, command: list[str], words: int) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_closed:
                raise ClipFailed("the server is closing")
            try:
                process = subprocess.Popen(  # noqa: S603 - numbers and our own names
                    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, creationflags=QUIET
                )
            except OSError as problem:
                raise ClipFailed(f"the encoder does not start: {problem}") from problem
            self.started += 1
            self._running.add(process)
            return process


def _feed(process: subprocess.Popen[bytes], frames: Iterable[bytes]) -> None:
    """Write all frames and close the pipe; an exception of the drawing is passed on."""
    pipe = process.stdin
    assert pipe is not None, "asked for in _start"
    for n, frame in enumerate(frames):
        if n == SHORT:
            _step_back(process)
        try:
            pipe.write(frame)
        except OSError:
            # An encoder that dies closes the pipe; its exit code and its words tell more than a broken pipe does.
            break
    _close(process)


def _step_back(process: subprocess.Popen[bytes]) -> None:
    """Lower the priority, so that an encode leaves time for requests."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, 5)


def _close(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
