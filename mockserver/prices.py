"""What jobs cost at documented prices, read off `contracts/<provider>/prices.json`. Both halves of the project use it.

The file has rules, of which the first that fits an operation and its quantities (seconds, pixels, model, ...) holds.
It also says where a request or its answer tells the quantities. A rule without an amount says that no price is known,
and why.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

FILE: Final = "prices.json"
REMEMBERED: Final = 256
FLAT: Final = ("clip", "call")
"""Units of which a job has one."""

Quantities = Mapping[str, object]
"""What a price depends on, by name: numbers, texts, true or false."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one job costs."""

    amount: Decimal | None
    """In the currency; None where no price is known."""
    currency: str
    source: str
    """Where the price stands, or why there is none."""
    mark: str
    """documented, recorded, inferred, decided or unknown."""


class PriceList:
    """The documented prices of one provider."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self.currency: str = data["currency"]
        self.charges_failed: bool = data["failed"]["charged"]
        """Whether a job that fails is charged."""
        self._known: dict[Hashable, Price] = {}

    def price(self, operation: str, quantities: Quantities) -> Price:
        """Return the price of a job of an operation."""
        key = (operation, *quantities.items())
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._found(operation, quantities)
        return found

    def _found(self, operation: str, quantities: Quantities) -> Price:
        for rule in self._data["prices"]:
            if rule["operation"] == operation and _fits(rule, quantities):
                return Price(_amount(rule, quantities), self.currency, rule["source"], rule["mark"])
        return Price(None, self.currency, f"{FILE} has no price of {operation} for {dict(quantities)}", "unknown")

    def told(self, operation: str, request: object, answer: object = None) -> Quantities:
        """Return the quantities that the JSON of a creation tells; absent where it does not."""
        found = {}
        for name, places in self._data["quantities"].get(operation, {}).items():
            value = _told(places, request, answer)
            if value is not None:
                found[name] = value
        return found


def no_prices(provider: str) -> PriceList:
    """Return the list of a provider that has none."""
    return PriceList({
        "provider": provider, "currency": "USD", "failed": {"charged": True}, "prices": [], "quantities": {},
    })  # fmt: skip


def read_prices(folder: Path) -> PriceList:
    """Return the prices of a provider out of the folder of its promise."""
    path = folder / FILE
    return PriceList(json.loads(path.read_bytes())) if path.is_file() else no_prices(folder.name)


def shown(amount: Decimal) -> str:
    """Return an amount with at least two decimals: 14.50, 0.002."""
    cents = amount.quantize(Decimal("0.01"))
    return str(cents) if cents == amount else f"{amount.normalize():f}"


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """Return the sum of the amounts that are known."""
    return sum((one for one in amounts if one is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class Bill:
    """What a run came to."""

    amount: Decimal = Decimal(0)
    """US dollars at documented prices."""
    made: int = 0
    """How many jobs were made."""
    unpriced: int = 0
    """How many of them have no documented price."""
    repeated: Decimal = Decimal(0)
    """What jobs cost that asked for the same as an earlier one."""

    @classmethod
    def read(cls, spend: Mapping[str, Any]) -> Bill:
        """Return the bill of a `spend` of the control API."""
        return cls(Decimal(spend["amount"]), spend["made"], spend["unpriced"], Decimal(spend["repeated"]["amount"]))

    def __add__(self, other: Bill) -> Bill:
        return Bill(
            self.amount + other.amount,
            self.made + other.made,
            self.unpriced + other.unpriced,
            self.repeated + other.repeated,
        )

    def sentence(self) -> str:
        """Return the line for people: this run would have cost $14.50 at documented prices."""
        told = f"this run would have cost ${shown(self.amount)} at documented prices"
        if self.repeated:
            told += f", ${shown(self.repeated)} of it for jobs that ask for the same as an earlier one"
        if self.unpriced:
            told += f"; no price is documented for {self.unpriced} of its {self.made} jobs"
        return told


def _fits(rule: Mapping[str, Any], quantities: Quantities) -> bool:
    unit = rule.get("per", FLAT[0])
    if unit not in FLAT and unit not in quantities:
        return False
    return all(name in quantities and _holds(test, quantities[name]) for name, test in rule.get("where", {}).items())


def _holds(test: Mapping[str, Any], value: Any) -> bool:
    if "one_of" in test:
        return value in test["one_of"]
    return bool(value > test["above"] if "above" in test else value <= test["most"])


def _amount(rule: Mapping[str, Any], quantities: Quantities) -> Decimal | None:
    if rule["amount"] is None:
        return None
    unit, amount = rule.get("per", FLAT[0]), Decimal(rule["amount"])
    return Decimal(shown(amount if unit in FLAT else amount * Decimal(str(quantities[unit]))))


def _told(places: Mapping[str, Any], request: object, answer: object) -> object:
    """The value at one of some places, or the product of the numbers at several."""
    if "answer" in places:
        return next((value for value in (_at(answer, one) for one in places["answer"]) if value is not None), None)
    if "present" in places:
        return bool(_at(request, places["present"]))
    values = [_at(request, one) for one in places["request"]]
    known = [usual if value is None else value for value, usual in zip(values, places["default"], strict=True)]
    return _product(known)


def _product(values: Sequence[object]) -> object:
    """One value as it is, several multiplied; None where one of several is no number."""
    if len(values) == 1:
        return values[0]
    product: float = 1
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        product *= value
    return product


def _at(value: object, pointer: str) -> object:
    """The value at a JSON pointer through objects; None where there is none."""
    for name in pointer.split("/")[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
