"""Questions to a client's own address, whose answer a call waits for (a webhook's challenge). Loopback only."""

from __future__ import annotations

import orjson

from mockserver.adapters.webhooks.address import NoAddress, address_of
from mockserver.adapters.webhooks.sending import Unanswered as NoAnswer
from mockserver.adapters.webhooks.sending import exchange, headers_for
from mockserver.ports import Unanswered


class LoopbackChallenger:
    """The port `Challenger`: a POST on a connection of its own, to an address on this machine."""

    async def ask(self, url: str, body: object, within_seconds: float) -> object:
        """The JSON value of the answer."""
        sent = orjson.dumps(body)
        try:
            address = address_of(url)
            head, came = await exchange(address, headers_for(address, sent), sent, within_seconds)
        except (NoAddress, NoAnswer) as error:
            raise Unanswered(str(error)) from None
        if not 200 <= head.status < 300:
            raise Unanswered(f"the address answered with {head.status}")
        try:
            return orjson.loads(came)
        except orjson.JSONDecodeError as error:
            raise Unanswered(f"the answer is not JSON: {error}") from None
