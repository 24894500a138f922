"""The trailing slash: what the router of a provider makes of one that is too many."""

from __future__ import annotations

from enum import Enum


class TrailingSlash(Enum):
    """What a provider's router makes of a slash too many at the end of a path."""

    UNKNOWN = "unknown"  # another path, which nobody serves
    TRIMMED = "trimmed"  # the same call
    REDIRECTED = "redirected"  # the client is sent to the path without it
