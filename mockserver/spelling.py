"""The nearest spelling of a word that somebody got wrong."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """Return the known word that is most like this one; None where none is alike.

    `cutoff` is the least likeness, from 0 to 1, as `difflib` measures it.
    """
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return close[0] if close else None
