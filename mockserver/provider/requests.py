"""The JSON forms of the providers' requests: frozen dataclasses of plain values, named by their type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from mockserver.provider.table import Provider


class RequestForms:
    """Writes and reads requests by the types that each provider's table names.

    A request that is no dataclass is written as the JSON value that it is.
    """

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._types: Mapping[tuple[str, str], type] = {
            (one.name, request.__name__): request for one in providers for request in one.requests
        }

    def to_json(self, provider: str, request: object) -> dict[str, Any]:
        """Return the JSON form of a provider's request. Raises TypeError for a type that its table does not name."""
        if not is_dataclass(request):
            return {"value": request}
        name = type(request).__name__
        if self._types.get((provider, name)) is not type(request):
            raise TypeError(f"the table of {provider} names no request type {name}")
        return {"type": name, "fields": {one.name: getattr(request, one.name) for one in fields(request)}}

    def from_json(self, provider: str, data: dict[str, Any]) -> object:
        """Return the request of a JSON form; lists in it become tuples. Raises KeyError for an unknown type."""
        if "type" not in data:
            return data["value"]
        request = self._types[provider, data["type"]]
        return request(**{name: tuple(one) if isinstance(one, list) else one for name, one in data["fields"].items()})
