"""Nearest spellings, for every word that a user can get wrong."""

from __future__ import annotations

from collections.abc import Iterable


def unknown(word: str, known: Iterable[str]) -> str:
    """`'quik'; did you mean quick? (known: quick, instant)`: the word, the nearest one if any is near, and all."""
    from difflib import get_close_matches

    choices = list(known)
    close = get_close_matches(word, choices, n=1, cutoff=0.5)
    shown = repr(word[:60])
    listed = f"known: {', '.join(choices)}"
    return f"{shown}; did you mean {close[0]}? ({listed})" if close else f"{shown}; {listed}"
