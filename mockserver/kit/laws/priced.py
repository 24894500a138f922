"""The price of a creation at the provider's documented prices, for the laws of money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.kit.laws.law import Cost
from mockserver.kit.target import NotJson
from mockserver.kit.transcript.model import Exchange, Message
from mockserver.prices import PriceList


class DocumentedPrices:
    """The prices of the providers' pages: `run.Prices` over what `mockserver.prices.read_prices` reads, by provider."""

    def __init__(self, lists: Mapping[str, PriceList]) -> None:
        self._lists = lists

    def cost(self, creation: Exchange) -> Cost:
        """Return what the job of this creation costs; a cost without amount where no price is documented."""
        found = self._lists.get(creation.provider or "")
        if found is None:
            return Cost(None, "USD", f"there are no prices of {creation.provider}")
        operation = creation.operation or ""
        price = found.price(operation, found.told(operation, _json(creation.request), _json(creation.answer)))
        return Cost(price.amount, price.currency, price.source)


def _json(message: Message | None) -> Any:
    """The body as JSON; None where there is none."""
    try:
        return None if message is None or message.body is None else message.body.json()
    except NotJson:
        return None
