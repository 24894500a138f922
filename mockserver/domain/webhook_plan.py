"""The attempts that are planned at a webhook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mockserver.domain.timeline import ZERO

UNKNOWN_WORD: Final = "reticulating"
"""A status word that is on no page."""

CHANGES: Final[Mapping[str, str]] = {
    "truncated": "The body ends in its middle.",
    "reordered": "The members of the body come in the opposite order.",
    "wrong-content-type": "The body is announced as text/plain.",
    "unknown-event": f"Its status is {UNKNOWN_WORD}, which is on no page.",
    "another-job": "It names the id of a job that is not there.",
    "missing-signature": "The headers of the signature are missing.",
    "wrong-signature": "It is signed with another secret.",
    "stale-signature": "Its signature is valid, and ten minutes old.",
    "future-signature": "Its signature is valid, and ten minutes ahead.",
    "altered-body": "The body was altered after it was signed.",
}
"""What may be wrong with what is sent, each with its sentence. The five about signatures change nothing where webhooks
are not signed, but for `altered-body`.
"""


@dataclass(frozen=True, slots=True)
class Try:
    """A planned attempt at a delivery."""

    after: timedelta = ZERO
    """Length on the sandbox's clock after which the attempt falls due: after the event; a retry (`only_if_failed`)
    after the instant at which the attempt before it fell due.
    """
    only_if_failed: bool = False
    """Whether it is made only where the attempt before it got no answer of 2xx."""
    with_previous: bool = False
    """Whether it is under way at the same moment as the attempt before it, on a connection of its own."""
    before_answer: bool = False
    """Whether the creation's answer waits until it was made, where it falls due at the creation."""
    changes: tuple[str, ...] = ()
    """What is wrong with what is sent: keys of `CHANGES`."""


Plan = tuple[Try, ...]
"""The attempts at a delivery, in the order of their numbers (from 1). A retry follows the attempt that may fail."""

ONCE: Final[Plan] = (Try(),)
"""One attempt, at the event."""
