"""What laws know of the providers whose contracts come with the package."""

from __future__ import annotations

from functools import cache

from mockserver.data import contracts
from mockserver.kit.laws.priced import DocumentedPrices
from mockserver.kit.laws.rules import Rules, rules_of
from mockserver.kit.laws.run import Run
from mockserver.kit.promise.provider import load, names
from mockserver.kit.transcript.model import Transcript
from mockserver.prices import read_prices


@cache
def rules(name: str) -> Rules:
    """Return what laws know of a provider. Raises DocumentBroken where there is no such folder."""
    folder = contracts() / name
    return rules_of(load(folder), folder)


def runs_of(transcript: Transcript) -> list[Run]:
    """Return a run for each known provider that a transcript has calls of, under the profile of its first call."""
    profiles: dict[str, tuple[str, ...]] = {}
    for one in transcript.exchanges:
        if one.provider is not None:
            profiles.setdefault(one.provider, tuple(one.profile))
    known = names(contracts())
    prices = documented_prices()
    return [Run(transcript, rules(name), profile, prices=prices) for name, profile in profiles.items() if name in known]


@cache
def documented_prices() -> DocumentedPrices:
    """Return the prices of the providers whose contracts come with the package."""
    return DocumentedPrices({name: read_prices(contracts() / name) for name in names(contracts())})
