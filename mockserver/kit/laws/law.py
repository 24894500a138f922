"""What a law is, and what a law finds in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

Run = TypeVar("Run")
"""What a law looks at: a `mockserver.kit.laws.run.Run`, which knows laws only by what they say."""


class Severity(StrEnum):
    """How bad a breach is: a `must` fails, a `should` warns, a `may` informs."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Evidence(StrEnum):
    """What a law needs to see."""

    PASSIVE = "passive"
    """Any traffic."""
    ACTIVE = "active"
    """Traffic in which a scenario provoked the situation."""
    OUTCOME = "outcome"
    """Also the outcome that the client reported."""


class Basis(StrEnum):
    """On what a law stands."""

    STANDARD = "standard"
    """A standard that binds every provider (HTTP), or what follows for the money and data of the caller."""
    PAGE = "page"
    """The provider's own page."""
    HABIT = "habit"
    """Another vendor's or a guideline's habit: without a page of the provider a breach only informs."""


@dataclass(frozen=True)
class Ground:
    """Why a law may be demanded."""

    basis: Basis
    says: str
    """Where the demand stands, such as "RFC 9110 section 10.2.3"."""
    source: str
    """The address of the text."""


@dataclass(frozen=True)
class Cost:
    """What a breach would have cost at the documented price. `amount` is None where no price is documented."""

    amount: Decimal | None
    currency: str
    source: str
    """The address of the price, or why there is none."""


class Kept(NamedTuple):
    """A situation in which the law was kept; a run has thousands of them."""

    events: tuple[int, ...]
    """Numbers of the records that show it."""


@dataclass(frozen=True)
class Breach:
    """A situation in which the law was broken."""

    expected: str
    observed: str
    events: tuple[int, ...]
    """Numbers of the records that show it, the one that breaks the law last."""
    cost: Cost | None = None
    """Where money is at stake."""


@dataclass(frozen=True)
class Untold:
    """A situation of which the run does not tell enough."""

    reason: str
    events: tuple[int, ...] = ()


Finding = Kept | Breach | Untold
Finder = Callable[[Run], Iterator[Finding]]


@dataclass(frozen=True)
class Law(Generic[Run]):
    """A law: what it demands, why, on which ground, and the pure function that finds where it was kept and broken."""

    id: str
    """Such as "BKO-02"; stable."""
    sentence: str
    """What a client does, in one sentence."""
    why: str
    severity: Severity
    """How bad a breach is where the ground holds; see `mockserver.kit.laws.rules` for a provider's own word."""
    ground: Ground
    evidence: Evidence
    finder: Finder[Run]
    situation: str
    """What has to happen so that the law is exercised, such as "a 429 with Retry-After"."""
    needs: Sequence[str] = ()
    """Features of the provider without which the law does not apply, by their names in `rules.FEATURES`."""


AnyLaw = Law[Any]
