"""Nearest spellings, for every word that a user can get wrong."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` when a known spelling is near, else a list of them all."""
    choices = list(known)
    close = get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(choices)}"
