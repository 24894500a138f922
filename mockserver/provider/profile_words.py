"""The words of `--profile`, which choose a provider's style and switches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word of `--profile`: a style, of which exactly one is in force, or a switch."""

    name: str
    says: str
    """One sentence about it."""
    is_style: bool = False


class UnknownWord(ValueError):
    """A word that no profile of a provider has."""

    def __init__(self, word: str, known: list[str]) -> None:
        super().__init__(word)
        self.word, self.known = word, known
