"""The attempts that are planned at a webhook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mockserver.domain.timeline import ZERO


@dataclass(frozen=True, slots=True)
class Try:
    """A planned attempt."""

    after: timedelta = ZERO
    """How long after its event it falls due, on the sandbox's clock."""


Plan = tuple[Try, ...]
"""The attempts at a delivery, in the order of their numbers (from 1)."""

ONCE: Final[Plan] = (Try(),)
"""One attempt, at the event."""
