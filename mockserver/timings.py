"""The names of the timings, which say how long jobs take."""

from __future__ import annotations

from typing import Final

TIMINGS: Final = ("quick", "documented", "instant")
"""A few seconds, the documented minutes, no time."""
