"""The body of a request with the defaults that the document states, so that no provider's code repeats them."""

from __future__ import annotations

from typing import Any, cast

from mockserver.provider.call import Call, Operation


def with_defaults(call: Call) -> dict[str, Any]:
    """Return the body of a call that keeps the document, over the defaults of its profile's document."""
    operation = cast("Operation", call.operation)
    defaults = call.judge.defaults(call.provider.name, operation.id, call.profile)
    return {**defaults, **cast("dict[str, Any]", call.value)}
