"""`--profile PROVIDER=WORD[,WORD...]`: the profiles that the words make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.cli.spelling import unknown
from mockserver.provider.table import Provider, UnknownWord


def profiles(texts: Sequence[str], providers: Mapping[str, Provider]) -> dict[str, frozenset[str]]:
    """Return the profile of every provider that is named; two texts for one provider add up. ValueError in one line."""
    words: dict[str, list[str]] = {}
    for text in texts:
        name, equals, listed = text.partition("=")
        if not equals:
            raise ValueError(f"expected PROVIDER=WORD[,WORD...], got {text[:60]!r}")
        if name not in providers:
            raise ValueError(f"unknown provider {unknown(name, providers)}")
        found = [word.strip() for word in listed.split(",") if word.strip()]
        if not found:
            raise ValueError(f"expected PROVIDER=WORD[,WORD...], got no word for {name}")
        words.setdefault(name, []).extend(found)
    return {name: profile_of(providers[name], found) for name, found in words.items()}


def requested(texts: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the same for the providers of this server, which are only looked for when `texts` has any."""
    if not texts:
        return {}
    from mockserver.app import PLACES
    from mockserver.provider.discovery import discover

    return profiles(texts, discover(PLACES))


def profile_of(provider: Provider, words: Sequence[str]) -> frozenset[str]:
    """Return the profile of words at a provider; ValueError in one line for an unknown word, or two styles."""
    try:
        return provider.profile(words)
    except UnknownWord as wrong:
        raise ValueError(f"{provider.name} has no word {unknown(wrong.word, wrong.known)}") from None
