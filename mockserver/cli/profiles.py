"""`--profile PROVIDER=WORD[,WORD...]`: the profiles that the words make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.cli.spelling import unknown
from mockserver.provider.table import Provider


def profiles(texts: Sequence[str], providers: Mapping[str, Provider]) -> dict[str, frozenset[str]]:
    """The profile of every provider that is named; what is said twice of one adds up. ValueError in one line."""
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


def asked(texts: Sequence[str]) -> dict[str, frozenset[str]]:
    """The same over the providers that there are, which are not looked for where nothing is asked."""
    if not texts:
        return {}
    from mockserver.app import PLACES
    from mockserver.provider.discovery import discover

    return profiles(texts, discover(PLACES))


def profile_of(provider: Provider, words: Sequence[str]) -> frozenset[str]:
    """The profile that words make at a provider; ValueError for an unknown word, or two styles."""
    known = [word.name for word in provider.words]
    for word in words:
        if word not in known:
            raise ValueError(f"{provider.name} has no word {unknown(word, known)}")
    try:
        return provider.profile(tuple(dict.fromkeys(words)))
    except ValueError as error:
        raise ValueError(f"{provider.name} has one style at a time, got {error}") from None
