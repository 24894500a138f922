"""The hint at the end of a sentence about a word that somebody got wrong."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.spelling import closest


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?` when a known word is alike, else a list of all."""
    choices = list(known)
    close = closest(word, choices)
    return f"; did you mean {close}?" if close else f"; known: {', '.join(choices)}"
