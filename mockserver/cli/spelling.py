"""The end of a sentence about a word of the command line that somebody got wrong."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.spelling import closest


def unknown(word: str, known: Iterable[str]) -> str:
    """Return `'quik'; did you mean quick? (known: quick, instant)`: the word, the one most like it, and all."""
    choices = list(known)
    close = closest(word, choices)
    quoted = repr(word[:60])
    listed = f"known: {', '.join(choices)}"
    return f"{quoted}; did you mean {close}? ({listed})" if close else f"{quoted}; {listed}"
