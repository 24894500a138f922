"""The clock of a sandbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from mockserver.testing.control import SandboxControl
from mockserver.testing.results import ClockState, MovedClock


class Clock:
    """The clock of a sandbox.

    Each move returns the ids of the webhooks that fell due, after every attempt that is due was made and recorded,
    retries and repeats too. It waits for at most 5 s of real time.
    """

    def __init__(self, sandbox: SandboxControl) -> None:
        self._sandbox = sandbox

    def _get(self) -> ClockState:
        state: ClockState = self._sandbox.control("GET", "/clock")
        return state

    def _move(self, **change: object) -> list[str]:
        moved: MovedClock = self._sandbox.control("PATCH", "/clock", change)
        return moved["deliveries"]

    @property
    def now(self) -> datetime:
        """The current instant of the sandbox, aware, in UTC."""
        return datetime.fromisoformat(self._get()["now"])

    @property
    def is_frozen(self) -> bool:
        """Whether the clock stands still."""
        return bool(self._get()["frozen"])

    @property
    def rate(self) -> float:
        """The sandbox's seconds that pass in one real second."""
        return float(self._get()["rate"])

    @rate.setter
    def rate(self, rate: float) -> None:
        self._move(rate=rate)

    @property
    def start(self) -> datetime | None:
        """The instant at which the clock begins after each reset; None: the machine's time."""
        start = self._get()["start"]
        return None if start is None else datetime.fromisoformat(start)

    @start.setter
    def start(self, at: datetime | str | None) -> None:
        self._move(start=at.isoformat() if isinstance(at, datetime) else at)

    def freeze(self) -> None:
        """Stop the clock."""
        self._move(frozen=True)

    def resume(self) -> list[str]:
        """Let the clock go on from its current instant."""
        return self._move(frozen=False)

    def advance(self, by: float | timedelta) -> list[str]:
        """Move the clock forward by seconds or a timedelta."""
        return self._move(advance_seconds=by.total_seconds() if isinstance(by, timedelta) else by)

    def set(self, at: datetime | str) -> list[str]:
        """Set the clock to an aware instant; an earlier one only while nothing has happened in the sandbox."""
        return self._move(set=at.isoformat() if isinstance(at, datetime) else at)
