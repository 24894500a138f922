"""The words of `--profile`, which choose a provider's style and switches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mockserver import MockServerError


@dataclass(frozen=True, slots=True)
class Word:
    """A word of `--profile`: a style, of which exactly one is in force, or a switch."""

    name: str
    says: str
    """One sentence about it."""
    is_style: bool = False


class UnknownWord(MockServerError, ValueError):
    """A word that no profile of a provider has."""

    def __init__(self, word: str, known: list[str]) -> None:
        super().__init__(word)
        self.word, self.known = word, known


def profile_of(provider: str, words: tuple[Word, ...], asked: Iterable[str]) -> frozenset[str]:
    """Return the profile that the asked words make: with the first style where they name none.

    Raises UnknownWord, or ValueError for two styles.
    """
    known = {word.name: word for word in words}
    names = list(dict.fromkeys(asked))
    for name in names:
        if name not in known:
            raise UnknownWord(name, list(known))
    styles = [name for name in names if known[name].is_style]
    if len(styles) > 1:
        raise ValueError(f"{provider} has one style at a time, got {' and '.join(styles)}")
    default = [word.name for word in words if word.is_style][: 0 if styles else 1]
    return frozenset([*names, *default])
