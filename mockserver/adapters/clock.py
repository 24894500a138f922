"""Clocks: the machine's time, a time moved by hand, and the sandbox clock over either."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import ceil, isfinite

from mockserver.domain.clock_segment import ClockSegment, ClockState


class MachineTime:
    """The machine's time. The only place of the project that reads it."""

    def wall(self) -> datetime:
        """The instant on the wall."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()


class HandTime:
    """A time that stands still until `pass_seconds`: for tests, and for replays that must be equal to the byte."""

    def __init__(self, wall: datetime) -> None:
        self._wall = wall
        self._passed = 0.0

    def wall(self) -> datetime:
        """The instant on the wall."""
        return self._wall + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds passed by hand."""
        return self._passed

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds


class SandboxClock:
    """A clock over a `Time`: live at a rate, or frozen; re-based at every change, so that a change never jumps.

    `start` is the instant at which it begins, now and after every restart (None: the wall's).
    """

    def __init__(
        self,
        source: MachineTime | HandTime,
        *,
        start: datetime | None = None,
        rate: float = 1.0,
        is_frozen: bool = False,
    ) -> None:
        self._source = source
        self.start = start
        self._rate = rate
        self._is_frozen = is_frozen
        self._changed: asyncio.Event | None = None
        self.restart()

    @property
    def rate(self) -> float:
        """Sandbox seconds in a real one, also while frozen."""
        return self._rate

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._is_frozen

    @property
    def state(self) -> ClockState:
        """All that it is, as a value."""
        return ClockState(self._base, self._anchor, self._rate, self._is_frozen, self.start, self.began)

    def restore(self, state: ClockState) -> None:
        """Become again what it was."""
        base, anchor, self._rate, self._is_frozen, self.start, self.began = state
        self._rebase(base, anchor)

    def now(self) -> datetime:
        """The sandbox's instant."""
        if self._is_frozen:
            return self._base
        return self._base + timedelta(seconds=(self._source.monotonic() - self._anchor) * self._rate)

    def told(self, length: timedelta) -> timedelta:
        """A length as the client will live it."""
        return length if self._is_frozen or self._rate == 1.0 else length / self._rate

    def whole_seconds(self, length: timedelta) -> int:
        """The fewest whole seconds of the client's in which the clock passes `length`: one less is not enough."""
        rate = 1.0 if self._is_frozen else self._rate
        seconds = ceil(length.total_seconds() / rate)
        # The quotient is a float and may lie a hair beside the whole number that it is: what counts is what passes.
        if timedelta(seconds=(seconds - 1) * rate) >= length:
            return seconds - 1
        return seconds if timedelta(seconds=seconds * rate) >= length else seconds + 1

    def on_clients_clock(self, length: timedelta) -> datetime:
        """The instant on the client's own clock that lies `length` of sandbox time ahead: the wall's, but that of this
        clock where it has a start of its own and stands still. Then nothing is told that another run would tell
        otherwise.
        """
        is_apart = self._is_frozen and self.start is not None
        return (self._base if is_apart else self._source.wall()) + self.told(length)

    def set(self, at: datetime) -> None:
        """Move to an instant."""
        if at < self.now():
            raise ValueError("a clock is never set backwards; reset the sandbox instead")
        self._rebase(at)

    def restart(self, at: datetime | None = None) -> None:
        """Start again at an instant (None: its start), which may lie in the past. Only a reset may do this."""
        self.began = at or self.start or self._source.wall()
        self._rebase(self.began)

    def advance(self, by: timedelta) -> None:
        """Move forward."""
        if by < timedelta(0):
            raise ValueError("a clock is never advanced by less than nothing")
        self._rebase(self.now() + by)

    def freeze(self, frozen: bool) -> None:
        """Stop or let go on from where it stands."""
        at = self.now()
        self._is_frozen = frozen
        self._rebase(at)

    def run_at(self, rate: float) -> None:
        """Change the rate from here on."""
        if not isfinite(rate) or rate <= 0:
            raise ValueError("a rate is a finite number above 0; freeze the clock to stop it")
        at = self.now()
        self._rate = rate
        self._rebase(at)

    def _rebase(self, at: datetime, anchor: float | None = None) -> None:
        self._base, self._anchor = at, self._source.monotonic() if anchor is None else anchor
        self.segment = ClockSegment(at, self._anchor, 0.0 if self._is_frozen else self._rate)
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def wait_until(self, at: datetime, *, while_frozen: bool = True) -> None:
        """Return once `at` is reached, or the clock is frozen and that is not to be waited for."""
        while (ahead := (at - self.now()).total_seconds()) > 0:
            if self._changed is None:
                self._changed = asyncio.Event()
            if self._is_frozen and not while_frozen:
                return
            changed = self._changed
            # Not asyncio.wait_for: in Python 3.11 it loses a cancellation that comes together with what it waits for.
            with suppress(TimeoutError):
                async with asyncio.timeout(None if self._is_frozen else ahead / self._rate):
                    await changed.wait()
