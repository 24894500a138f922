"""The body of a request with the defaults that the document states, so that no provider's code repeats them."""

from __future__ import annotations

from typing import Any

from mockserver.provider.call import Call


def with_defaults(call: Call) -> dict[str, Any]:
    """Return the body of a call that keeps the document, over the defaults of its profile's document."""
    return {**call.judge.defaults(call.provider.name, call.operation_id, call.profile), **call.members}
