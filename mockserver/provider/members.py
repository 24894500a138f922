"""Reads members of data that users write: a control request, or a table of the TOML file. Each way in which a member
can be wrong has one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from mockserver.domain.invalid_data import InvalidScenario
from mockserver.domain.spelling import nearest
from mockserver.domain.webhook_signature import BadSecret, key_of

LARGEST: Final = 1e10
MOST_SECRETS: Final = 10
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Bounds within which no length of a job and no window exceeds the range of a datetime."""
EXPECTED_INSTANT: Final = "an instant with its offset such as 2026-01-31T12:00:00Z"


class Misconfigured(InvalidScenario):
    """A wrong configuration: `path` leads to the wrong member, and the text says what was expected."""


def brief(value: object) -> str:
    """Return a value as it came, short enough for a line."""
    return json.dumps(value, default=str)[:80]


def typed(members: Mapping[str, Any], name: str, kind: type, expected: str) -> Any:
    """Return a member that has to have a type."""
    value = members[name]
    if not isinstance(value, kind):
        raise Misconfigured((name,), f"expected {expected}, got {brief(value)}")
    return value


def number(members: Mapping[str, Any], name: str) -> float:
    """Return a member that has to be a number within the bounds of clocks."""
    value = members[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not isfinite(value) or not -LARGEST <= value <= LARGEST:
        raise Misconfigured((name,), f"expected a number from -1e10 to 1e10, got {brief(value)}")
    return float(value)


def whole(members: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """Return a member that has to be a whole number between two bounds."""
    value = members[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Misconfigured((name,), f"expected a whole number from {least} to {most}, got {brief(value)}")
    return value


def one_of(members: Mapping[str, Any], name: str, known: Collection[str]) -> str:
    """Return a member that has to be one of some words."""
    value: str = typed(members, name, str, f"one of {', '.join(known)}")
    if value not in known:
        raise Misconfigured((name,), f"unknown value {value!r}{nearest(value, known)}")
    return value


def instant(members: Mapping[str, Any], name: str) -> datetime:
    """Return a member that has to be an aware instant, as text or as a date of the file, in UTC."""
    value = members[name]
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise Misconfigured((name,), f"expected {EXPECTED_INSTANT}, got {brief(value)}")
    if not EARLIEST <= at <= LATEST:
        raise Misconfigured((name,), f"expected from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}, got {brief(value)}")
    return at.astimezone(UTC)


def known_only(members: object, known: Collection[str], what: str) -> Mapping[str, Any]:
    """Return the members of a table (`what` names it) when all of them are known."""
    if not isinstance(members, Mapping):
        raise Misconfigured((), f"expected {what}")  # what came may be a key
    for name in members:
        if name not in known:
            raise Misconfigured((str(name),), f"unknown key{nearest(str(name), known)}")
    return members


def secrets_of(members: Mapping[str, Any]) -> tuple[str, ...]:
    """The member `webhook_secrets`: the secrets that sign webhooks. No message shows one."""
    found = members["webhook_secrets"]
    if not isinstance(found, list) or len(found) > MOST_SECRETS:
        raise Misconfigured(("webhook_secrets",), f"expected a list of at most {MOST_SECRETS} secrets")
    for index, one in enumerate(found):
        try:
            key_of(one if isinstance(one, str) else "")
        except BadSecret as bad:
            raise Misconfigured(("webhook_secrets", f"[{index}]"), str(bad)) from None
    return tuple(found)


def budget_of(members: Mapping[str, Any]) -> Decimal:
    """The member `budget_usd`: what the jobs of a sandbox may cost."""
    budget = number(members, "budget_usd")
    if budget < 0:
        raise Misconfigured(("budget_usd",), f"expected a number of US dollars from 0, got {budget:g}")
    return Decimal(str(budget))
