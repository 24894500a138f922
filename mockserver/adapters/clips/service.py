"""Clips on demand: from memory, from disk, or rendered, each once, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mockserver.adapters.clips import containers, encode
from mockserver.adapters.clips.disk_cache import DiskCache, Memory, digest
from mockserver.adapters.clips.tools import Tools, bundled
from mockserver.domain.clip import (
    ClipFailed,
    ClipSpec,
    ClipUnavailable,
    Fitted,
    content_type,
    fitted,
    gif_delays,
    identity,
)

if TYPE_CHECKING:
    from mockserver.adapters.clips.frames import Frames

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Clip:
    """A finished file. ``digest`` (40 hex digits of the bytes) is its ETag; ``note`` is "" or one ASCII line."""

    data: bytes
    digest: str
    content_type: str
    note: str

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)


class Clips:
    """Makes and keeps clips.

    ``folder`` holds the files, at most ``max_disk`` bytes of clips and as many of pictures; ``max_memory`` bytes of
    small clips are answered from memory; ``workers`` clips are rendered at a time; ``ffmpeg`` is a path or finds one;
    an encoder that runs longer than ``patience`` seconds is killed. Making the object touches nothing.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_disk: int,
        max_memory: int,
        workers: int,
        ffmpeg: str | Callable[[], str] = bundled,
        patience: float = 300.0,
    ) -> None:
        self._files = DiskCache(folder / "clips", max_disk)
        self._pictures = DiskCache(folder / "pictures", max_disk)
        self._memory: Memory[ClipSpec, Clip] = Memory(max_memory, lambda clip: clip.size)
        self._tools = Tools(ffmpeg)
        self._encoders = encode.Encoders(patience)
        self._flights: dict[ClipSpec, asyncio.Task[Clip]] = {}
        # Two pools: a clip that lies on disk does not wait for the encoders.
        self._renderers = ThreadPoolExecutor(workers, "clip-render")
        self._readers = ThreadPoolExecutor(2, "clip-read")

    @property
    def started(self) -> int:
        """The number of encoder processes begun so far."""
        return self._encoders.started

    def usable(self) -> str | None:
        """Return None, or the one line that says why clips answer 503. Runs ffmpeg once: call it in a worker thread."""
        try:
            self._tools.ffmpeg()
        except ClipUnavailable as problem:
            return str(problem)
        return None

    def cached(self, spec: ClipSpec) -> Clip | None:
        """Return the clip if it is in memory; never waits."""
        return self._memory.get(spec)

    async def get(self, spec: ClipSpec) -> Clip:
        """Return the clip. It is rendered once, however many ask for it; those who cancel stop nothing.

        Raises ``ClipUnavailable`` without an encoder, ``ClipFailed`` when it fails; neither leaves anything behind, and
        the next call tries again.
        """
        if (clip := self._memory.get(spec)) is not None:
            return clip
        flight = self._flights.get(spec)
        if flight is None:
            flight = asyncio.get_running_loop().create_task(self._make(spec))
            self._flights[spec] = flight
            flight.add_done_callback(lambda done: self._landed(spec, done))
        # A task of its own and a shield: the flight belongs to nobody who may be cancelled.
        return await asyncio.shield(flight)

    def adopt_image(self, data: bytes) -> str:
        """Store the pixels of a client's PNG, JPEG or WebP and return their digest, for ``ClipSpec.image``.

        ``BadImage`` says what is wrong with it. Synchronous and slow (it decodes): call it in a worker thread.
        """
        from mockserver.adapters.clips import pictures  # Pillow is loaded on first use only

        return self._store(*pictures.packed(pictures.pixels(data)))

    def image_from_digest(self, text: str) -> str:
        """Make and store a picture from the digest of ``text`` (a URL that is not fetched); return its digest.

        Synchronous and slow (it draws): call it in a worker thread.
        """
        from mockserver.adapters.clips import pictures  # Pillow is loaded on first use only

        return self._store(*pictures.packed(pictures.made(text)))

    async def aclose(self) -> None:
        """Kill the running encoders and wait until their threads have ended."""
        self._encoders.close()
        flights = list(self._flights.values())
        for pool in (self._renderers, self._readers):
            pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.gather(*flights, return_exceptions=True)
        await asyncio.to_thread(self._renderers.shutdown)

    def _landed(self, spec: ClipSpec, flight: asyncio.Task[Clip]) -> None:
        del self._flights[spec]
        # Looking at the exception says that it was seen: perhaps everybody who waited has gone.
        if not flight.cancelled() and flight.exception() is None:
            self._memory.put(spec, flight.result())

    async def _make(self, spec: ClipSpec) -> Clip:
        real = fitted(spec)
        key = await self._in(self._readers, lambda: identity(spec, self._tools.line(spec.form)))
        data = await self._in(self._readers, lambda: self._files.get(key))
        if data is None:
            data = await self._in(self._renderers, lambda: self._render(key, spec, real))
        return Clip(data, digest(data), content_type(spec.form), real.note)

    async def _in(self, pool: Executor, work: Callable[[], Result]) -> Result:
        try:
            future = asyncio.get_running_loop().run_in_executor(pool, work)
        except RuntimeError as problem:
            raise ClipFailed("the server is closing") from problem
        try:
            return await future
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # The pool was shut down before it came to this; whoever waits was not cancelled and is owed a reason.
            raise ClipFailed("the server is closing") from None

    def _store(self, key: str, data: bytes) -> str:
        if self._pictures.get(key) is None:
            self._pictures.put(key, data)
        return key

    def _render(self, key: str, spec: ClipSpec, real: Fitted) -> bytes:
        from mockserver.adapters.clips import frames  # Pillow is loaded on first use only

        picture = self._pictures.get(spec.image) if spec.image else None
        if spec.image and picture is None:
            raise ClipFailed(f"the picture {spec.image} is not stored any more")
        if spec.form == "jpg":
            data = frames.thumbnail(spec, real, picture)
        else:
            data = self._encode(key, spec, real, frames.Frames(spec, real, picture))
        self._files.put(key, data)
        return data

    def _encode(self, key: str, spec: ClipSpec, real: Fitted, drawn: Frames) -> bytes:
        path, _ = self._tools.ffmpeg()
        size = spec.pad_to if spec.form == "mp4" else None
        data = b""
        for quality in encode.QUALITIES:
            target = self._files.part(key).absolute()
            try:
                self._encoders.run([path, *encode.arguments(drawn.layout, spec.form, target, quality)], drawn.raw())
                data = target.read_bytes()
            except OSError as problem:
                raise ClipFailed(f"the clip cannot be written: {problem}") from problem
            finally:
                with suppress(OSError):
                    target.unlink(missing_ok=True)
            if size is None or len(data) + containers.SMALLEST_BOX <= size:
                break
        if spec.form == "gif":
            return containers.delayed(data, gif_delays(real.frames, real.fps))
        return data if size is None else containers.padded(data, size)
