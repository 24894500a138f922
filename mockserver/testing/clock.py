"""A sandbox's clock from the outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mockserver.testing.results import ClockState, MovedClock

if TYPE_CHECKING:
    from mockserver.testing.sandbox import Sandbox


class Clock:
    """The clock. Each move returns the ids of the webhooks that it made due. Then every attempt that is due was made
    and recorded, repeats and retries too; what takes longer than 5 s of real time is not waited for.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def _shown(self) -> ClockState:
        shown: ClockState = self._sandbox.control("GET", "/clock")
        return shown

    def _move(self, **change: object) -> list[str]:
        moved: MovedClock = self._sandbox.control("PATCH", "/clock", change)
        return moved["deliveries"]

    @property
    def now(self) -> datetime:
        """The sandbox's instant, aware, in UTC."""
        return datetime.fromisoformat(self._shown()["now"])

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return bool(self._shown()["frozen"])

    @property
    def rate(self) -> float:
        """How many of its seconds pass in a real one."""
        return float(self._shown()["rate"])

    @rate.setter
    def rate(self, rate: float) -> None:
        self._move(rate=rate)

    @property
    def start(self) -> datetime | None:
        """Where every reset makes it begin; None: at the wall's instant."""
        start = self._shown()["start"]
        return None if start is None else datetime.fromisoformat(start)

    @start.setter
    def start(self, at: datetime | str | None) -> None:
        self._move(start=at.isoformat() if isinstance(at, datetime) else at)

    def freeze(self) -> None:
        """Stop it."""
        self._move(frozen=True)

    def resume(self) -> list[str]:
        """Let it go on from where it stands."""
        return self._move(frozen=False)

    def advance(self, by: float | timedelta) -> list[str]:
        """Move it forward by seconds or a timedelta."""
        return self._move(advance_seconds=by.total_seconds() if isinstance(by, timedelta) else by)

    def set(self, at: datetime | str) -> list[str]:
        """Set it to an aware instant; backwards only while nothing has happened in the sandbox."""
        return self._move(set=at.isoformat() if isinstance(at, datetime) else at)
