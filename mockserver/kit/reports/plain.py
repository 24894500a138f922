"""Text of a client or server as a report may show it."""

from __future__ import annotations

from typing import Final

MOST: Final = 400


def one_line(text: str, most: int = MOST) -> str:
    """Return a text as one line without control characters, which a terminal would obey."""
    return shortened("".join(one if one.isprintable() else " " for one in text), most)


def shortened(text: str, most: int) -> str:
    """Return at most so many characters; the middle of a longer text is left out."""
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 3
    return f"{text[:head]}…{text[head + len(text) - most + 1 :]}"
