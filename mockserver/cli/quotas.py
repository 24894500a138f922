"""`--limit [PROVIDER.]OPERATION=CALLS/SECONDS`, `--tier PROVIDER=TIER`: the user's own limits, the account's plans."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mockserver.domain.invalid_data import InvalidScenario
from mockserver.domain.quota import Limit
from mockserver.provider.table import Provider

_LIMIT: Final = re.compile(r"([A-Za-z0-9_.-]+)=([0-9]{1,9})/([0-9]{1,9}(?:\.[0-9]{1,6})?)")
_TIER: Final = re.compile(r"([A-Za-z0-9]+)=([a-z]+)")


def limits(texts: Sequence[str]) -> dict[str, Limit]:
    """Return limits by the name of their operation; ValueError in one line."""
    from mockserver.provider.own_limits import limits_of

    wanted = {}
    for text in _parts(texts):
        found = _LIMIT.fullmatch(text)
        if found is None:
            raise ValueError(f"expected OPERATION=CALLS/SECONDS such as createVideo=2/60, got {text[:60]!r}")
        wanted[found[1]] = {"calls": int(found[2]), "seconds": float(found[3])}
    return _judged(limits_of, wanted)


def tiers(texts: Sequence[str]) -> dict[str, str]:
    """Return the account's plans by provider; ValueError in one line."""
    from mockserver.provider.configuration import tiers_of

    wanted = {}
    for text in _parts(texts):
        found = _TIER.fullmatch(text)
        if found is None:
            raise ValueError(f"expected PROVIDER=TIER such as modelslab=premium, got {text[:60]!r}")
        wanted[found[1]] = found[2]
    return _judged(tiers_of, wanted)


def _parts(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _judged(
    read: Callable[[Mapping[str, Any], Mapping[str, Provider]], dict[str, Any]], wanted: Mapping[str, Any]
) -> dict[str, Any]:
    if not wanted:
        return {}
    from mockserver.app import PLACES
    from mockserver.provider.discovery import discover

    try:
        return read(wanted, discover(PLACES))
    except InvalidScenario as wrong:
        raise ValueError(wrong.text) from None
