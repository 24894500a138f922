"""Rate limits of the tester's own, by operation: how they are read, and which one a call counts against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from mockserver.domain.quota import Limit
from mockserver.domain.spelling import nearest
from mockserver.provider.members import Misconfigured, brief, number
from mockserver.provider.table import Provider


def limits_of(wanted: Mapping[str, Any], providers: Mapping[str, Provider]) -> dict[str, Limit]:
    """Return limits by the name of their operation, as `{name: {"calls": N, "seconds": S}}` asks for them.

    A name is `OPERATION`, which is that operation of each provider, or `PROVIDER.OPERATION`. TOML reads a dotted key as
    a table in a table, so `{provider: {operation: ...}}` is the same.

    Raises:
        Misconfigured: A name is unknown, or a limit is none.
    """
    own = {}
    for path, numbers in _flat(wanted, providers):
        name = ".".join(path)
        wrong = _unknown(name, providers)
        if wrong:
            raise Misconfigured(path, wrong)
        try:
            own[name] = _limit(numbers)
        except Misconfigured as misread:
            raise Misconfigured((*path, *misread.path), misread.text) from None
    return own


def own_limit(limits: Mapping[str, Limit], provider: str, operation: str) -> Limit | None:
    """Return the limit of a provider's operation: that under its full name, else that under the bare one."""
    found = limits.get(f"{provider}.{operation}")
    return limits.get(operation) if found is None else found


def _flat(wanted: Mapping[str, Any], providers: Mapping[str, Provider]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each limit with the keys that lead to it."""
    for name, value in wanted.items():
        if name in providers and isinstance(value, Mapping):
            for operation, numbers in value.items():
                yield (name, operation), numbers
        else:
            yield (name,), value


def _unknown(name: str, providers: Mapping[str, Provider]) -> str:
    """Return what is wrong with the name of an operation, with the nearest spelling; empty: nothing is."""
    provider, dot, operation = name.partition(".")
    ids = {one.name: list(dict.fromkeys(each.id for each in one.operations)) for one in providers.values()}
    if not dot:
        known = list(dict.fromkeys(each for group in ids.values() for each in group))
        return "" if name in known else f"unknown operation {name[:80]!r}{nearest(name, known)}"
    if provider not in ids:
        return f"unknown provider {provider[:80]!r}{nearest(provider, ids)}"
    if operation not in ids[provider]:
        return f"{provider} has no operation {operation[:80]!r}{nearest(operation, ids[provider])}"
    return ""


def _limit(numbers: object) -> Limit:
    if not isinstance(numbers, Mapping) or set(numbers) != {"calls", "seconds"}:
        raise Misconfigured((), f'expected {{"calls": N, "seconds": S}}, got {brief(numbers)}')
    calls, seconds = number(numbers, "calls"), number(numbers, "seconds")
    if calls < 1 or calls != int(calls) or seconds < 1e-6:
        raise Misconfigured((), "calls is a whole number from 1, seconds a number from 0.000001")
    return Limit(int(calls), timedelta(seconds=seconds))
